"""The teardown of an environment of openchoreo.dev/v1alpha1 (reference-v1alpha1: sections 4 and 5)."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.generation import NamespaceNames, Retention, Sweep, Teardown, Trace
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.hierarchy import (
    environments,
    namespace_of,
    owner_of,
    promoted_environments,
    spec_of,
)
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace


def foreign(name: str, given: Mapping[str, str], namespace: str, environment: str) -> str | None:
    """Why a namespace does not belong to the environment, judged by its name and labels."""
    if name == namespace or given.get(labels.CONTROL_PLANE) == "true":
        return f"it is the namespace of objects of OpenChoreo, by its label {labels.CONTROL_PLANE}"
    for label, own in ((labels.NAMESPACE, namespace), (labels.ENVIRONMENT, environment)):
        if given.get(label, own) != own:
            return f"its label {label} says {given[label]!r}"
    return None


def _is_of(wire: Mapping[str, Any], environment: str) -> bool:
    return spec_of(wire).get("environment") == environment


def _promotes(pipeline: Mapping[str, Any], environment: str) -> bool:
    return any(name == environment for _, name in promoted_environments(pipeline))


def _everything(namespace: str, environment: str) -> dict[str, str]:
    """No label: bindings have none that is reliable."""
    return {}


# --- What is retained ----------------------------------------------------------------------------------------------


def _release(binding: Mapping[str, Any]) -> str | None:
    """The ResourceRelease with the policy of a binding that has none itself."""
    spec = spec_of(binding)
    return None if spec.get("retainPolicy") else spec.get("resourceRelease") or None


def _retained(binding: Mapping[str, Any], release: Mapping[str, Any] | None) -> str | None:
    """Why the controller of a resource's binding blocks its deletion for ever; None if it does not."""
    if own := spec_of(binding).get("retainPolicy"):
        return "its spec.retainPolicy is Retain" if own == "Retain" else None
    if release is None:
        return None
    of_type = spec_of({"spec": spec_of(release).get("resourceType")}).get("spec") or {}
    if of_type.get("retainPolicy") != "Retain":
        return None
    return f"ResourceRelease {release['metadata']['name']!r} has retainPolicy Retain, from its type"


RETENTION = Retention(
    "resourcereleases",
    "ResourceRelease",
    source=_release,
    reason=_retained,
    # What waits for such a binding, or deletes the namespace that it is in.
    holds={
        "Environment": lambda binding: spec_of(binding).get("environment"),
        "Resource": lambda binding: owner_of(binding).get("resourceName"),
        "Project": lambda binding: owner_of(binding).get("projectName"),
    },
    released={"spec": {"retainPolicy": "Delete"}},
)


# --- Namespaces by their names -------------------------------------------------------------------------------------


def _of_project(project: Mapping[str, Any], environment: str) -> Iterator[str]:
    """The namespace of a project: one that was made by hand has no binding."""
    yield data_plane_namespace(namespace_of(project), project["metadata"]["name"], environment)


def _of_former_project(release: Mapping[str, Any], environment: str) -> Iterator[str]:
    """The same of a project that may be gone: OpenChoreo leaves its releases behind."""
    if project := owner_of(release).get("projectName"):
        yield data_plane_namespace(namespace_of(release), project, environment)


def _nothing(wire: Mapping[str, Any], environment: str) -> Iterator[str]:
    yield from ()


def _of_binding(binding: Mapping[str, Any]) -> Iterator[str]:
    """The namespace that a ProjectReleaseBinding makes: by its status, and by OpenChoreo's rule."""
    if published := (binding.get("status") or {}).get("namespace"):
        yield published
    project, environment = owner_of(binding).get("projectName"), spec_of(binding).get("environment")
    if project and environment:
        yield data_plane_namespace(namespace_of(binding), project, environment)


def _of_own_binding(binding: Mapping[str, Any], environment: str) -> Iterator[str]:
    if _is_of(binding, environment):
        yield from _of_binding(binding)


def _of_another_binding(binding: Mapping[str, Any], environment: str) -> Iterator[str]:
    if not _is_of(binding, environment):
        yield from _of_binding(binding)


# --- What holds objects --------------------------------------------------------------------------------------------


def _traced(namespace: str, environment: str) -> dict[str, str]:
    return {labels.ENVIRONMENT: environment}


_TROUBLES = {("Finalizing", "CleanupFailed"), ("ResourcesApplied", "ApplyFailed")}
"""The conditions and reasons of a RenderedRelease that cannot be cleaned up, or applied."""


def _trouble(rendered: Mapping[str, Any]) -> Iterator[str]:
    """What fails for a RenderedRelease. CleanupFailed alternates with CleanupInProgress, once a second."""
    is_deleted = bool((rendered.get("metadata") or {}).get("deletionTimestamp"))
    for condition in (rendered.get("status") or {}).get("conditions") or []:
        type_, reason = condition.get("type"), condition.get("reason")
        # Once it is being deleted, what could not be applied does not matter any more.
        if (type_, reason) in _TROUBLES and (type_ == "Finalizing" or not is_deleted):
            yield f"{type_}={condition.get('status')} {reason} {condition.get('message') or ''}".rstrip()


TEARDOWN = Teardown(
    sweeps=tuple(
        Sweep(f"{kind.lower()}s", kind, _everything, selects=_is_of, retention=retention)
        for kind, retention in (
            ("ReleaseBinding", None),
            ("ResourceReleaseBinding", RETENTION),
            ("ObservabilityAlertsNotificationChannel", None),
            ("ProjectReleaseBinding", None),
        )
    ),
    foreign=foreign,
    environments=environments,
    deployed="bindings",
    named_by=(Sweep("deploymentpipelines", "DeploymentPipeline", _everything, selects=_promotes),),
    traces=(Trace("renderedreleases", "RenderedRelease", _traced, _trouble),),
    namespace_names=(
        NamespaceNames("projects", "Project", _of_project, _nothing),
        NamespaceNames("projectreleases", "ProjectRelease", _of_former_project, _nothing),
        NamespaceNames("projectreleasebindings", "ProjectReleaseBinding", _of_own_binding, _of_another_binding),
    ),
)
"""Bindings of components and of resources, channels, and then the bindings that have made the namespaces."""
