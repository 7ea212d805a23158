"""Bindings: their names, and those that the autoDeploy of their component also makes or changes.

Reference-v1alpha1: section 10; executed.md: sections 2, 9 and 12.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Severity, Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import (
    BINDINGS,
    cell_of,
    namespace_of,
    owner_of,
    root_environment,
    spec_of,
)
from choreo_components.api.openchoreo_v1alpha1.names import binding

_Objects = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""By kind, namespace and name."""


def together(given: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Violation]]:
    """What is wrong with bindings, as far as the objects declared with them show."""
    objects: _Objects = {
        (wire["kind"], namespace_of(wire), wire["metadata"]["name"]): wire
        for wire in given
        if wire["kind"] in _DECIDED_BY
    }
    for index, wire in enumerate(given):
        if wire["kind"] in BINDINGS:
            yield from ((index, violation) for violation in _binding(wire, objects))


_DECIDED_BY = frozenset(
    {"Component", "Project", "DeploymentPipeline", "Resource", "ResourceType", "ClusterResourceType"}
)
"""The kinds that decide whether autoDeploy sets the release of a binding, and whether a resource is retained."""


def _binding(wire: Mapping[str, Any], objects: _Objects) -> Iterator[Violation]:
    _, _, environment = cell_of(wire)
    kind, field = wire["kind"], BINDINGS[wire["kind"]]
    owner = str(owner_of(wire).get(field))
    deployed = kind == "ReleaseBinding" and _is_deployed_by_itself(wire, objects)
    wanted = binding(owner, environment)
    if wire["metadata"]["name"] != wanted:
        path = ("metadata", "name")
        if deployed:
            message = (
                f"should be {wanted!r}: autoDeploy of component {owner!r} makes the binding of that name in the first "
                f"environment of the pipeline, {environment!r}, and with two of them the component is not deployed at "
                "all"
            )
            yield Violation(path, message)
        else:
            message = (
                f"should be {wanted!r}: OpenChoreo's own tools look for a {kind} of that name, and create one if "
                "there is none; a second one deletes what this one runs"
            )
            yield Violation(path, message, Severity.WARNING)
    yield from _retained(wire, objects)
    if deployed and spec_of(wire).get("releaseName"):
        message = (
            f"autoDeploy of component {owner!r} sets it in {environment!r}, the first environment of the pipeline, and "
            "overwrites this value; remove it here, or autoDeploy there"
        )
        yield Violation(("spec", "releaseName"), message)


def _is_deployed_by_itself(wire: Mapping[str, Any], objects: _Objects) -> bool:
    """Whether autoDeploy deploys the component to the environment of the binding."""
    namespace, project, environment = cell_of(wire)
    component = objects.get(("Component", namespace, str(owner_of(wire).get("componentName"))))
    if component is None or not spec_of(component).get("autoDeploy"):
        return False
    reference = spec_of(objects.get(("Project", namespace, project)) or {}).get("deploymentPipelineRef") or {}
    pipeline = objects.get(("DeploymentPipeline", namespace, str(reference.get("name"))))
    return pipeline is not None and root_environment(pipeline) == environment


def _retained(wire: Mapping[str, Any], objects: _Objects) -> Iterator[Violation]:
    """A binding that retains its resource is never deleted (reference-v1alpha1: section 4)."""
    own, owner = spec_of(wire).get("retainPolicy"), owner_of(wire).get("resourceName")
    resource = objects.get(("Resource", namespace_of(wire), str(owner)))
    reference = spec_of(resource or {}).get("type") or {}
    kind = str(reference.get("kind") or "ResourceType")
    namespace = "" if kind.startswith("Cluster") else namespace_of(wire)
    of_type = spec_of(objects.get((kind, namespace, str(reference.get("name")))) or {}).get("retainPolicy")
    if wire["kind"] == "ResourceReleaseBinding" and (own or of_type) == "Retain":
        by = "" if own else f", by {kind} {reference.get('name')!r}"
        message = (
            f"retains its resource{by}: as long as it does, it cannot be deleted, nor can resource {owner!r}, the "
            "project and the environment; set spec.retainPolicy to Delete here before you delete them"
        )
        yield Violation(("spec", "retainPolicy"), message, Severity.WARNING)
