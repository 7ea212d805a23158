"""The references of openchoreo.dev/v1alpha1: all by name, in the same namespace unless a kind is cluster-scoped.

OpenChoreo does not check them when it admits an object (reference-v1alpha1: section 2.1).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from choreo_components.api.generation import Dependency, Given, Path, Severity, Violation
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.hierarchy import (
    made_of,
    named,
    namespace_of,
    owner_of,
    promoted_environments,
    spec_of,
)
from choreo_components.api.openchoreo_v1alpha1.names import binding

Wire = Mapping[str, Any]


def references(given: Given) -> Iterator[Dependency]:
    """Everything that must exist before an object, including its namespace."""
    wire = given.wire
    namespace = namespace_of(wire)
    if namespace:
        missing = f"no namespace {namespace!r}: neither in this stack nor in the cluster"
        target = named("Namespace", namespace, namespace)
        yield Dependency(("metadata", "namespace"), target, missing, unfit=_without_the_label)
    yield from _owners(wire)
    by_kind = _BY_KIND.get(wire["kind"])
    if by_kind is not None:
        yield from by_kind(wire)


def _without_the_label(namespace: Wire) -> Iterator[Violation]:
    name, given = namespace["metadata"]["name"], namespace["metadata"].get("labels") or {}
    if labels.tenant(name, given) is None:
        message = (
            f"namespace {name!r} has no label {labels.CONTROL_PLANE}=true, without which OpenChoreo's own tools do "
            f"not find what is in it; declare the namespace in a stack, or kubectl label namespace {name} "
            f"{labels.CONTROL_PLANE}=true"
        )
        yield Violation(("metadata", "namespace"), message)


def _to(
    wire: Wire,
    path: Path,
    kind: str,
    name: Any,
    severity: Severity = Severity.ERROR,
    *,
    holds: bool = True,
    consequence: str = "",
    unfit: Callable[[Wire], Iterable[Violation]] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Iterator[Dependency]:
    """The reference of a field to the object of a kind; none if the field has no name.

    With `fields`, the object is the one that has them, whatever its name.
    """
    if not isinstance(name, str) or not name:
        return
    target = replace(named(kind, namespace_of(wire), name), fields=tuple((fields or {}).items()))
    where = f" in namespace {target.organization!r}" if target.organization else ""
    more = f"; {consequence}" if consequence else ""
    missing = f"no {kind} {name!r}{where}: neither in this stack nor in the cluster{more}"
    yield Dependency(path, target, missing, severity, holds, unfit)


def _by_ref(wire: Wire, path: Path, **more: Any) -> Iterator[Dependency]:
    """The reference of a field that has kind and name."""
    reference: Any = wire
    for step in path:
        reference = reference.get(step) if isinstance(reference, Mapping) else None
    if isinstance(reference, Mapping) and isinstance(reference.get("kind"), str):
        yield from _to(wire, (*path, "name"), reference["kind"], reference.get("name"), **more)


_OWNERS: Mapping[str, str] = {"projectName": "Project", "componentName": "Component", "resourceName": "Resource"}
"""The fields of an owner, and the kinds that they name."""


def _owners(wire: Wire) -> Iterator[Dependency]:
    for field, name in owner_of(wire).items():
        if field in _OWNERS:
            yield from _to(wire, ("spec", "owner", field), _OWNERS[field], name)


def _plane(wire: Wire) -> Iterator[Dependency]:
    yield from _by_ref(wire, ("spec", "observabilityPlaneRef"), severity=Severity.WARNING)


def _environment(wire: Wire) -> Iterator[Dependency]:
    path = ("spec", "dataPlaneRef")
    yield from _by_ref(wire, path, consequence="nothing can be deployed to the environment")


def _pipeline(wire: Wire) -> Iterator[Dependency]:
    """OpenChoreo accepts a pipeline whose environments do not exist yet; each is reported once, at its first place."""
    seen: set[str] = set()
    for path, name in promoted_environments(wire):
        if name not in seen:
            seen.add(name)
            yield from _to(wire, path, "Environment", name, Severity.WARNING, holds=False)


def _project(wire: Wire) -> Iterator[Dependency]:
    reference = spec_of(wire).get("deploymentPipelineRef") or {}
    path = ("spec", "deploymentPipelineRef", "name")
    yield from _to(wire, path, "DeploymentPipeline", reference.get("name"), consequence="no component can be deployed")
    yield from _by_ref(wire, ("spec", "type"))


def _component(wire: Wire) -> Iterator[Dependency]:
    spec = spec_of(wire)
    kind, name = made_of(wire)
    yield from _to(wire, ("spec", "componentType", "name"), kind, name, unfit=lambda found: _refused_by(found, wire))
    for index, trait in enumerate(spec.get("traits") or []):
        yield from _to(wire, ("spec", "traits", index, "name"), trait.get("kind") or "Trait", trait.get("name"))
    yield from _by_ref(wire, ("spec", "workflow"))


def _refused_by(type_: Wire, component: Wire) -> Iterator[Violation]:
    """What a component declares that its type does not allow (reference-v1alpha1: section 2)."""
    spec, wanted = spec_of(type_), spec_of(component)
    called = f"{type_['kind']} {type_['metadata']['name']!r}"
    given, _, name = str((wanted.get("componentType") or {}).get("name") or "").partition("/")
    workload = spec.get("workloadType")
    if given != workload:
        message = f"{called} has the workloadType {workload!r}: should be {workload}/{name}"
        yield Violation(("spec", "componentType", "name"), message)
    allowed = _named_in(spec.get("allowedTraits"), "Trait")
    embedded = {trait.get("instanceName") for trait in spec.get("traits") or []}
    for index, trait in enumerate(wanted.get("traits") or []):
        if (trait.get("kind") or "Trait", trait.get("name")) not in allowed:
            message = f"{called} does not allow this trait: its allowedTraits are {_listed(allowed)}"
            yield Violation(("spec", "traits", index, "name"), message)
        # OpenChoreo: internal/validation/component/component_traits.go.
        if trait.get("instanceName") in embedded:
            message = f"{trait['instanceName']!r} is already used by a trait of {called}; use another name"
            yield Violation(("spec", "traits", index, "instanceName"), message)
    workflow = wanted.get("workflow")
    allowed = _named_in(spec.get("allowedWorkflows"), "ClusterWorkflow")
    if workflow and (workflow.get("kind") or "ClusterWorkflow", workflow.get("name")) not in allowed:
        message = f"{called} does not allow this workflow: its allowedWorkflows are {_listed(allowed)}"
        yield Violation(("spec", "workflow", "name"), message)


def _named_in(entries: Any, kind: str) -> list[tuple[str, str]]:
    """Kind and name of each; `kind` is the default."""
    return [(each.get("kind") or kind, str(each.get("name"))) for each in entries or []]


def _listed(allowed: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {name!r}" for kind, name in allowed) or "none"


def _workload(wire: Wire) -> Iterator[Dependency]:
    yield from _secrets(wire, ("spec", "container"), spec_of(wire).get("container") or {})


def _secrets(wire: Wire, path: Path, container: Wire) -> Iterator[Dependency]:
    """The SecretReferences that a container names."""
    for section in ("env", "files"):
        for index, entry in enumerate(container.get(section) or []):
            reference = (entry.get("valueFrom") or {}).get("secretKeyRef") or {}
            inside = (*path, section, index, "valueFrom", "secretKeyRef")
            unfit = _without_the_key((*inside, "key"), reference.get("key"))
            yield from _to(wire, (*inside, "name"), "SecretReference", reference.get("name"), unfit=unfit)


def _without_the_key(path: Path, key: Any) -> Callable[[Wire], Iterator[Violation]]:
    def unfit(secret: Wire) -> Iterator[Violation]:
        keys = [each.get("secretKey") for each in spec_of(secret).get("data") or []]
        if key not in keys:
            name, known = secret["metadata"]["name"], ", ".join(map(str, keys)) or "none"
            yield Violation(path, f"SecretReference {name!r} has no key {key!r}; its keys: {known}")

    return unfit


def _in_environment(wire: Wire) -> Iterator[Dependency]:
    yield from _to(wire, ("spec", "environment"), "Environment", spec_of(wire).get("environment"))


def _project_binding(wire: Wire) -> Iterator[Dependency]:
    yield from _in_environment(wire)
    path, name = ("spec", "projectRelease"), spec_of(wire).get("projectRelease")
    waits = "the binding waits until there is one"
    yield from _to(wire, path, "ProjectRelease", name, Severity.WARNING, consequence=waits)


def _bound(wire: Wire, field: str, kind: str) -> Iterator[Dependency]:
    """What a binding of a component or a resource needs: its environment, the project's binding there, a release."""
    spec = spec_of(wire)
    yield from _in_environment(wire)
    project, environment = owner_of(wire).get("projectName"), spec.get("environment")
    if project and environment:
        yield from _to(
            wire,
            ("spec", "environment"),
            "ProjectReleaseBinding",
            binding(project, environment),
            Severity.WARNING,
            consequence=f"without one, project {project!r} has no namespace in {environment!r}",
            fields={"spec.owner.projectName": project, "spec.environment": environment},
        )
    yield from _to(wire, ("spec", field), kind, spec.get(field), Severity.WARNING)


def _release_binding(wire: Wire) -> Iterator[Dependency]:
    yield from _bound(wire, "releaseName", "ComponentRelease")
    overrides = spec_of(wire).get("workloadOverrides") or {}
    yield from _secrets(wire, ("spec", "workloadOverrides", "container"), overrides.get("container") or {})


def _resource_binding(wire: Wire) -> Iterator[Dependency]:
    yield from _bound(wire, "resourceRelease", "ResourceRelease")


def _resource(wire: Wire) -> Iterator[Dependency]:
    yield from _by_ref(wire, ("spec", "type"))


def _workflow(wire: Wire) -> Iterator[Dependency]:
    yield from _by_ref(wire, ("spec", "workflowPlaneRef"), severity=Severity.WARNING)


def _workflow_run(wire: Wire) -> Iterator[Dependency]:
    yield from _by_ref(wire, ("spec", "workflow"))


def _secret_reference(wire: Wire) -> Iterator[Dependency]:
    yield from _by_ref(wire, ("spec", "targetPlane"), severity=Severity.WARNING)


def _component_type(wire: Wire) -> Iterator[Dependency]:
    spec = spec_of(wire)
    for field, severity in (("traits", Severity.ERROR), ("allowedTraits", Severity.WARNING)):
        for index, trait in enumerate(spec.get(field) or []):
            path = ("spec", field, index, "name")
            yield from _to(
                wire, path, trait.get("kind") or "Trait", trait.get("name"), severity, holds=field == "traits"
            )
    for index, workflow in enumerate(spec.get("allowedWorkflows") or []):
        kind = workflow.get("kind") or "ClusterWorkflow"
        path = ("spec", "allowedWorkflows", index, "name")
        yield from _to(wire, path, kind, workflow.get("name"), Severity.WARNING, holds=False)


def _role_binding(wire: Wire) -> Iterator[Dependency]:
    for index, mapping in enumerate(spec_of(wire).get("roleMappings") or []):
        reference = mapping.get("roleRef") or {}
        path = ("spec", "roleMappings", index, "roleRef", "name")
        yield from _to(wire, path, str(reference.get("kind")), reference.get("name"), Severity.WARNING)


_BY_KIND: Mapping[str, Callable[[Wire], Iterator[Dependency]]] = {
    "DataPlane": _plane,
    "ClusterDataPlane": _plane,
    "WorkflowPlane": _plane,
    "ClusterWorkflowPlane": _plane,
    "AuthzRoleBinding": _role_binding,
    "ClusterAuthzRoleBinding": _role_binding,
    "SecretReference": _secret_reference,
    "Workflow": _workflow,
    "ClusterWorkflow": _workflow,
    "ComponentType": _component_type,
    "ClusterComponentType": _component_type,
    "Environment": _environment,
    "ObservabilityAlertsNotificationChannel": _in_environment,
    "DeploymentPipeline": _pipeline,
    "Project": _project,
    "ProjectReleaseBinding": _project_binding,
    "Component": _component,
    "Workload": _workload,
    "ReleaseBinding": _release_binding,
    "Resource": _resource,
    "ResourceReleaseBinding": _resource_binding,
    "WorkflowRun": _workflow_run,
}
