"""The kinds of openchoreo.dev/v1alpha1 that consist of one custom resource, as Pulumi components."""

import pulumi

from choreo_components.components.openchoreo_v1alpha1.args import (
    AuthzRoleArgs,
    AuthzRoleBindingArgs,
    ClusterAuthzRoleArgs,
    ClusterAuthzRoleBindingArgs,
    ClusterComponentTypeArgs,
    ClusterDataPlaneArgs,
    ClusterObservabilityPlaneArgs,
    ClusterProjectTypeArgs,
    ClusterResourceTypeArgs,
    ClusterTraitArgs,
    ClusterWorkflowArgs,
    ClusterWorkflowPlaneArgs,
    ComponentArgs,
    ComponentReleaseArgs,
    ComponentTypeArgs,
    DataPlaneArgs,
    DeploymentPipelineArgs,
    ObservabilityAlertRuleArgs,
    ObservabilityAlertsNotificationChannelArgs,
    ObservabilityPlaneArgs,
    ProjectArgs,
    ProjectReleaseBindingArgs,
    ProjectTypeArgs,
    ReleaseBindingArgs,
    ResourceArgs,
    ResourceReleaseBindingArgs,
    ResourceTypeArgs,
    SecretReferenceArgs,
    TraitArgs,
    WorkflowArgs,
    WorkflowPlaneArgs,
    WorkflowRunArgs,
    WorkloadArgs,
)
from choreo_components.components.openchoreo_v1alpha1.base import V1Alpha1Component


class ClusterObservabilityPlane(V1Alpha1Component):
    """A Kubernetes cluster that stores the logs and metrics of all namespaces, and raises alerts."""

    def __init__(
        self, name: str, args: ClusterObservabilityPlaneArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterObservabilityPlane", name, args, opts)
        self._declare()
        self._complete()


class ObservabilityPlane(V1Alpha1Component):
    """A Kubernetes cluster that stores the logs and metrics of a namespace, and raises alerts."""

    def __init__(self, name: str, args: ObservabilityPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ObservabilityPlane", name, args, opts)
        self._declare()
        self._complete()


class ClusterDataPlane(V1Alpha1Component):
    """A Kubernetes cluster that runs the workloads of Environments of all namespaces."""

    def __init__(self, name: str, args: ClusterDataPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterDataPlane", name, args, opts)
        self._declare()
        self._complete()


class DataPlane(V1Alpha1Component):
    """A Kubernetes cluster that runs the workloads of a namespace's Environments."""

    def __init__(self, name: str, args: DataPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("DataPlane", name, args, opts)
        self._declare()
        self._complete()


class ClusterWorkflowPlane(V1Alpha1Component):
    """A Kubernetes cluster that runs workflows of all namespaces, builds among them."""

    def __init__(self, name: str, args: ClusterWorkflowPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterWorkflowPlane", name, args, opts)
        self._declare()
        self._complete()


class WorkflowPlane(V1Alpha1Component):
    """A Kubernetes cluster that runs the workflows of a namespace, builds among them."""

    def __init__(self, name: str, args: WorkflowPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("WorkflowPlane", name, args, opts)
        self._declare()
        self._complete()


class ClusterAuthzRole(V1Alpha1Component):
    """A set of actions that are allowed in any namespace."""

    def __init__(self, name: str, args: ClusterAuthzRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterAuthzRole", name, args, opts)
        self._declare()
        self._complete()


class AuthzRole(V1Alpha1Component):
    """A set of actions that are allowed in a namespace."""

    def __init__(self, name: str, args: AuthzRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("AuthzRole", name, args, opts)
        self._declare()
        self._complete()


class ClusterAuthzRoleBinding(V1Alpha1Component):
    """Who has which roles, in all namespaces or some."""

    def __init__(
        self, name: str, args: ClusterAuthzRoleBindingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterAuthzRoleBinding", name, args, opts)
        self._declare()
        self._complete()


class AuthzRoleBinding(V1Alpha1Component):
    """Who has which roles in a namespace."""

    def __init__(self, name: str, args: AuthzRoleBindingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("AuthzRoleBinding", name, args, opts)
        self._declare()
        self._complete()


class SecretReference(V1Alpha1Component):
    """A secret whose values are in an external store; workloads and workflows refer to it."""

    def __init__(self, name: str, args: SecretReferenceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("SecretReference", name, args, opts)
        self._declare()
        self._complete()


class ClusterProjectType(V1Alpha1Component):
    """What Projects of any namespace have in each environment: their namespace, and other objects in it."""

    def __init__(self, name: str, args: ClusterProjectTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterProjectType", name, args, opts)
        self._declare()
        self._complete()


class ProjectType(V1Alpha1Component):
    """What Projects of the namespace have in each environment: their namespace, and other objects in it."""

    def __init__(self, name: str, args: ProjectTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ProjectType", name, args, opts)
        self._declare()
        self._complete()


class ClusterTrait(V1Alpha1Component):
    """What Components of any namespace may have in addition to what their type makes."""

    def __init__(self, name: str, args: ClusterTraitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterTrait", name, args, opts)
        self._declare()
        self._complete()


class Trait(V1Alpha1Component):
    """What Components of the namespace may have in addition to what their type makes."""

    def __init__(self, name: str, args: TraitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Trait", name, args, opts)
        self._declare()
        self._complete()


class ClusterWorkflow(V1Alpha1Component):
    """What a WorkflowRun of any namespace does: a template, and what it requires."""

    def __init__(self, name: str, args: ClusterWorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterWorkflow", name, args, opts)
        self._declare()
        self._complete()


class Workflow(V1Alpha1Component):
    """What a WorkflowRun of the namespace does: a template, and what it requires."""

    def __init__(self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Workflow", name, args, opts)
        self._declare()
        self._complete()


class ClusterComponentType(V1Alpha1Component):
    """What Components of any namespace are made of in each environment."""

    def __init__(self, name: str, args: ClusterComponentTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterComponentType", name, args, opts)
        self._declare()
        self._complete()


class ComponentType(V1Alpha1Component):
    """What Components of the namespace are made of in each environment."""

    def __init__(self, name: str, args: ComponentTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ComponentType", name, args, opts)
        self._declare()
        self._complete()


class ClusterResourceType(V1Alpha1Component):
    """What Resources of any namespace, such as databases, are made of in each environment."""

    def __init__(self, name: str, args: ClusterResourceTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name and spec fields, named as in OpenChoreo."""
        super().__init__("ClusterResourceType", name, args, opts)
        self._declare()
        self._complete()


class ResourceType(V1Alpha1Component):
    """What Resources of the namespace, such as databases, are made of in each environment."""

    def __init__(self, name: str, args: ResourceTypeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ResourceType", name, args, opts)
        self._declare()
        self._complete()


class ObservabilityAlertsNotificationChannel(V1Alpha1Component):
    """Who is notified of alerts in an Environment, and how."""

    def __init__(
        self, name: str, args: ObservabilityAlertsNotificationChannelArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ObservabilityAlertsNotificationChannel", name, args, opts)
        self._declare()
        self._complete()


class DeploymentPipeline(V1Alpha1Component):
    """The order in which releases pass through Environments."""

    def __init__(self, name: str, args: DeploymentPipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("DeploymentPipeline", name, args, opts)
        self._declare()
        self._complete()


class Project(V1Alpha1Component):
    """A group of components and resources that share a namespace in each environment."""

    def __init__(self, name: str, args: ProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Project", name, args, opts)
        self._declare()
        self._complete()


class ProjectReleaseBinding(V1Alpha1Component):
    """A Project in an Environment: it creates the namespace there, and deletes it with everything in it."""

    def __init__(self, name: str, args: ProjectReleaseBindingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ProjectReleaseBinding", name, args, opts)
        self._declare()
        self._complete()


class Component(V1Alpha1Component):
    """A unit of deployment of a Project. What it runs is in its Workload."""

    def __init__(self, name: str, args: ComponentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Component", name, args, opts)
        self._declare()
        self._complete()


class Workload(V1Alpha1Component):
    """What a Component runs: an image and its settings. A Component has exactly one."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Workload", name, args, opts)
        self._declare()
        self._complete()


class ComponentRelease(V1Alpha1Component):
    """A Component with its type, its traits and its Workload at one point in time: what is promoted."""

    def __init__(self, name: str, args: ComponentReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ComponentRelease", name, args, opts)
        self._declare()
        self._complete()


class ReleaseBinding(V1Alpha1Component):
    """A ComponentRelease in an Environment: deleting it deletes what runs there."""

    def __init__(self, name: str, args: ReleaseBindingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ReleaseBinding", name, args, opts)
        self._declare()
        self._complete()


class Resource(V1Alpha1Component):
    """Something that the components of a Project use, such as a database or a queue."""

    def __init__(self, name: str, args: ResourceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("Resource", name, args, opts)
        self._declare()
        self._complete()


class ResourceReleaseBinding(V1Alpha1Component):
    """A Resource in an Environment. With the policy Retain it cannot be deleted until the policy is changed."""

    def __init__(self, name: str, args: ResourceReleaseBindingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ResourceReleaseBinding", name, args, opts)
        self._declare()
        self._complete()


class WorkflowRun(V1Alpha1Component):
    """A run of a workflow, such as a build."""

    def __init__(self, name: str, args: WorkflowRunArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("WorkflowRun", name, args, opts)
        self._declare()
        self._complete()


class ObservabilityAlertRule(V1Alpha1Component):
    """A rule by which alerts are raised. Releases of components create it, from a trait."""

    def __init__(self, name: str, args: ObservabilityAlertRuleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, namespace and spec fields, named as in OpenChoreo."""
        super().__init__("ObservabilityAlertRule", name, args, opts)
        self._declare()
        self._complete()
