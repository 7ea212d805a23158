"""A deletion: an object that is being deleted, and the finalizers that block it."""

from collections.abc import Mapping

from choreo_components.api.generations import generations
from choreo_components.kubernetes.objects import NAMESPACES, Live

HOLDERS: Mapping[str, str] = {
    "kubernetes": "Kubernetes' namespace controller, until all that is in it is gone",
    "foregroundDeletion": "Kubernetes' garbage collector, until all that it owns is gone",
}
"""What removes a finalizer, by finalizer, if its name does not show it."""


def deletion(live: Live) -> str | None:
    """Since when an object is being deleted, and what blocks it; None if it is not."""
    if not live.deleting:
        return None
    held = ", ".join(map(holder, finalizers(live)))
    by = f"held by {held}" if held else "and no finalizer holds it"
    return f"being deleted since {live.metadata['deletionTimestamp']}, {by}"


def holder(finalizer: str) -> str:
    """The finalizer, and what removes it if that is known."""
    if finalizer.startswith(tuple(each.finalizers for each in generations().values() if each.finalizers)):
        return f"{finalizer} (OpenChoreo's controllers)"
    return f"{finalizer} ({HOLDERS[finalizer]})" if finalizer in HOLDERS else finalizer


def finalizers(live: Live) -> list[str]:
    """What blocks the deletion: metadata.finalizers, and of a namespace also spec.finalizers."""
    of_namespace = (live.manifest.get("spec") or {}).get("finalizers") if live.resource == NAMESPACES else None
    return [*(live.metadata.get("finalizers") or []), *(of_namespace or [])]
