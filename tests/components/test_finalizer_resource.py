"""The finalizer and its provider, declared separately by programs in Python."""

import pulumi

from choreo_components import EnvironmentFinalizer, Provider
from choreo_components.version import VERSION
from tests.components.registering import registered


def test_a_finalizer_may_be_declared_separately() -> None:
    found = registered(
        lambda: EnvironmentFinalizer(
            "f",
            namespace="acme",
            environment="development",
            data_plane_ref="dp-local",
            namespaces_timeout="1h",
        )
    )
    assert found["f"].type == "choreo:index:EnvironmentFinalizer"
    assert found["f"].inputs == {
        "apiVersion": "core.choreo.dev/v1",
        "namespace": "acme",
        "environment": "development",
        "dataPlaneRef": "dp-local",
        "namespacesTimeout": "1h",
        "formatVersion": 2,
    }
    assert found["f"].request.version == VERSION


def test_its_version_may_be_overridden() -> None:
    opts = pulumi.ResourceOptions(version="9.9.9")
    assert (
        registered(lambda: EnvironmentFinalizer("f", namespace="a", environment="d", opts=opts))["f"].request.version
        == "9.9.9"
    )


def test_a_kubeconfig_is_a_secret() -> None:
    kubeconfig = registered(lambda: Provider("choreo", kubeconfig="a: b"))["choreo"].request.object["kubeconfig"]
    # Pulumi's mark for a secret.
    assert kubeconfig["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert kubeconfig["value"] == '"a: b"' or kubeconfig["value"] == "a: b"


def test_without_a_kubeconfig_the_ambient_one_is_left_to_the_provider() -> None:
    found = registered(lambda: Provider("choreo"))["choreo"]
    assert (found.type, found.request.version) == ("pulumi:providers:choreo", VERSION)
    assert found.inputs == {"formatVersion": 2}
