"""An estate: the objects of one measurement, as a stack's settings for choreo and as numbers for the other programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

API = "core.choreo.dev/v1"
LABEL = "core.choreo.dev/"

TODAY = "openchoreo.dev/v1alpha1"
TODAYS_LABEL = "openchoreo.dev/"

Settings = Mapping[str, Any]


class Objects(Protocol):
    """The objects of one measurement, all of one organization or namespace."""

    @property
    def organization(self) -> str:
        """The name of the organization or namespace."""

    @property
    def by_choreo(self) -> Settings:
        """The configuration of choreo's own program."""

    @property
    def parents(self) -> Sequence[Settings]:
        """What must exist already, in an order in which it can be created."""

    @property
    def kinds(self) -> Sequence[str]:
        """The resources that kubectl finds the objects under."""

    @property
    def namespaces(self) -> str:
        """A selector of its data-plane namespaces."""


@dataclass(frozen=True)
class Estate:
    """One organization with a data plane and a pipeline; a namespace for each project in each environment.

    With deployments, all of them in the first environment, there is a component with a track and an artifact as well.
    With `apart`, the stack has only the environments and what is deployed to them; everything else exists already.
    """

    organization: str
    environments: int
    projects: int
    deployments: int = 0
    apart: bool = False

    @property
    def by_choreo(self) -> Settings:
        """The configuration of choreo's own program."""
        settings: Settings = {"choreo:controllers": "absent"}
        if self.apart:
            return {**settings, "choreo:projects": self._projects, "choreo:resources": self._of_environments()}
        return {**settings, "choreo:resources": [*self._of_organization(), *self._of_environments()]}

    @property
    def parents(self) -> Sequence[Settings]:
        """What must exist already, in an order in which it can be created."""
        if not self.apart:
            return []
        labels = {
            "managed-by": "choreo-control-plane",
            LABEL + "organization": self.organization,
            LABEL + "name": self.organization,
        }
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.organization, "labels": labels}}
        return [namespace, *map(self._labelled, self._of_organization())]

    def _labelled(self, each: dict[str, Any]) -> Settings:
        """The object with the labels that choreo fills in."""
        metadata = each["metadata"]
        labels = {LABEL + "name": metadata["name"], **metadata.get("labels", {})}
        if "namespace" in metadata:
            labels[LABEL + "organization"] = metadata["namespace"]
        return {"spec": {}, **each, "metadata": {**metadata, "labels": labels}}

    @property
    def kinds(self) -> Sequence[str]:
        """The resources that kubectl finds the objects under."""
        kinds = "organizations dataplanes environments deploymentpipelines projects components deploymenttracks "
        kinds += "deployableartifacts deployments"
        return [f"{kind}.core.choreo.dev" for kind in kinds.split()]

    @property
    def namespaces(self) -> str:
        """A selector of its data-plane namespaces."""
        return f"organization-name={self.organization}"

    @property
    def _environments(self) -> list[str]:
        return [f"env-{number:03}" for number in range(self.environments)]

    @property
    def _projects(self) -> list[str]:
        return [f"project-{number:03}" for number in range(self.projects)]

    def _of_organization(self) -> list[dict[str, Any]]:
        first, *others = self._environments
        promotion = {"sourceEnvironmentRef": first, "targetEnvironmentRefs": [{"name": name} for name in others]}
        virtual_hosts = {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"}
        cluster = {
            "name": "cluster",
            "connectionConfigRef": "connection",
            "featureFlags": {"cilium": True, "scaleToZero": True, "gatewayType": "envoy"},
        }
        return [
            {"apiVersion": API, "kind": "Organization", "metadata": {"name": self.organization}},
            self._object("DataPlane", "dp", {"kubernetesCluster": cluster, "gateway": virtual_hosts}),
            self._object("DeploymentPipeline", "pipeline", {"promotionPaths": [promotion]}),
            *(self._object("Project", name, {"deploymentPipelineRef": "pipeline"}) for name in self._projects),
        ]

    def _of_environments(self) -> list[dict[str, Any]]:
        return [
            *(
                self._object("Environment", name, {"dataPlaneRef": "dp", "gateway": {"dnsPrefix": name}})
                for name in self._environments
            ),
            *(self._workloads(self._projects[0], self._environments[0]) if self.deployments else ()),
        ]

    def _workloads(self, project: str, environment: str) -> list[dict[str, Any]]:
        image = {"containerRegistry": {"imageName": "registry.example.com/service"}}
        track = {"project": project, "component": "service"}
        built = {**track, "deployment-track": "main"}
        return [
            self._object("Component", "service", {"type": "Service", "source": image}, project=project),
            self._object("DeploymentTrack", "main", {}, **track),
            self._object(
                "DeployableArtifact", "artifact", {"targetArtifact": {"fromImageRef": {"tag": "1.0.0"}}}, **built
            ),
            *(
                self._object(
                    "Deployment",
                    f"deployment-{number:03}",
                    {"deploymentArtifactRef": "artifact"},
                    **built,
                    environment=environment,
                )
                for number in range(self.deployments)
            ),
        ]

    def _object(self, kind: str, name: str, spec: Settings, **parents: str) -> dict[str, Any]:
        labels = {LABEL + parent: value for parent, value in parents.items()}
        metadata = {"name": name, "namespace": self.organization, **({"labels": labels} if labels else {})}
        return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def natural(organization: str, size: int) -> Estate:
    """One environment with a namespace for each of many projects, and as many Deployments, in a separate stack."""
    return Estate(organization, environments=1, projects=size, deployments=size, apart=True)


def together(organization: str, size: int) -> Estate:
    """The same environment, in one stack with its organization and the projects."""
    return Estate(organization, environments=1, projects=size, deployments=size)


def many(organization: str, size: int) -> Estate:
    """Many environments with a namespace each."""
    return Estate(organization, environments=size, projects=1)


@dataclass(frozen=True)
class Tenant:
    """The same in today's API: one environment of a namespace, with a namespace and the bindings of each project.

    The namespace, its data plane and pipeline, and each project with a component exist already.
    """

    organization: str
    projects: int

    @property
    def by_choreo(self) -> Settings:
        """The configuration of choreo's own program."""
        projects = [name for name, _ in self._names]
        return {"choreo:controllers": "absent", "choreo:projects": projects, "choreo:resources": self._of_environment()}

    @property
    def parents(self) -> Sequence[Settings]:
        """What must exist already, in an order in which it can be created."""
        labels = {TODAYS_LABEL + "control-plane": "true"}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.organization, "labels": labels}}
        authority = {"secretKeyRef": {"name": "agent", "key": "ca.crt"}}
        # Without this environment, which could not be destroyed while a pipeline names it.
        promotion = {"sourceEnvironmentRef": {"name": "first"}, "targetEnvironmentRefs": [{"name": "second"}]}
        of_project = {"deploymentPipelineRef": {"name": "pipeline"}, "type": {"name": "plain"}}
        return [
            namespace,
            self._object("DataPlane", "dp", {"planeID": self.organization, "clusterAgent": {"clientCA": authority}}),
            self._object("DeploymentPipeline", "pipeline", {"promotionPaths": [promotion]}),
            *(self._object("Project", project, of_project) for project, _ in self._names),
            *(
                self._object(
                    "Component",
                    component,
                    {"owner": {"projectName": project}, "componentType": {"name": "deployment/service"}},
                )
                for project, component in self._names
            ),
        ]

    @property
    def kinds(self) -> Sequence[str]:
        """The resources that kubectl finds the objects under."""
        kinds = "environments dataplanes deploymentpipelines projects components projectreleasebindings releasebindings"
        return [f"{kind}.openchoreo.dev" for kind in kinds.split()]

    @property
    def namespaces(self) -> str:
        """A selector of its data-plane namespaces."""
        return f"{TODAYS_LABEL}namespace={self.organization}"

    @property
    def _names(self) -> list[tuple[str, str]]:
        return [(f"project-{number:03}", f"service-{number:03}") for number in range(self.projects)]

    def _of_environment(self) -> list[dict[str, Any]]:
        owners = [({"projectName": project}, component) for project, component in self._names]
        return [
            self._object("Environment", "env", {"dataPlaneRef": {"kind": "DataPlane", "name": "dp"}}),
            *(
                self._object(
                    "ProjectReleaseBinding",
                    f"{owner['projectName']}-env",
                    {"owner": owner, "environment": "env", "projectRelease": "first"},
                )
                for owner, _ in owners
            ),
            *(
                self._object(
                    "ReleaseBinding",
                    f"{component}-env",
                    {
                        "owner": {**owner, "componentName": component},
                        "environment": "env",
                        "releaseName": "first",
                    },
                )
                for owner, component in owners
            ),
        ]

    def _object(self, kind: str, name: str, spec: Settings) -> dict[str, Any]:
        return {
            "apiVersion": TODAY,
            "kind": kind,
            "metadata": {"name": name, "namespace": self.organization},
            "spec": spec,
        }


def of_today(organization: str, size: int) -> Tenant:
    """One environment of today's API with a namespace, and a binding of a component, for each of many projects."""
    return Tenant(organization, size)
