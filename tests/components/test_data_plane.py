"""A DataPlane since OpenChoreo v0.2.0 has credentials, whose private key is a secret."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import rpc

from choreo_components import DataPlane
from choreo_components.provider.component_host import Host
from tests import declaring
from tests.components.registering import Registrations, declare, refusal, registered
from tests.declaring import CREDENTIALS, stack

KEY = CREDENTIALS["clientKey"]
SPEC = declaring.data_plane_with_credentials()["spec"]
CLUSTER = SPEC["kubernetesCluster"]


def args(**more: Any) -> Any:
    """The arguments that declare such a data plane."""
    return {"organization": "acme", "controllers": "absent", **SPEC, **more}


def sent(noted: Registrations) -> Any:
    """The data plane's inputs as the engine gets them."""
    [request] = [each.request for each in noted.resources if each.type == "kubernetes:core.choreo.dev/v1:DataPlane"]
    return MessageToDict(request.object)


def secrets(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The secrets in inputs, each with its path."""
    if isinstance(value, Mapping):
        if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
            yield path, value["value"]
            return
        for key, each in value.items():
            yield from secrets(each, f"{path}.{key}" if path else key)


def plain(value: Any) -> Any:
    """Inputs without their secrets."""
    if isinstance(value, Mapping):
        return None if rpc._special_sig_key in value else {key: plain(each) for key, each in value.items()}
    return value


DECLARATIONS: dict[str, Callable[[], Any]] = {
    "a program in Python": lambda: DataPlane("one", args()),
    "a program in another language": lambda: Host().construct("one", "choreo:core/v1:DataPlane", args()).state,
    "a stack's settings": lambda: declare(stack(declaring.data_plane_with_credentials(), controllers="absent")),
}


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_the_private_key_and_nothing_else_is_a_secret(declaration: str) -> None:
    found = sent(registered(DECLARATIONS[declaration]))
    assert dict(secrets(found)) == {"spec.kubernetesCluster.credentials.clientKey": KEY}


LATER = pulumi.Output.from_input
CLUSTERS: dict[str, Callable[[], Any]] = {
    "the cluster": lambda: LATER(CLUSTER),
    "the credentials": lambda: {**CLUSTER, "credentials": LATER(CREDENTIALS)},
    "the key": lambda: {**CLUSTER, "credentials": {**CREDENTIALS, "clientKey": LATER(KEY)}},
    "the key as a secret": lambda: {**CLUSTER, "credentials": {**CREDENTIALS, "clientKey": pulumi.Output.secret(KEY)}},
}


@pytest.mark.parametrize("later", CLUSTERS)
def test_an_output_that_contains_the_key_is_a_secret(later: str) -> None:
    found = sent(registered(lambda: DataPlane("one", args(kubernetesCluster=CLUSTERS[later]()))))
    assert KEY in str(dict(secrets(found)))
    assert KEY not in str(plain(found))


def test_an_output_without_a_key_is_no_secret() -> None:
    earlier = declaring.data_plane()["spec"]

    def program() -> Any:
        cluster = pulumi.Output.from_input(earlier["kubernetesCluster"])
        given: Any = {"organization": "acme", **earlier, "kubernetesCluster": cluster}
        return DataPlane("one", given)

    found = sent(registered(program))
    assert found["spec"] == earlier
    assert dict(secrets(found)) == {}


def test_the_key_is_checked_and_not_quoted() -> None:
    path = "/etc/kubernetes/admin.key"
    lines = refusal(
        lambda: DataPlane("one", args(kubernetesCluster={"credentials": {**CREDENTIALS, "clientKey": path}}))
    )
    assert lines[1:] == [
        "spec.kubernetesCluster.name: required field is missing",
        "spec.kubernetesCluster.credentials.clientKey: "
        "should be base64, as in the fields …-data of a kubeconfig: neither PEM nor the path of a file",
    ]


def test_its_optional_zero_values_are_left_out() -> None:
    registry: dict[str, Any] = {"unauthenticated": [], "imagePushSecrets": []}
    assert sent(registered(lambda: DataPlane("one", args(registry=registry))))["spec"]["registry"] == {}
