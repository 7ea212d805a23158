"""The ground of openchoreo.dev/v1alpha1: what is deployed are ReleaseBindings, found by their fields."""

from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, labels
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.kubernetes.objects import NAMESPACES, Live, resource_named
from tests.engine.lists import View, called
from tests.faults.grounds import ENVIRONMENT, PROJECTS, STRAY, Ground, Layout, Manifest, Subject
from tests.standin.openchoreo_v1alpha1 import samples

SEEN_ON = {
    Subject.ENVIRONMENT: "Environment",
    Subject.DEPLOYED: "ReleaseBinding",
    Subject.BOUND: "ProjectReleaseBinding",
}

RECONCILED = [
    resource_named(API_VERSION, kind)
    for kind in (
        "DataPlane",
        "DeploymentPipeline",
        "Environment",
        "Project",
        "ProjectReleaseBinding",
        "Component",
        "ReleaseBinding",
    )
]
"""What controllers write to, of all that others make."""


def is_settled(live: Live) -> bool:
    """Whether controllers report on the latest version of an object, and a project's binding has its release.

    They report only after they have written to the spec; the release comes later, from the Project's controller.
    """
    if live.resource.kind == "ProjectReleaseBinding" and "projectRelease" not in live.manifest["spec"]:
        return False
    return any(each.get("observedGeneration") == live.metadata["generation"] for each in live.conditions)


def _config(layout: Layout, organization: str) -> Manifest:
    """An environment with a component and two projects, one of them bound by a declared object."""
    assert layout is Layout.ENVIRONMENT, "the other layout strikes what this API shares with the first"
    resources = [
        samples.environment(organization, ENVIRONMENT),
        samples.project_release_binding(organization, ENVIRONMENT, PROJECTS[0]),
        _binding(organization, "web", ENVIRONMENT),
    ]
    return {"choreo:resources": resources, "choreo:projects": list(PROJECTS)}


def _binding(namespace: str, component: str, environment: str) -> Manifest:
    """A binding without a release, which is never ready and holds nothing."""
    owner = {"projectName": PROJECTS[0], "componentName": component}
    return samples.release_binding(namespace, environment, component, owner=owner)


def _others(namespace: str, environment: str) -> list[Manifest]:
    cell = data_plane_namespace(namespace, PROJECTS[0], environment)
    own = labels.data_plane_namespace_labels(namespace, PROJECTS[0], environment)
    return [
        samples.tenant(namespace),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cell, "labels": own}},
        samples.data_plane(namespace),
        samples.environment(namespace, environment),
        samples.pipeline(namespace, (environment, [])),
        samples.project_type(namespace),
        samples.component_type(namespace),
        *(samples.project(namespace, project) for project in PROJECTS),
        samples.component(namespace, "web", PROJECTS[0], autoDeploy=False),
        samples.workload(namespace, "web", PROJECTS[0]),
        samples.project_release_binding(namespace, environment, PROJECTS[0]),
        _binding(namespace, "web", environment),
    ]


def _sees(subject: Subject, namespace: str) -> View:
    if subject is Subject.NAMESPACES:
        return View(NAMESPACES, labels.environment_selector(namespace, ENVIRONMENT))
    if subject is Subject.TENANT:
        return called(NAMESPACES, namespace, labels.tenant_labels(namespace))
    return View(resource_named(API_VERSION, SEEN_ON[subject]), {}, namespace, _is_of_environment)


def _is_of_environment(live: Live) -> bool:
    own = live.name if live.resource.kind == "Environment" else (live.manifest.get("spec") or {}).get("environment")
    return bool(own == ENVIRONMENT)


GROUND = Ground(
    API_VERSION,
    _config,
    _others,
    stray=lambda namespace: _binding(namespace, STRAY, ENVIRONMENT),
    namespace=data_plane_namespace,
    sees=_sees,
    of_organization=labels.namespaces_selector,
)
