"""The custom resource definitions of OpenChoreo for the local control plane, and for no other cluster."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from lightkube import ApiError, Client, KubeConfig
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

from devcluster.errors import ClusterError

SECONDS_TO_ESTABLISH = 30.0
FIELD_MANAGER = "devcluster"


def install(kubeconfig: Path, definitions: Iterable[dict[str, Any]]) -> None:
    """Applies definitions, given in wire form, and waits until the API server serves all of them.

    Changes nothing that is right. Raises ClusterError if the API server refuses one or does not serve it in time."""
    # No settings from the environment: the loopback interface must not be reached through a proxy.
    with Client(config=KubeConfig.from_file(kubeconfig), field_manager=FIELD_MANAGER, trust_env=False) as client:
        names = set()
        for definition in definitions:
            name = definition["metadata"]["name"]
            try:
                client.apply(cast(CustomResourceDefinition, CustomResourceDefinition.from_dict(definition)), force=True)
            except ApiError as error:
                raise ClusterError(f"custom resource definition {name}: {error}") from error
            names.add(name)
        deadline = time.monotonic() + SECONDS_TO_ESTABLISH
        while waiting := names - _served(client):
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"not served within {SECONDS_TO_ESTABLISH:.0f} s: custom resource definitions "
                    f"{', '.join(sorted(waiting))}; `kubectl describe crd` says why"
                )
            time.sleep(0.05)


def _served(client: Client) -> set[str | None]:
    return {
        definition.metadata.name
        for definition in client.list(CustomResourceDefinition)
        for condition in (definition.status and definition.status.conditions) or []
        if condition.type == "Established" and condition.status == "True" and definition.metadata
    }
