"""The annotations that tools read, and their meanings. Those of the Kubernetes provider are on every object of ours."""

from collections.abc import Mapping

from choreo_components.api import Kind

PATCH_FORCE = "pulumi.com/patchForce"
"""Overwrites changes by hand. Without it, server-side apply refuses with a conflict."""

FIELD_MANAGER = "pulumi.com/patchFieldManager"
"""The field manager. Without it each state has a different one, and the fields of a lost state stay for ever."""

APPLIED: Mapping[str, str] = {PATCH_FORCE: "true", FIELD_MANAGER: "pulumi-kubernetes-choreo"}
"""The annotations of every object of ours: one field manager applies it, and overwrites what others have changed."""

WAIT_FOR = "pulumi.com/waitFor"
"""What the Kubernetes provider waits for before it calls an object created or updated."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which `kubectl apply` keeps the whole object that it applied last, with the secrets in it."""

LARGEST = 256 * 2**10
"""Bytes of all annotations of an object (Kubernetes: apimachinery/pkg/api/validation, TotalAnnotationSizeLimitB)."""


def of_provider(kind: Kind, *, waits: bool) -> dict[str, str]:
    """The annotations of an object of the kind that the Kubernetes provider reads.

    `waits`: the provider waits for its condition, if a controller ever sets one.
    """
    awaited = _ready(kind) if waits else None
    return dict(APPLIED) | ({WAIT_FOR: awaited} if awaited else {})


def _ready(kind: Kind) -> str | None:
    """What the Kubernetes provider waits for.

    The provider accepts only a condition of the object's current generation: it would wait in vain for one that is set
    only once.
    """
    if kind.ready_condition is None:
        return None
    if kind.ready_is_refreshed:
        return f"condition={kind.ready_condition}"
    return f'jsonpath={{.status.conditions[?(@.type=="{kind.ready_condition}")].status}}=True'


def excess(annotations: Mapping[str, str]) -> str | None:
    """The message if the annotations are larger than Kubernetes accepts; None if they are not."""
    # A YAML alias may repeat one text a thousand times.
    lengths = {text: len(text.encode("utf-8", "replace")) for text in {*annotations, *annotations.values()}}
    size = sum(lengths[key] + lengths[value] for key, value in annotations.items())
    return f"{size:,} bytes of annotations, more than Kubernetes' {LARGEST:,}" if size > LARGEST else None
