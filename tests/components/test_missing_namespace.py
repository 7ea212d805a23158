"""A missing organization: a preview asks once for each that a program names and does not make, and refuses it."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from choreo_components import DataPlane, Environment, Organization, Project, Provider
from choreo_components.components.children import kubernetes_provider
from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.components.questions import REASONS
from tests import declaring
from tests.components.registering import Registrations, args_of, declare, kind_named, registered, unknown

ABSENT = {"controllers": "absent"}


def previewed(program: Callable[[], Any], *missing: str) -> Registrations:
    """A preview of the program with a cluster without these namespaces."""
    return registered(program, preview=True, missing=missing)


def one(component: Any, opts: pulumi.ResourceOptions | None = None, name: str = "one", **more: Any) -> Any:
    """A component as programs declare it, from the example of its kind."""
    return component(name, {**args_of(component.__name__), **ABSENT, **more}, opts)


def refused(found: Registrations) -> list[tuple[str, str]]:
    """The components that are refused, each with the reason."""
    return [(each.parent, each.inputs["reason"]) for each in found.of_type("choreo:index:Refusal")]


@pytest.mark.parametrize(
    ("component", "in_words"),
    [
        (each, {"DataPlane": "data plane", "DeploymentPipeline": "deployment pipeline"}.get(each.__name__))
        for each in COMPONENTS
        if kind_named(each.__name__).namespaced
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_component_in_an_organization_that_is_missing_is_refused(component: Any, in_words: str | None) -> None:
    [(name, reason)] = refused(previewed(lambda: one(component), "acme"))
    assert name == "one"
    assert reason.endswith(
        " 'one' of organization 'acme' cannot be created: the namespace 'acme' of its organization does not exist. "
        "Create the Organization first; if this program declares it, give its output `namespace` as the argument "
        "`organization`"
    )
    if in_words is not None:
        assert reason.startswith(f"{in_words} 'one' ")


def test_it_is_reported_with_its_name_in_the_cluster() -> None:
    def program() -> None:
        Project("one", {**args_of("Project"), "name": "shop"})  # type: ignore[typeddict-item]

    [(_, reason)] = refused(previewed(program, "acme"))
    assert reason.startswith("project 'shop' of organization 'acme' ")


def test_an_existing_one_is_asked_about_and_accepted() -> None:
    found = previewed(lambda: one(Project))
    assert found.asked == [("acme", "")]
    assert found.names == ["one", "one-project"]
    assert found.outputs["one"]["namespace"] == "acme"


def test_an_organization_itself_is_in_no_namespace() -> None:
    assert previewed(lambda: one(Organization), "acme", "one").asked == []


def test_components_of_one_organization_ask_once_and_the_first_is_refused() -> None:
    def program() -> None:
        for name in ("one", "two", "three"):
            one(Project, name=name)
        one(DataPlane, name="four")
        one(Project, name="five", organization="globex")

    found = previewed(program, "acme")
    assert sorted(found.asked) == [("acme", ""), ("globex", "")]
    assert [name for name, _ in refused(found)] == ["one"]


def test_another_program_in_this_process_asks_again() -> None:
    assert previewed(lambda: one(Project)).asked == previewed(lambda: one(Project)).asked == [("acme", "")]


def test_an_update_asks_nothing() -> None:
    found = registered(lambda: one(Environment), missing=["acme"])
    assert (found.asked, refused(found)) == ([], [])


@pytest.mark.parametrize("organization", [pulumi.Output.from_input, lambda _: unknown()], ids=["Output", "unknown"])
def test_an_organization_that_the_program_may_make_is_not_asked_about(organization: Any) -> None:
    assert previewed(lambda: one(Project, organization=organization("acme")), "acme").asked == []


def test_a_dependency_of_a_component_may_make_its_organization() -> None:
    def program() -> None:
        one(Project, pulumi.ResourceOptions(depends_on=[Organization("acme", {"controllers": "absent"})]))  # type: ignore[typeddict-item]

    assert previewed(program, "acme").asked == []


def test_a_component_with_an_empty_list_of_dependencies_asks() -> None:
    assert previewed(lambda: one(Project, pulumi.ResourceOptions(depends_on=[]))).asked == [("acme", "")]


def test_an_unknown_answer_refuses_nothing() -> None:
    found = registered(lambda: one(Project), preview=True, missing=None)
    assert (found.asked, refused(found)) == ([("acme", "")], [])


def test_a_provider_that_cannot_be_asked_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [("", "no such function")]
    monkeypatch.setattr("tests.components.registering._Shapes.call", lambda self, args: ({}, failures))
    assert refused(previewed(lambda: one(Project), "acme")) == []


# --- Which cluster is asked ----------------------------------------------------------------------------------------


def test_providers_for_both_clients_are_asked_about_their_clusters() -> None:
    def program() -> None:
        one(Project)
        for name in ("east", "west"):
            providers = [kubernetes_provider(name, "text", name), Provider(name, kubeconfig="text")]
            one(Project, pulumi.ResourceOptions(providers=providers), name=f"in-{name}")
            one(DataPlane, pulumi.ResourceOptions(providers=providers), name=f"on-{name}")

    assert sorted(previewed(program).asked) == [("acme", ""), ("acme", "east"), ("acme", "west")]


@pytest.mark.parametrize("kubernetes", [True, False], ids=["kubernetes", "choreo"])
def test_with_a_provider_for_only_one_client_nothing_is_asked_as_it_may_be_another_cluster(kubernetes: bool) -> None:
    def program() -> None:
        provider = kubernetes_provider("mine", "text", "mine") if kubernetes else Provider("mine", kubeconfig="text")
        one(Project, pulumi.ResourceOptions(providers=[provider]))

    assert previewed(program, "acme").asked == []


@pytest.mark.parametrize("setting", ["kubernetes:context", "kubernetes:kubeconfig", "choreo:kubeconfig"])
def test_a_setting_that_may_lead_to_another_cluster_leaves_it_to_the_update(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi.Config, "get", lambda self, key: "b" if f"{self.name}:{key}" == setting else None)
    assert previewed(lambda: one(Project), "acme").asked == []


# --- Who refuses ---------------------------------------------------------------------------------------------------


def test_a_host_of_components_gets_the_reason_and_no_resource() -> None:
    reasons: list[str] = []

    def program() -> None:
        REASONS.set(reasons)
        one(Project)

    assert refused(previewed(program, "acme")) == []
    assert [reason.partition(" cannot")[0] for reason in reasons] == ["project 'one' of organization 'acme'"]


def test_a_platform_does_not_ask_this_way() -> None:
    stack = declaring.stack(*declaring.every_kind(declaring.pipeline(promotions=[("development", ["staging"])])))
    assert previewed(lambda: declare(stack), "acme").asked == []
