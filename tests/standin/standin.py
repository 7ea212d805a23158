"""A stand-in for OpenChoreo's controller managers: their finalizers, conditions, namespaces, cascades and refusals.

OpenChoreo's own are Go programs, which this checkout does not build. This one does what their source does, for each
family whose group the control plane serves.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

import httpx2 as httpx
from lightkube import AsyncClient, KubeConfig

from devcluster import ControlPlane
from devcluster.pki import Pki
from tests.standin.agents import agents_of
from tests.standin.api import Api, Key, schemas_of_specs
from tests.standin.core_v1.family import FAMILY as core_v1
from tests.standin.manager import Errors, Manager
from tests.standin.openchoreo_v1alpha1.family import FAMILY as openchoreo_v1alpha1
from tests.standin.webhook import Webhook

FAMILIES = (core_v1, openchoreo_v1alpha1)

SECONDS_TO_START = 60.0
TIMEOUT = httpx.Timeout(30)

log = logging.getLogger("standin")


def errors(control_plane: ControlPlane) -> Errors:
    """The controllers' log of errors."""
    return Errors(control_plane.directory / "logs" / "stand-in.errors")


class StandIn:
    """The controllers of one control plane, on a separate thread, for as long as the context is open."""

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
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                AsyncClient(config=config, timeout=TIMEOUT, trust_env=False, field_manager="manager")
            )
            schemas = await schemas_of_specs(client)
            async with asyncio.TaskGroup() as group:
                working: list[asyncio.Task[None]] = []
                for family in FAMILIES:
                    if family.group in schemas:
                        api = Api(client, family.resources, schemas[family.group], family.go_types)
                        controllers = family.controllers(api, agents_of(self._control_plane))
                        manager = Manager(api, controllers, errors(self._control_plane))
                        working.append(group.create_task(manager.run()))
                        await manager.filled.wait()
                        await stack.enter_async_context(_answering(api, Webhook(api, family, pki)))
                self._ready.set()
                await stop.wait()
                for task in working:
                    task.cancel()


@asynccontextmanager
async def _answering(api: Api, webhook: Webhook) -> AsyncIterator[None]:
    """Registers the webhook while the context is open: without its server, the API server would refuse everything."""
    with webhook:
        configurations = list(webhook.configurations)
        for resource, configuration in configurations:
            await api.create(resource, configuration)
        try:
            yield
        finally:
            for resource, configuration in configurations:
                await api.delete(resource, Key(None, configuration["metadata"]["name"]))
