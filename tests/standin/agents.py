"""The agents of data planes, by which controllers reach a plane's cluster: here, the control plane's own.

Each plane has a connected agent, unless a test disconnected it by a file in the control plane's directory, which the
stand-in sees in its process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from choreo_components.kubernetes.objects import Live
from devcluster import ControlPlane
from tests.standin.api import spec_of


@dataclass(frozen=True)
class Agents:
    """The disconnected agents; `folder` has a file for each."""

    folder: Path

    def connected(self, plane: Live) -> bool:
        """Whether the agent of a plane object can be reached."""
        return not self.file(plane.namespace, plane.name).exists()

    def file(self, namespace: str | None, plane: str) -> Path:
        """The file that exists while a plane's agent is disconnected; a cluster plane has no namespace."""
        return self.folder / f"{namespace or '_cluster'}.{plane}"


def agents_of(control_plane: ControlPlane) -> Agents:
    """The agents of the data planes of a control plane."""
    return Agents(control_plane.directory / "run" / "agents-away")


@contextmanager
def away(control_plane: ControlPlane, namespace: str | None, plane: str) -> Iterator[None]:
    """Keeps the agent of a plane disconnected while the context is open, whether or not the plane exists already."""
    file = agents_of(control_plane).file(namespace, plane)
    file.parent.mkdir(exist_ok=True)
    file.touch()
    try:
        yield
    finally:
        file.unlink()


def refusal(plane: Live) -> str:
    """The gateway's answer to a request for a plane whose agent is disconnected."""
    kind = plane.resource.kind.removeprefix("Cluster").lower()
    identity = spec_of(plane).get("planeID") or plane.name
    return f"proxy request failed with status 502: proxy request failed: no agents found for plane {kind}/{identity}"
