"""A Platform in a program: its arguments are a stack's settings, and it is as safe as a stack."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.resource import DependencyProviderResource

from choreo_components.components import preparation
from choreo_components.components.children import KubernetesObject, kubernetes_object
from choreo_components.components.platform import TOKEN, Platform, PlatformArgs, outputs
from choreo_components.config.settings import KEYS
from choreo_components.preflight.run import Survey
from tests import declaring
from tests.components.registering import Registrations, dependencies, refusal, registered, unknown

KEY = declaring.CREDENTIALS["clientKey"]


@pytest.fixture(autouse=True)
def survey(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A preflight without findings, which records its arguments."""
    asked: list[Any] = []

    async def answer(*arguments: Any, trial: bool) -> Survey:
        asked.append(arguments)
        return Survey()

    monkeypatch.setattr(preparation, "survey", answer)
    return asked


def made(name: str = "acme", opts: pulumi.ResourceOptions | None = None, **args: Any) -> Callable[[], Platform]:
    """A program with a Platform."""
    given: Any = {"controllers": "absent", **args}
    return lambda: Platform(name, given, opts)


def findings_of(program: Callable[[], Any]) -> list[str]:
    """The findings with which a program is refused before it registers anything."""
    return refusal(program)[1:]


def other() -> KubernetesObject:
    """A resource that is no part of a Platform."""
    return kubernetes_object("other", "v1", "ConfigMap", {"metadata": {"name": "known"}}, pulumi.ResourceOptions())


# --- Arguments -----------------------------------------------------------------------------------------------------


def test_its_arguments_are_the_settings_of_a_stack_by_the_same_names() -> None:
    assert [f"choreo:{name}" for name in PlatformArgs.__annotations__] == list(KEYS)


def test_it_needs_no_arguments() -> None:
    assert registered(lambda: Platform("acme").environments).returned == {}


def test_a_finding_names_a_field_of_the_arguments_with_the_message_of_a_stack() -> None:
    wrong = declaring.environment()
    wrong["spec"]["dataPlaneRef"] = 3
    args: dict[str, Any] = {"adopt": "always", "colour": "blue", "manifests": ["nothing/*.yaml"], "kubeconfig": {}}
    assert findings_of(made(resources=[wrong], **args)) == [
        "Platform 'acme': adopt: error: should be never or if-labelled, not 'always'",
        "Platform 'acme': colour: error: unknown setting; the settings are " + ", ".join(KEYS),
        "Platform 'acme': kubeconfig: error: should be the text of a kubeconfig, or the path of one, not a value of "
        "another type",
        f"Platform 'acme': manifests[0]: error: no file matches 'nothing/*.yaml' in {preparation.project_folder()}",
        "Platform 'acme': resources[0].spec.dataPlaneRef: error: should be a string, not 3 (put it in quotes)",
    ]


def test_manifests_are_files_of_the_projects_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "main").mkdir()
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(declaring.project()))
    monkeypatch.chdir(tmp_path / "main")
    assert "acme-acme/shop" in registered(made(manifests=["shop.yaml"])).names


def test_arguments_may_be_outputs_whose_values_a_preview_knows() -> None:
    def program() -> Platform:
        environment = declaring.environment()
        environment["spec"]["dataPlaneRef"] = other().metadata["name"]
        return made(resources=pulumi.Output.from_input([environment]), adopt=pulumi.Output.from_input("never"))()

    found = registered(program, preview=True)
    assert found["acme-acme/development-environment"].inputs["spec"]["dataPlaneRef"] == "known"
    for name in ("acme-choreo", "acme-inventory"):
        assert "other" in found[name].depends_on, "their resources are deleted after the Platform"


def test_whole_numbers_of_other_languages_are_integers_in_an_output() -> None:
    endpoint = declaring.endpoint()
    endpoint["spec"]["service"] = {"port": 8080.0}

    def program() -> Platform:
        return made(resources=pulumi.Output.secret([endpoint, declaring.data_plane_with_credentials()]))()

    assert registered(program)["acme-acme/web-port"].inputs["spec"]["service"] == {"port": 8080}


def test_an_unknown_value_in_a_preview_is_refused_with_its_place_before_anything_is_registered() -> None:
    def program() -> Platform:
        environment = declaring.environment()
        environment["spec"]["dataPlaneRef"] = unknown()
        return made(resources=[environment], kubeconfig=unknown())()

    lines = findings_of(program)
    assert [line.partition(": error: ")[0] for line in lines] == [
        "Platform 'acme': kubeconfig",
        "Platform 'acme': resources[0].spec.dataPlaneRef",
    ]
    assert all("unknown, so nothing can be planned" in line for line in lines)


def test_a_key_that_is_no_string_is_refused_at_its_place_before_anything_is_registered() -> None:
    ports = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ports", "namespace": "shop"}}
    program = made(resources=[declaring.environment(), {**ports, "data": {8080: "web"}}])
    assert findings_of(program) == ["Platform 'acme': resources[1].data[8080]: error: should be a string, as all keys"]


@pytest.mark.parametrize("whole", [False, True], ids=["by itself", "with all objects, as other languages send it"])
def test_a_secret_in_a_data_plane_is_one_in_the_state(whole: bool) -> None:
    def program() -> Platform:
        plane = declaring.data_plane_with_credentials()
        credentials = plane["spec"]["kubernetesCluster"]["credentials"]
        if not whole:
            credentials["clientKey"] = pulumi.Output.secret(KEY)
        return made(resources=pulumi.Output.secret([plane]) if whole else [plane])()

    sent = registered(program)["acme-acme/dp-local-dataplane"].request.object
    assert KEY in str(sent["spec"]["kubernetesCluster"]["credentials"]["clientKey"])
    assert str(sent).count(KEY) == 1
    assert "1b47061264138c4ac30d75fd1eb44270" in str(sent["spec"]["kubernetesCluster"]["credentials"]["clientKey"])


def test_a_secret_that_would_be_in_plain_text_in_the_state_is_refused() -> None:
    def program() -> Platform:
        project = declaring.project()
        project["metadata"]["annotations"] = {"example.com/token": pulumi.Output.secret("very-secret")}
        return made(resources=[project], projects=pulumi.Output.secret(["shop"]))()

    lines = findings_of(program)
    assert [line.partition(": error: a secret")[0] for line in lines] == [
        "Platform 'acme': projects",
        "Platform 'acme': resources[0].metadata.annotations[example.com/token]",
    ]
    assert "very-secret" not in str(lines)


@pytest.mark.parametrize("whole", [False, True], ids=["by itself", "with all objects, as other languages send it"])
def test_no_other_finding_quotes_such_a_secret(whole: bool) -> None:
    def program() -> Platform:
        seal: Any = (lambda value: value) if whole else pulumi.Output.secret
        project, environment = declaring.project(), declaring.environment()
        project["metadata"]["labels"] = {"team": seal("very secret!")}
        project["metadata"]["annotations"] = {"example.com/token": seal(123456789)}
        environment["spec"]["isProduction"] = seal("very-secret")
        objects: Any = [project, environment]
        return made(resources=pulumi.Output.secret(objects) if whole else objects, adopt="always")()

    lines = findings_of(program)
    assert len(lines) == (1 if whole else 3)
    assert all("a secret in a field that is not secret in OpenChoreo" in line for line in lines)


def test_kubeconfigs_are_secrets_in_the_state(survey: list[Any]) -> None:
    text = KUBECONFIG
    found = registered(made(resources=[declaring.project()], kubeconfig=text))
    assert "1b47061264138c4ac30d75fd1eb44270" in str(found["acme-choreo"].request.object["kubeconfig"])
    [(_, _, asked, _)] = survey
    assert "https://cluster.example" in asked


KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: "https://cluster.example"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: very-secret}}]
"""


# --- What it registers ---------------------------------------------------------------------------------------------


def names(found: Registrations, name: str) -> set[str]:
    return {each.name for each in found.resources if each.name.startswith(name)}


def test_its_children_have_its_name_as_prefix_so_that_a_program_can_have_several() -> None:
    def program() -> None:
        made("one", resources=[declaring.organization("a"), declaring.environment(organization="a")])()
        made("two", resources=[declaring.organization("b"), declaring.environment(organization="b")])()

    found = registered(program)
    identities = [(each.type, each.name) for each in found.resources]
    assert len(identities) == len(set(identities))
    assert len(names(found, "one-")) == len(names(found, "two-"))
    assert names(found, "one") | names(found, "two") == set(found.names)


def test_its_children_have_no_aliases() -> None:
    found = registered(made(resources=[declaring.organization(), declaring.environment()]))
    assert [each.name for each in found.resources if each.request.aliases] == []


def test_the_call_stacks_of_its_children_are_not_in_the_state() -> None:
    found = registered(made(resources=[declaring.organization(), declaring.environment()]))
    kept = {each.name for each in found.resources if each.request.stackTrace.frames}
    assert kept <= {"acme", "acme-choreo", "acme-kubernetes"}


def test_its_environments_are_known_in_a_preview_and_resources_that_use_them_follow_their_finalizers() -> None:
    def program() -> Any:
        made_ = made(resources=[declaring.environment()], projects=["shop"])()
        return pulumi.Output.all(made_.environments, dependencies(made_.environments))

    environments, after = registered(program, preview=True).returned
    assert environments["acme/development"]["dataPlane"] == "dp-local"
    assert list(environments["acme/development"]["namespaces"]) == ["shop"]
    assert after == ["acme-acme/development-finalizer"]


def test_everything_comes_after_what_it_depends_on() -> None:
    def program() -> Platform:
        return made(opts=pulumi.ResourceOptions(depends_on=[other()]), resources=[declaring.project()])()

    found = registered(program)
    assert "other" in found["acme-choreo"].depends_on & found["acme-inventory"].depends_on
    assert found["acme-acme/shop"].depends_on == {"acme-inventory"}


def test_its_dependencies_must_be_a_known_list() -> None:
    def program() -> Platform:
        return made(opts=pulumi.ResourceOptions(depends_on=pulumi.Output.from_input([other()])))()

    with pytest.raises(pulumi.RunError, match="depends_on of a component must be a resource or a list of resources"):
        registered(program)


def below(provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    """Options of a child of a component with the provider."""
    given = pulumi.ResourceOptions(providers=[provider])
    return pulumi.ResourceOptions(parent=pulumi.ComponentResource("a:b:C", "parent", None, given))


@pytest.mark.parametrize("package", ["kubernetes", "choreo"])
@pytest.mark.parametrize(
    "given",
    [
        lambda each: pulumi.ResourceOptions(provider=each),
        lambda each: pulumi.ResourceOptions(providers=[each]),
        lambda each: pulumi.ResourceOptions(providers={each.package: each}),
        below,
    ],
    ids=["provider", "providers", "providers by package", "a parent's"],
)
def test_a_provider_that_it_would_not_use_is_refused(package: str, given: Any) -> None:
    def program() -> Platform:
        return made(opts=given(pulumi.ProviderResource(package, "given", {})), resources=[declaring.project()])()

    with pytest.raises(pulumi.RunError, match=f"Platform 'acme' has a {package} provider, and makes its own"):
        registered(program)


def test_the_provider_that_hosts_it_is_accepted() -> None:
    def program() -> Platform:
        itself = DependencyProviderResource("urn:pulumi:test::choreo::pulumi:providers:choreo::default_0_1_0::id")
        return made(opts=pulumi.ResourceOptions(providers={"choreo": itself}), resources=[declaring.project()])()

    assert "acme-acme/shop" in registered(program).names


def test_the_event_loop_continues_during_the_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that hosts it takes calls in that loop, and prints there what it waits for."""
    seen: list[str] = []

    async def asked(*arguments: Any, trial: bool) -> Survey:
        for _ in range(100):
            if seen:
                break
            await asyncio.sleep(0.01)
        return Survey()

    monkeypatch.setattr(preparation, "survey", asked)

    def program() -> bool:
        asyncio.get_running_loop().call_later(0.01, seen.append, "a line")
        made(resources=[declaring.project()])()
        return bool(seen)

    assert registered(program).returned, "printed before the cluster has answered"


def test_without_controllers_nothing_is_explained() -> None:
    """No controller accepts objects then."""
    found = registered(made(resources=[declaring.project()]))
    assert list(found["acme-acme/shop"].request.hooks.on_error) == []
    assert found["acme"].type == TOKEN


def test_its_environments_have_the_namespaces_that_bindings_make() -> None:
    today = "openchoreo.dev/v1alpha1"
    plane = {"kind": "DataPlane", "name": "local"}
    environment = {
        "apiVersion": today,
        "kind": "Environment",
        "metadata": {"name": "dev", "namespace": "acme"},
        "spec": {"dataPlaneRef": plane},
    }
    binding = {
        "apiVersion": today,
        "kind": "ProjectReleaseBinding",
        "metadata": {"name": "shop-dev", "namespace": "acme"},
        "spec": {"owner": {"projectName": "shop"}, "environment": "dev"},
    }
    found = outputs(declaring.stack(environment, binding).plan, {})
    assert found["acme/dev"]["namespaces"] == {"shop": "dp-acme-shop-dev-1c11194b"}
