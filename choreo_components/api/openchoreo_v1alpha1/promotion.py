"""Promotion in openchoreo.dev/v1alpha1: a binding names a release, and the next environment's is given the same name.

OpenChoreo does not enforce the order of the pipeline (reference-v1alpha1: section 7). Objects are in wire names here:
they are declared, or live, and then may have any form.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from choreo_components.api.generation import BindingKind, Bound, Promotion, Target
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.hierarchy import (
    BINDINGS,
    named,
    namespace_of,
    owner_of,
    root_environment,
    spec_of,
)
from choreo_components.api.openchoreo_v1alpha1.names import binding

Wire = Mapping[str, Any]

_KINDS = (
    BindingKind("ProjectReleaseBinding", "ProjectRelease", "Project", ("spec", "projectRelease"), "environment"),
    BindingKind("ResourceReleaseBinding", "ResourceRelease", "Resource", ("spec", "resourceRelease"), "environment"),
    BindingKind("ReleaseBinding", "ComponentRelease", "Component", ("spec", "releaseName"), "environment"),
)


def bound(wire: Wire) -> Bound:
    """What a binding declares."""
    kind, owner, spec = str(wire["kind"]), owner_of(wire), spec_of(wire)
    release = next(spec.get(str(each.field[-1])) for each in _KINDS if each.kind == kind)
    said = owner.get("projectName"), owner.get(BINDINGS[kind]), spec.get("environment"), release
    return Bound(kind, namespace_of(wire), *(str(each or "") for each in said))


def make(given: Bound) -> Mapping[str, Any]:
    """The binding that declares this, named as OpenChoreo's own tools name it."""
    [kind] = (each for each in _KINDS if each.kind == given.kind)
    owner = {"projectName": given.project, BINDINGS[given.kind]: given.name}
    return {
        "apiVersion": API_VERSION,
        "kind": given.kind,
        "metadata": {"name": binding(given.name, given.environment), "namespace": given.namespace},
        "spec": {"owner": owner, "environment": given.environment, str(kind.field[-1]): given.release},
    }


def steps(pipeline: Wire) -> Iterator[tuple[str, str]]:
    """The steps of a pipeline, each from an environment to the next."""
    for path in spec_of(pipeline).get("promotionPaths") or []:
        source = (path.get("sourceEnvironmentRef") or {}).get("name")
        for target in path.get("targetEnvironmentRefs") or []:
            if source and target.get("name"):
                yield source, target["name"]


def pipeline_of(project: Wire) -> Target | None:
    """The pipeline of a Project."""
    name = (spec_of(project).get("deploymentPipelineRef") or {}).get("name")
    return named("DeploymentPipeline", namespace_of(project), str(name)) if name else None


def project_of(owner: Wire) -> str:
    """The name of the Project that a Component or a Resource belongs to, or that it is."""
    if owner["kind"] == "Project":
        return str(owner["metadata"]["name"])
    return str(owner_of(owner).get("projectName") or "")


def automatic(owner: Wire, pipeline: Wire, environment: str) -> bool:
    """Whether the Component controller sets the release: it does in the root environment, under autoDeploy.

    It overwrites any other value there (executed.md: autoDeploy).
    """
    return bool(spec_of(owner).get("autoDeploy")) and root_environment(pipeline) == environment


def owner_of_release(release: Wire) -> tuple[str, str]:
    """The Project that a release is of, and the name of the Component, the Resource or the Project itself."""
    owner = owner_of(release)
    project = str(owner.get("projectName") or "")
    return project, str(owner.get("componentName") or owner.get("resourceName") or project)


PROMOTION: Final = Promotion(
    bindings=_KINDS,
    of_project="ProjectReleaseBinding",
    of_component="ReleaseBinding",
    consulted=("Environment", "DeploymentPipeline", "Project", "Component"),
    bound=bound,
    steps=steps,
    pipeline=pipeline_of,
    project=project_of,
    automatic=automatic,
    owner=owner_of_release,
    make=make,
)
"""What choreo knows of promotion in openchoreo.dev/v1alpha1."""
