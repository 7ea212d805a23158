"""A cluster where the stand-in works: what a test reads and changes there."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from lightkube import ApiError, Client
from lightkube.types import PatchType

from choreo_components.kubernetes.objects import Resource
from tests.standin.api import lightkube_class

SECONDS = 60.0
"""Seconds that an expected event may take; a quiet machine needs one or two."""

SECONDS_BETWEEN_LOOKS = 0.1


class Cluster:
    """Objects by kind and name, in one namespace where they are in any."""

    def __init__(self, client: Client, resources: Mapping[str, Resource], namespace: str) -> None:
        self.namespace = namespace
        self._client: Any = client
        self._resources = resources

    def create(self, *manifests: Mapping[str, Any]) -> None:
        """Creates objects one after the other."""
        for manifest in manifests:
            self._client.create(self._class(manifest["kind"])(manifest))

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Applies objects on the server side, without force."""
        for manifest in manifests:
            self._client.apply(self._class(manifest["kind"])(manifest))

    def patch(self, kind: str, name: str, change: Mapping[str, Any], namespace: str | None = None) -> None:
        """Merges a change into an object."""
        self._client.patch(
            self._class(kind), name, change, namespace=self._in(kind, namespace), patch_type=PatchType.MERGE
        )

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        """Asks for an object's deletion."""
        self._client.delete(self._class(kind), name, namespace=self._in(kind, namespace))

    def all(self, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """The objects of a kind."""
        return [each.to_dict() for each in self._client.list(self._class(kind), namespace=self._in(kind, namespace))]

    def find(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        """An object, if it exists."""
        try:
            found: dict[str, Any] = self._client.get(
                self._class(kind), name, namespace=self._in(kind, namespace)
            ).to_dict()
        except ApiError as problem:
            if problem.status.code != 404:
                raise
            return None
        return found

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        """An object, as soon as it exists."""
        found: dict[str, Any] = self.until(kind, name, lambda each: each is not None, namespace)
        return found

    def until(self, kind: str, name: str, holds: Callable[[Any], object], namespace: str | None = None) -> Any:
        """An object, or None if there is none, as soon as the condition holds for it."""
        deadline = time.monotonic() + SECONDS
        while not holds(found := self.find(kind, name, namespace)):
            assert time.monotonic() < deadline, f"{kind} {name} is still {found}"
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return found

    def until_says(self, kind: str, name: str, condition: str, status: str, reason: str = "") -> dict[str, Any]:
        """An object as soon as it has the condition, with this status and reason."""

        def holds(found: dict[str, Any] | None) -> bool:
            said = conditions(found or {}).get(condition)
            return said is not None and said["status"] == status and reason in ("", said["reason"])

        found: dict[str, Any] = self.until(kind, name, holds)
        return found

    def until_gone(self, kind: str, name: str, namespace: str | None = None) -> None:
        """Waits until there is no such object."""
        self.until(kind, name, lambda found: found is None, namespace)

    def reasons(self, kind: str, name: str, condition: str, seconds: float = 2.0) -> set[tuple[str, str]]:
        """The reasons and messages of a condition that are seen during a period."""
        seen, end = set(), time.monotonic() + seconds
        while time.monotonic() < end:
            said = conditions(self.find(kind, name) or {}).get(condition)
            if said is not None:
                seen.add((said["reason"], said["message"]))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return seen

    def _class(self, kind: str) -> Any:
        return lightkube_class(self._resources[kind])

    def _in(self, kind: str, namespace: str | None) -> str | None:
        return (namespace or self.namespace) if self._resources[kind].namespaced else None


def conditions(live: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The conditions of an object by their types."""
    return {each["type"]: each for each in (live.get("status") or {}).get("conditions") or []}
