"""Placement: environments are put on the clusters of their data planes, or nothing is applied."""

import asyncio
from collections.abc import Mapping
from typing import cast

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.generation import Severity, Target
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.nodes import Key
from choreo_components.plan.references import Found
from choreo_components.preflight.data_planes import Connection
from choreo_components.preflight.placement import Placement
from tests import declaring
from tests.declaring import Stack, stack
from tests.preflight.test_data_planes import MARK, ControlPlane, kubeconfig

DEVELOPMENT = Key(API_VERSION, "Environment", "acme", "development")


class Platform(ControlPlane):
    """Has Secrets and other objects."""

    def __init__(self, *objects: declaring.Manifest, secrets: Mapping[str, Mapping[str, str]] | None = None) -> None:
        super().__init__(secrets)
        self.objects = {(each["kind"], each["metadata"]["name"]): each for each in objects}

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        found = self.objects.get((resource.kind, name))
        return await super().get(resource, name, namespace) if found is None else Live(resource, found)

    async def list(
        self, resource: Resource, labels: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        return [Live(resource, each) for (kind, _), each in self.objects.items() if kind == resource.kind], "1"


def placed(
    found: Stack,
    cluster: ControlPlane | None = None,
    live: Found | None = None,
    controllers: Controllers = Controllers.ABSENT,
) -> Placement:
    """The placement of a stack on a control plane (None: one that does not answer), `live` having been looked up."""
    placement = Placement(found.plan, controllers, found.settings.data_plane_kubeconfigs)
    if cluster is not None:
        asyncio.run(placement.locate(cast(Cluster, cluster), live or {}))
    return placement


def reported(placement: Placement) -> list[str]:
    return [str(finding) for finding in placement.findings]


def reference(name: str = "dp-local") -> Target:
    return Target(API_VERSION, "DataPlane", "acme", name)


def test_an_environment_is_on_its_data_plane_of_the_stack_or_of_the_cluster() -> None:
    cluster = Platform(secrets={"kind-1-config": {"kubeconfig": kubeconfig()}})
    declared = placed(stack(declaring.environment(), declaring.data_plane()), cluster)
    live = placed(stack(declaring.environment()), cluster, {reference(): declaring.data_plane()})
    assert declared.remote == live.remote == {DEVELOPMENT: "acme/dp-local"}
    assert reported(declared) == reported(live) == []


def test_a_stack_without_environments_asks_nothing() -> None:
    cluster = ControlPlane()
    assert placed(stack(declaring.data_plane()), cluster).connections == {}
    assert cluster.asked == []


def test_an_unknown_cluster_is_an_error_at_the_environment() -> None:
    found = stack(declaring.environment(), declaring.environment("staging"), declaring.data_plane())
    cluster = Platform()
    cluster.refuses = Forbidden("403")
    placement = placed(found, cluster)
    [finding] = placement.findings
    assert finding.severity is Severity.ERROR
    assert finding.where == found.at("dataPlaneRef", "choreo:resources[0].spec.dataPlaneRef")
    assert finding.message.startswith(
        "data plane 'dp-local' of environment 'development' and 1 more: the credentials cannot get secrets"
    )
    assert list(placement.undecided()) == []


def test_what_could_not_be_asked_is_an_error_before_anything_is_applied() -> None:
    found = stack(declaring.environment())
    [finding] = placed(found).undecided()
    assert finding.severity is Severity.ERROR
    assert "could not read from the control plane which cluster it is" in finding.message


def test_a_kubeconfig_of_the_settings_needs_no_control_plane() -> None:
    placement = placed(stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": kubeconfig()}))
    assert placement.remote == {DEVELOPMENT: "acme/dp-local"}
    assert list(placement.undecided()) == []


def test_an_unusable_kubeconfig_is_an_error_at_its_place() -> None:
    found = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": MARK})
    placement = placed(found, ControlPlane())
    [finding] = placement.findings
    assert finding.where == found.at("dp-local: ", "choreo:dataPlaneKubeconfigs.dp-local")
    assert finding.message.startswith("no usable kubeconfig")
    assert MARK not in finding.message
    assert placement.remote == {}
    assert list(placement.undecided()) == []


def test_a_kubeconfig_with_commands_cannot_be_in_a_secret() -> None:
    given = kubeconfig(exec={"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws"})
    apart = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": given})
    assert reported(placed(apart)) == []
    [finding] = placed(stack(declaring.data_plane(), dataPlaneKubeconfigs={"dp-local": given})).findings
    assert "cannot be in the Secret of data plane 'dp-local': the kubeconfig has exec" in finding.message


def test_a_name_that_no_data_plane_has_is_an_error_at_its_place() -> None:
    found = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-lcoal": kubeconfig()})
    [finding] = placed(found, Platform()).findings
    assert finding.where.field == "choreo:dataPlaneKubeconfigs.dp-lcoal"
    assert (
        finding.message == "no data plane 'dp-lcoal' in organization 'acme': neither in this stack nor in the cluster"
    )


def test_data_planes_that_name_one_secret_have_the_kubeconfig_that_the_stack_makes_it_of() -> None:
    """The Secret does not exist yet: without it, the other one would be the control plane's own cluster."""
    planes = declaring.data_plane("east"), declaring.data_plane("west")
    environments = declaring.environment(data_plane="east"), declaring.environment("staging", data_plane="west")
    found = stack(*planes, *environments, dataPlaneKubeconfigs={"east": kubeconfig()})
    cluster = Platform()
    placement = placed(found, cluster)
    assert placement.remote == {
        DEVELOPMENT: "acme/east",
        Key(API_VERSION, "Environment", "acme", "staging"): "acme/west",
    }
    assert placement.connections["acme/west"] == Connection(kubeconfig(), "Secret acme/kind-1-config")
    assert cluster.asked == []


@pytest.mark.parametrize("controllers", Controllers)
def test_controllers_that_do_not_read_the_reference_are_a_warning(controllers: Controllers) -> None:
    found = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": kubeconfig()})
    placement = placed(found, ControlPlane(), {reference(): declaring.data_plane()}, controllers)
    warned = [finding.message for finding in placement.findings if finding.severity is Severity.WARNING]
    assert len(warned) == (controllers is Controllers.PRESENT)
    assert all("they run workloads" in each or "run workloads in their own cluster" in each for each in warned)


def test_a_kubeconfig_that_is_passed_on_in_a_secret_is_tried_although_nothing_runs_there(closed_server: str) -> None:
    found = stack(declaring.data_plane(), dataPlaneKubeconfigs={"dp-local": kubeconfig(closed_server)})
    placement = placed(found)
    asyncio.run(placement.check())
    [finding] = placement.findings
    assert (finding.severity, finding.where.field) == (Severity.ERROR, "choreo:dataPlaneKubeconfigs.dp-local")
    assert finding.message.startswith("data plane 'dp-local': ")
    assert "cannot be reached" in finding.message
    assert MARK not in finding.message


def test_a_data_plane_that_does_not_answer_is_an_error_that_names_it_and_its_environment(closed_server: str) -> None:
    found = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": kubeconfig(closed_server)})
    placement = placed(found)
    asyncio.run(placement.check())
    [finding] = placement.findings
    assert (finding.severity, finding.where.field) == (Severity.ERROR, "choreo:resources[0].spec.dataPlaneRef")
    assert finding.message.startswith("data plane 'dp-local' of environment 'development': ")
    assert finding.message.endswith(" (by choreo:dataPlaneKubeconfigs)")
    assert "cannot be reached" in finding.message
    assert MARK not in finding.message


def secret(name: str = "kind-1-config", **data: str) -> declaring.Manifest:
    """A Secret that the stack declares itself."""
    return declaring.plain("Secret", name, "acme", stringData=data)


def test_a_secret_that_the_stack_declares_is_used_before_it_exists() -> None:
    """With the control plane's own cluster, the environment would move to another one with the second update."""
    found = stack(declaring.environment(), declaring.data_plane(), secret(kubeconfig=kubeconfig()))
    cluster = Platform(secrets={"kind-1-config": {"kubeconfig": MARK}})
    placement = placed(found, cluster)
    assert (placement.remote, reported(placement), cluster.asked) == ({DEVELOPMENT: "acme/dp-local"}, [], [])
    [line] = reported(placed(stack(declaring.environment(), declaring.data_plane(), secret(config=MARK)), Platform()))
    assert line.endswith("Secret acme/kind-1-config has no key 'kubeconfig'; its keys: config")
