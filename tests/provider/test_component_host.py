"""Components for programs in other languages: inputs reach the constructors under OpenChoreo's names."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pytest

from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.components.args import TimeoutsArgs
from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.provider.component_host import Host, hosted
from tests.components.registering import Registrations, args_of, dependencies, refusal, registered


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


def construct(host: Host, kind: str, inputs: Any) -> Registrations:
    """What a component registers; the program returns its state."""
    return registered(lambda: host.construct("one", f"choreo:core/v1:{kind}", inputs).state)


@pytest.mark.parametrize("kind", [component.__name__ for component in COMPONENTS])
def test_each_component_is_constructed_and_shows_its_outputs(host: Host, kind: str) -> None:
    found = construct(host, kind, args_of(kind))
    assert f"one-{kind.lower()}" in found.names
    outputs = {"Environment": {"namespaces", "hosts"}, "DataPlane": {"gateway"}, "Endpoint": {"address"}}
    assert set(found.returned) == {"name", "namespace"} | outputs.get(kind, set())


@pytest.mark.parametrize("kind", [component.__name__ for component in COMPONENTS])
def test_a_program_may_still_name_it_without_the_generation(host: Host, kind: str) -> None:
    found = registered(lambda: host.construct("one", f"choreo:index:{kind}", args_of(kind)).state)
    assert found.resources[0].type == f"choreo:core/v1:{kind}"


def test_names_arrive_as_openchoreo_spells_them(host: Host) -> None:
    found = construct(host, "DataPlane", args_of("DataPlane"))
    cluster = found["one-dataplane"].inputs["spec"]["kubernetesCluster"]
    assert set(cluster) == {"name", "connectionConfigRef", "featureFlags"}


def test_a_nested_object_that_is_an_output_arrives(host: Host) -> None:
    inputs = args_of("DataPlane")
    cluster = inputs["kubernetesCluster"]

    def program() -> Any:
        nested = {**cluster, "featureFlags": pulumi.Output.from_input(cluster["featureFlags"])}
        later = {**inputs, "kubernetesCluster": nested, "gateway": pulumi.Output.from_input(inputs["gateway"])}
        return host.construct("one", "choreo:core/v1:DataPlane", later).state

    assert registered(program)["one-dataplane"].inputs["spec"] == {
        "kubernetesCluster": cluster,
        "gateway": inputs["gateway"],
    }


def test_numbers_that_arrive_as_floats_are_integers(host: Host) -> None:
    """A number is transferred as a float, even if the schema says integer."""
    probe = {"initialDelaySeconds": 5.0, "httpGet": {"port": 8080.0, "httpHeaders": [{"name": "a", "value": "1.0"}]}}
    configuration = {"application": {"probes": {"readinessProbe": probe}, "args": ["1.0"]}}
    found = construct(host, "DeployableArtifact", {**args_of("DeployableArtifact"), "configuration": configuration})
    sent = found["one-deployableartifact"].inputs["spec"]["configuration"]
    assert sent == configuration


def test_numbers_in_lists_arrive_too(host: Host) -> None:
    template = {"metadata": {"name": "web"}, "spec": {"type": "HTTP", "service": {"port": 8080.0}}}
    inputs = {**args_of("DeployableArtifact"), "configuration": {"endpointTemplates": [template]}}
    sent = construct(host, "DeployableArtifact", inputs)["one-deployableartifact"].inputs["spec"]
    assert sent["configuration"]["endpointTemplates"][0]["spec"]["service"]["port"] == 8080


def test_a_number_in_an_output_arrives_as_it_is(host: Host) -> None:
    def program() -> Any:
        service = pulumi.Output.from_input({"port": 8080.0})
        return host.construct("one", "choreo:core/v1:Endpoint", {**args_of("Endpoint"), "service": service}).state

    assert registered(program)["one-endpoint"].inputs["spec"]["service"] == {"port": 8080}


def test_a_zero_that_arrives_as_a_float_is_left_out_like_any_other(host: Host) -> None:
    scaling = {"hpa": {"minReplicas": 0.0, "maxReplicas": 3.0}}
    inputs = {**args_of("DeployableArtifact"), "configuration": {"application": {"scaling": scaling}}}
    sent = construct(host, "DeployableArtifact", inputs)["one-deployableartifact"].inputs["spec"]
    assert sent["configuration"]["application"]["scaling"]["hpa"].get("maxReplicas") == 3


@pytest.mark.parametrize("port", [80.5, float("inf"), float("nan"), "80"])
def test_a_number_that_is_no_integer_is_refused(host: Host, port: Any) -> None:
    inputs = {**args_of("Endpoint"), "service": {"port": port}}
    lines = refusal(lambda: host.construct("one", "choreo:core/v1:Endpoint", inputs))
    assert lines[1:] == [f"spec.service.port: should be an integer, not {port!r}"]


def test_wrong_inputs_are_reported_as_to_a_program_in_python(host: Host) -> None:
    lines = refusal(lambda: host.construct("one", "choreo:core/v1:Environment", {"dataPlane": "dp-local"}))
    assert lines == [
        "Environment 'one' has invalid arguments:",
        "organization: required field is missing: OpenChoreo finds by it what the Environment belongs to",
        "spec.dataPlane: unknown field; did you mean dataPlaneRef?",
    ]


def test_enums_arrive_as_their_values(host: Host) -> None:
    found = construct(host, "Organization", {"controllers": "absent"})
    assert "one-namespace" in found.names


def test_an_environments_name_depends_on_its_finalizer(host: Host) -> None:
    def program() -> Any:
        state = host.construct(
            "one", "choreo:core/v1:Environment", {**args_of("Environment"), "projects": ["shop"]}
        ).state
        name: Any = state["name"]
        return {"behind": dependencies(name), "namespaces": state["namespaces"]}

    assert registered(program).returned == {
        "behind": ["one-finalizer"],
        "namespaces": {"shop": data_plane_namespace("acme", "shop", "one")},
    }


@pytest.mark.parametrize("token", ["other:index:Environment", "choreo:index:EnvironmentFinalizer", "Environment"])
def test_an_unknown_component_is_refused_with_the_known_ones(host: Host, token: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"no component '{token}'; it has .*choreo:core/v1:Environment"):
        host.construct("one", token, {})


class EnvironmentGatewayArgs(TypedDict):
    """A type with the name of one of another generation."""

    path: str
    """Where it is."""


class EnvironmentArgs(TypedDict):
    """Arguments with the name of those of another generation."""

    gateway: EnvironmentGatewayArgs
    """How it is reached."""
    timeouts: NotRequired[TimeoutsArgs]
    """A type that generations share."""


class Environment(pulumi.ComponentResource):
    """A component with the name of one of another generation."""

    path: pulumi.Output[str]
    """Where it is."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("choreo:elsewhere/v2:Environment", name, None, opts)
        self.path = pulumi.Output.from_input(args["gateway"]["path"])


@pytest.fixture(scope="module")
def of_two_generations() -> Host:
    return Host({**hosted(), "elsewhere/v2": [Environment]})


def test_components_of_two_generations_may_have_one_name(of_two_generations: Host) -> None:
    def program() -> Any:
        newer = of_two_generations.construct("a", "choreo:elsewhere/v2:Environment", {"gateway": {"path": "/a"}}).state
        inputs = args_of("Environment")
        return newer, of_two_generations.construct("b", "choreo:core/v1:Environment", inputs).state["name"]

    found = registered(program)
    assert found.returned == ({"path": "/a"}, "b")
    assert [found["a"].type, found["b"].type] == ["choreo:elsewhere/v2:Environment", "choreo:core/v1:Environment"]


def test_types_of_two_generations_may_have_one_name(of_two_generations: Host) -> None:
    types, resources = of_two_generations.types, of_two_generations.resources
    for module, fields in {"core/v1": {"dnsPrefix", "security"}, "elsewhere/v2": {"path"}}.items():
        gateway = resources[f"choreo:{module}:Environment"]["inputProperties"]["gateway"]
        assert gateway["$ref"] == f"#/types/choreo:{module}:EnvironmentGateway"
        assert set(types[f"choreo:{module}:EnvironmentGateway"]["properties"]) == fields
        timeouts = resources[f"choreo:{module}:Environment"]["inputProperties"]["timeouts"]
        assert timeouts["$ref"] == "#/types/choreo:index:Timeouts"


def test_only_components_that_existed_before_have_former_names(of_two_generations: Host) -> None:
    assert of_two_generations.resources["choreo:core/v1:Environment"]["aliases"] == [
        {"type": "choreo:index:Environment"}
    ]
    assert "aliases" not in of_two_generations.resources["choreo:elsewhere/v2:Environment"]
