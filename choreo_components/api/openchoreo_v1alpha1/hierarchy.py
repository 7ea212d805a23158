"""The hierarchy of openchoreo.dev/v1alpha1: which object belongs to which, as the fields of their specs say.

Objects are in wire names here: they are declared, or live, and then may have any form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.generation import Path, Sole, Target
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.names import binding

BINDINGS: Mapping[str, str] = {
    "ProjectReleaseBinding": "projectName",
    "ReleaseBinding": "componentName",
    "ResourceReleaseBinding": "resourceName",
}
"""The kinds that bring a release into an environment, and the field of their owner with the name of what it is of."""

IN_ENVIRONMENTS = frozenset({*BINDINGS, "ObservabilityAlertsNotificationChannel"})
"""The kinds whose objects belong to the environment that they name."""


def spec_of(wire: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec of an object, which may have none."""
    spec = wire.get("spec")
    return spec if isinstance(spec, Mapping) else {}


def owner_of(wire: Mapping[str, Any]) -> Mapping[str, Any]:
    """The owner that an object names."""
    owner = spec_of(wire).get("owner")
    return owner if isinstance(owner, Mapping) else {}


def namespace_of(wire: Mapping[str, Any]) -> str:
    """metadata.namespace; "" for a cluster-scoped object."""
    return (wire.get("metadata") or {}).get("namespace") or ""


def named(kind: str, namespace: str, name: str) -> Target:
    """The object of a kind that OpenChoreo knows by this name."""
    return Target(API_VERSION, kind, "" if kind.startswith("Cluster") else namespace, name)


def made_of(component: Mapping[str, Any]) -> tuple[str, str]:
    """The kind and the name of a Component's type, without the type of the workload that precedes the name."""
    reference = spec_of(component).get("componentType") or {}
    return reference.get("kind") or "ComponentType", str(reference.get("name") or "").partition("/")[2]


def promoted_environments(pipeline: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The names of environments in a pipeline's promotion paths, with the field of each, repetitions included."""
    for index, path in enumerate(spec_of(pipeline).get("promotionPaths") or []):
        here = ("spec", "promotionPaths", index)
        if (source := (path.get("sourceEnvironmentRef") or {}).get("name")) is not None:
            yield (*here, "sourceEnvironmentRef", "name"), source
        for position, target in enumerate(path.get("targetEnvironmentRefs") or []):
            if (name := target.get("name")) is not None:
                yield (*here, "targetEnvironmentRefs", position, "name"), name


def root_environment(pipeline: Mapping[str, Any]) -> str | None:
    """The environment where promotion begins: the first source that is not a target."""
    paths = spec_of(pipeline).get("promotionPaths") or []
    targets = {target.get("name") for path in paths for target in path.get("targetEnvironmentRefs") or []}
    sources = ((path.get("sourceEnvironmentRef") or {}).get("name") for path in paths)
    return next((source for source in sources if source is not None and source not in targets), None)


def cell_of(wire: Mapping[str, Any]) -> tuple[str, str, str]:
    """Namespace, project and environment of a binding; "" for a missing one."""
    project = owner_of(wire).get("projectName") or ""
    return namespace_of(wire), project, spec_of(wire).get("environment") or ""


def environments(wire: Mapping[str, Any]) -> Iterator[str]:
    """The environments that an object is in, or promotes through: it must be deleted before any of them."""
    if wire["kind"] in IN_ENVIRONMENTS:
        yield spec_of(wire).get("environment") or ""
    elif wire["kind"] == "DeploymentPipeline":
        yield from dict.fromkeys(name for _, name in promoted_environments(wire))


def sole(wire: Mapping[str, Any]) -> Sole | None:
    """The function of a binding or a Workload that no other may have; None for other kinds.

    OpenChoreo finds what a binding has made by names and labels, and does not check its owner: executed.md, section 12,
    describes what then happens with two.
    """
    kind, owner = wire["kind"], owner_of(wire)
    if kind == "Workload":
        component = str(owner.get("componentName"))
        of = namespace_of(wire), str(owner.get("projectName")), component
        says, otherwise = f"is what component {component!r} runs", "OpenChoreo deploys no component that has two"
        return Sole(of, None, says, otherwise, ("spec", "owner", "componentName"))
    if kind not in BINDINGS:
        return None
    namespace, project, environment = cell_of(wire)
    of_kind = BINDINGS[kind].removesuffix("Name")
    name = str(owner.get(BINDINGS[kind]))
    lost = "the namespace there with all workloads" if kind == "ProjectReleaseBinding" else "what the other one runs"
    return Sole(
        (namespace, project, name, environment),
        binding(name, environment),
        f"binds {of_kind} {name!r} to environment {environment!r}",
        f"deleting one of two such bindings deletes {lost}, again and again",
        ("spec", "environment"),
    )
