"""A cluster whose definitions are older than its controllers: some kinds are missing, some cannot store a condition."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from choreo_components import Controllers
from choreo_components.api import generation_of, kind_of
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.kubernetes.client import Cluster
from choreo_components.preflight.crd_compatibility import definitions
from choreo_components.preflight.unsupported_conditions import missing_field
from devcluster import ControlPlane
from tests import declaring
from tests.engine import samples
from tests.engine.workspace import Workspace, leading_to
from tests.planes import Planes

SECONDS_TO_PUBLISH = 120.0

CONDITIONS = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/conditions"


@pytest.fixture(scope="module")
def older(planes: Planes, tmp_path_factory: pytest.TempPathFactory, toolchain_bin: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a control plane without Endpoints, and whose DataPlanes have no conditions."""

    def prepare(plane: ControlPlane) -> None:
        leading = leading_to(plane.kubeconfig, toolchain_bin)
        administrator = Workspace(tmp_path_factory.mktemp("older"), leading, Controllers.ABSENT)
        administrator.kubectl("delete", "customresourcedefinition", "endpoints.core.choreo.dev")
        patch = json.dumps([{"op": "remove", "path": CONDITIONS}])
        definition = ("customresourcedefinition", "dataplanes.core.choreo.dev")
        administrator.kubectl("patch", *definition, "--type=json", "--patch", patch)
        asyncio.run(_published(plane.kubeconfig))

    with planes.use("older-plane", prepare=prepare) as started:
        yield leading_to(started.kubeconfig, toolchain_bin)


async def _published(kubeconfig: Path) -> None:
    """Waits until the API server publishes the changed definitions, a moment after it accepted them."""
    deadline = time.monotonic() + SECONDS_TO_PUBLISH
    async with Cluster(str(kubeconfig)) as cluster:
        while "Endpoint" in await cluster.kinds("core.choreo.dev", "v1") or not missing_field(
            await definitions(cluster, [generation_of(API_VERSION)]), kind_of(API_VERSION, "DataPlane")
        ):
            assert time.monotonic() < deadline, "the API server does not publish the changed definitions"
            await asyncio.sleep(0.1)


def test_a_condition_that_the_cluster_cannot_store_is_not_waited_for(
    tmp_path: Path, older: Mapping[str, str], organization: str
) -> None:
    workspace = Workspace(tmp_path, older, Controllers.PRESENT)
    workspace.kubectl("create", "namespace", organization)
    manifest = {"apiVersion": "core.choreo.dev/v1", "kind": "Organization", "metadata": {"name": organization}}
    workspace.create(json.dumps(manifest))
    config = samples.stack("acme", organization)
    config["choreo:resources"] = [each for each in config["choreo:resources"] if each["kind"] == "DataPlane"]
    config |= {"choreo:timeouts": {"ready": "30s"}}
    workspace.stack("acme", config)

    said = workspace.up("acme").said

    assert "no DataPlane is waited for: the cluster's definition of the kind has no status.conditions" in said
    live = json.loads(workspace.kubectl("get", "dataplanes.core.choreo.dev", "-n", organization, "-o", "json"))
    assert "pulumi.com/waitFor" not in live["items"][0]["metadata"]["annotations"]


def test_a_kind_that_the_cluster_does_not_serve_is_an_error_of_the_preview(
    tmp_path: Path, older: Mapping[str, str]
) -> None:
    workspace = Workspace(tmp_path, older, Controllers.PRESENT)
    workspace.stack("test", {"choreo:resources": [declaring.endpoint()]})
    said = workspace.preview("test", fails=True).said
    assert "the cluster does not serve Endpoint of core.choreo.dev/v1: no served version has this kind" in said
    assert "Traceback" not in said
