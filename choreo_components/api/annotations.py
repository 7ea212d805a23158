"""The annotations that tools read, and what they mean. The Kubernetes provider's stand on every object of ours."""

from collections.abc import Mapping

from choreo_components.api import Kind

PATCH_FORCE = "pulumi.com/patchForce"
"""Mends what somebody else has changed by hand. Without it, server-side apply refuses with a conflict."""

FIELD_MANAGER = "pulumi.com/patchFieldManager"
"""As whom an object is applied. Without it each state has a name of its own, and a lost one's fields stay for ever."""

APPLIED: Mapping[str, str] = {PATCH_FORCE: "true", FIELD_MANAGER: "pulumi-kubernetes-choreo"}
"""What is on every object of ours: it is applied as the one manager, and what others have changed is taken back."""

WAIT_FOR = "pulumi.com/waitFor"
"""What the Kubernetes provider waits for before it calls an object created or updated."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""In which `kubectl apply` keeps the whole object that it applied last, with the secrets in it."""

LARGEST = 256 * 2**10
"""Bytes of all annotations of an object (Kubernetes: apimachinery/pkg/api/validation, TotalAnnotationSizeLimitB)."""


def of_provider(kind: Kind, *, waits: bool) -> dict[str, str]:
    """The annotations of an object of the kind that the Kubernetes provider reads.

    `waits`: its condition is waited for, if a controller ever says that the object is accepted.
    """
    awaited = _ready(kind) if waits else None
    return dict(APPLIED) | ({WAIT_FOR: awaited} if awaited else {})


def _ready(kind: Kind) -> str | None:
    """What the Kubernetes provider waits for.

    The provider takes a condition of the present generation only: one that is set once would be waited for in vain.
    """
    if kind.ready_condition is None:
        return None
    if kind.ready_is_refreshed:
        return f"condition={kind.ready_condition}"
    return f'jsonpath={{.status.conditions[?(@.type=="{kind.ready_condition}")].status}}=True'


def excess(annotations: Mapping[str, str]) -> str | None:
    """Why Kubernetes would refuse so many annotations, as a message; None if it would not."""
    # A text may be there a thousand times, as an alias.
    lengths = {text: len(text.encode("utf-8", "replace")) for text in {*annotations, *annotations.values()}}
    size = sum(lengths[key] + lengths[value] for key, value in annotations.items())
    return f"{size:,} bytes of annotations, more than Kubernetes' {LARGEST:,}" if size > LARGEST else None
