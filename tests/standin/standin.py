"""A stand-in for OpenChoreo's controller manager: its finalizers, conditions, namespaces, cascades and refusals.

OpenChoreo's own is a program in Go, which this checkout does not build. This one does what its source does, of
generation v0.1.0-129 (782e188894c0): internal/controller/*, internal/labels, and the webhook of Projects.
"""

import asyncio
import logging
import threading
from types import TracebackType
from typing import Self

import httpx2 as httpx
from lightkube import AsyncClient, KubeConfig

from devcluster import ControlPlane
from devcluster.pki import Pki
from tests.standin import platform, workloads
from tests.standin.api import Api, Key
from tests.standin.manager import Errors, Manager
from tests.standin.webhook import CONFIGURATIONS, NAME, Webhook

CONTROLLERS = (
    platform.OrganizationController,
    platform.DataPlaneController,
    platform.EnvironmentController,
    platform.DeploymentPipelineController,
    platform.ProjectController,
    workloads.ComponentController,
    workloads.DeploymentTrackController,
    workloads.DeployableArtifactController,
    workloads.DeploymentController,
    workloads.EndpointController,
)

SECONDS_TO_START = 60.0
TIMEOUT = httpx.Timeout(30)

log = logging.getLogger("standin")


def errors(control_plane: ControlPlane) -> Errors:
    """What the controllers would have written to their log: why they could not go on with an object."""
    return Errors(control_plane.directory / "logs" / "stand-in.errors")


class StandIn:
    """The controllers of one control plane, on a thread of their own, for as long as the context is open."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="stand-in", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def works(self) -> bool:
        """Whether it still works."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(SECONDS_TO_START), "the stand-in did not start"
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        if self._failure is not None:
            raise self._failure

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            await self._serve(self._stop)
        except BaseException as failure:
            log.exception("the stand-in has failed")
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self, stop: asyncio.Event) -> None:
        config = KubeConfig.from_file(self._control_plane.kubeconfig)
        pki = Pki(self._control_plane.directory / "pki")
        async with AsyncClient(config=config, timeout=TIMEOUT, trust_env=False, field_manager="manager") as client:
            api = Api(client)
            manager = Manager(api, [each(api) for each in CONTROLLERS], errors(self._control_plane))
            running = asyncio.create_task(manager.run())
            filled = asyncio.create_task(manager.filled.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([running, filled], return_when=asyncio.FIRST_COMPLETED)
            with Webhook(api, pki) as webhook:
                await api.create(CONFIGURATIONS, webhook.configuration)
                self._ready.set()
                await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
                # Without anybody to ask, the API server would refuse every Project.
                await api.delete(CONFIGURATIONS, Key(None, NAME))
            running.cancel()
            results = await asyncio.gather(running, return_exceptions=True)
            if isinstance(results[0], Exception):
                raise results[0]
