"""The Kubernetes provider gets settings that its release supports, and an untested release is refused."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime import set_config

from choreo_components import Environment, Organization
from choreo_components.components import children
from choreo_components.components.children import kubernetes_provider
from tests.checkout import CHECKOUT
from tests.components.registering import refusal, registered

UPSERT = "upsertExistingObjects"
NEWER = "4.29.0"


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs another release of the SDK."""
    return lambda version: monkeypatch.setattr(children, "KUBERNETES_VERSION", version)


def provider(**more: Any) -> Mapping[str, Any]:
    """The inputs of a provider."""
    made = registered(lambda: kubernetes_provider("east", "kind: Config", "east", **more))
    return made["east"].inputs


def organization(**more: Any) -> Organization:
    args: Any = more
    return Organization("acme", args)


def environment(**more: Any) -> Environment:
    args: Any = {"organization": "acme", "dataPlaneRef": "dp", **more}
    return Environment("development", args)


# --- Settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.25.0", "4.28.0"])
def test_a_release_without_the_setting_does_not_get_it(release: Callable[[str], None], version: str) -> None:
    release(version)
    assert UPSERT not in provider()


@pytest.mark.parametrize("version", [NEWER, "4.29.1a1"])
def test_a_newer_release_gets_the_setting(release: Callable[[str], None], version: str) -> None:
    release(version)
    assert provider()[UPSERT] == "true"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("enableServerSideApply", "true"), ("deleteUnreachable", "false"), ("skipUpdateUnreachable", "false")],
)
def test_variables_of_the_environment_cannot_change_what_it_does(setting: str, value: str) -> None:
    """The provider reads `PULUMI_K8S_…` only where its settings say nothing."""
    assert provider()[setting] == value


def test_secrets_are_updated_in_place_on_request() -> None:
    assert "enableSecretMutable" not in provider()
    assert provider(mutable_secrets=True)["enableSecretMutable"] == "true"


# --- Untested releases ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.24.1", "4.30.0", "4.34.2", "5.0.0", "unknown"])
def test_another_release_is_refused_with_the_command_that_installs_one_that_works(
    release: Callable[[str], None], version: str
) -> None:
    release(version)
    for program in (
        lambda: kubernetes_provider("east", "kind: Config", "east"),
        lambda: organization(controllers="absent"),
    ):
        [said] = refusal(program)
        assert f"pulumi-kubernetes {version} is installed" in said
        assert "pip install 'pulumi-kubernetes>=4.25,<4.30'" in said


def test_the_wheel_requires_the_tested_releases() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    oldest, beyond = (".".join(map(str, each)) for each in (children.OLDEST, children.BEYOND))
    assert f"pulumi-kubernetes>={oldest},<{beyond}" in project["dependencies"]


# --- A program with a default provider -----------------------------------------------------------------------------


def test_with_controllers_a_newer_default_provider_must_take_over(release: Callable[[str], None]) -> None:
    release(NEWER)
    for program in (organization, lambda: environment(projects=["shop"])):
        [said] = refusal(program)
        assert f"the Kubernetes provider {NEWER} does not take over existing objects" in said
        assert f"pulumi config set kubernetes:{UPSERT} true" in said


def test_a_program_with_that_setting_is_accepted(
    release: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    release(NEWER)
    monkeypatch.setenv("PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "true")
    assert registered(organization).names

    def program() -> None:
        set_config(f"kubernetes:{UPSERT}", "false")
        organization()

    try:
        assert UPSERT in refusal(program)[0], "a setting overrides the environment"
    finally:
        set_config(f"kubernetes:{UPSERT}", "")


def test_an_explicit_provider_is_accepted(release: Callable[[str], None]) -> None:
    release(NEWER)

    def program() -> None:
        explicit = kubernetes_provider("east", None, "east")
        Organization("acme", {}, pulumi.ResourceOptions(provider=explicit))

    assert registered(program).names


@pytest.mark.parametrize(
    "program",
    [
        lambda: organization(controllers="absent"),
        environment,
        lambda: environment(projects=["shop"], controllers="absent"),
        lambda: environment(projects=["shop"], dataPlaneKubeconfig="kind: Config"),
    ],
    ids=["no controllers", "no namespaces", "no controllers, and namespaces", "namespaces elsewhere"],
)
def test_if_controllers_make_none_of_its_namespaces_nothing_is_required(
    release: Callable[[str], None], program: Callable[[], Any]
) -> None:
    release(NEWER)
    assert registered(program).names
