"""What an API server checks of an object beyond types is found before it is sent, with the words for it."""

from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from choreo_components.api.constraints import immutable_paths, violations
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1.kinds import KINDS
from choreo_components.api.shape import (
    IMMUTABLE,
    SET,
    Facets,
    FreeObject,
    FreeValue,
    Items,
    ListMap,
    Rule,
    immutable_once_set,
)


class Deck(WireModel):
    """Part of a made-up kind."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.cabins) || has(self.stairs)",
            "cabins need stairs",
            lambda deck: "cabins" in deck and "stairs" not in deck,
        ),
    )

    id: Annotated[str, doc("Its name.")] = ""
    cabins: Annotated[int | None, Facets(minimum=1, maximum=9), doc("How many.")] = None
    stairs: Annotated[str | None, IMMUTABLE, doc("Where they are.")] = None


class Hull(WireModel):
    """Part of a made-up kind, of which nothing changes."""

    RULES: ClassVar[tuple[Rule, ...]] = (IMMUTABLE,)

    steel: Annotated[str | None, IMMUTABLE, doc("Which.")] = None


class ShipSpec(WireModel):
    """The spec of a made-up kind."""

    RULES: ClassVar[tuple[Rule, ...]] = (immutable_once_set("flag"),)

    name: Annotated[
        str | None,
        Facets(pattern="^[a-z]+$", min_length=1, max_length=5, meaning="lower-case letters"),
        doc("Its name."),
    ] = None
    home: Annotated[str | None, Facets(format="uri"), doc("Where to read of it.")] = None
    flag: Annotated[str | None, doc("Whose it is.")] = None
    owner: Annotated[str | None, IMMUTABLE, doc("Who has it.")] = None
    hull: Annotated[Hull | None, doc("What it is made of.")] = None
    lounge: Annotated[Deck | None, doc("A deck.")] = None
    decks: Annotated[list[Deck] | None, ListMap("id"), Items(most=2), doc("Decks.")] = None
    ports: Annotated[list[str] | None, SET, Items(least=1), doc("Ports.")] = None
    holds: Annotated[dict[str, Deck] | None, Items(most=1), doc("Holds.")] = None
    cargo: Annotated[FreeValue | None, doc("Anything.")] = None
    papers: Annotated[FreeObject | None, doc("Anything with fields.")] = None


class Ship(ApiObject):
    """A made-up kind."""

    api_version: Literal["made.example/v1"] = "made.example/v1"
    kind: Literal["Ship"] = "Ship"
    spec: ShipSpec = Field(default_factory=ShipSpec)


def found(**spec: Any) -> list[tuple[str, str]]:
    """Where in a spec something is wrong, and what is said of it."""
    wire = {"apiVersion": "made.example/v1", "kind": "Ship", "metadata": {"name": "one"}, "spec": spec}
    return [(".".join(map(str, each.path[1:])), each.message) for each in violations(Ship, wire)]


def test_nothing_is_wrong_with_an_object_that_keeps_to_all_of_it() -> None:
    decks = [{"id": "a", "cabins": 9, "stairs": "aft"}, {"id": "b"}]
    assert found(name="asta", home="https://acme.example", decks=decks, ports=["x", "y"], holds={"a": {}}) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "must not be empty"),
        ("Asta", "should be lower-case letters: ^[a-z]+$"),
        ("asta\n", "should be lower-case letters: ^[a-z]+$"),
        ("astara", "should have at most 5 characters, but has 6"),
    ],
)
def test_a_text_is_as_long_as_it_may_be_and_as_its_pattern_says(name: str, said: str) -> None:
    assert found(name=name) == [("name", said)]


@pytest.mark.parametrize("home", ["acme.example/ship", "", "//["])
def test_a_url_is_one(home: str) -> None:
    assert found(home=home) == [("home", "should be a URL, as in https://example.com/hook")]


@pytest.mark.parametrize(("cabins", "said"), [(0, "should be at least 1"), (10, "should be at most 9")])
def test_a_number_is_within_its_limits(cabins: int, said: str) -> None:
    assert found(lounge={"cabins": cabins, "stairs": "aft"}) == [("lounge.cabins", said)]


def test_a_list_or_a_map_has_as_many_items_as_it_may() -> None:
    decks = [{"id": str(number)} for number in range(3)]
    assert found(ports=[], decks=decks, holds={"a": {}, "b": {}}) == [
        ("decks", "should have at most 2 items, but has 3"),
        ("ports", "should have at least 1 item"),
        ("holds", "should have at most 1 key, but has 2"),
    ]


def test_items_with_a_key_field_differ_in_it() -> None:
    assert found(decks=[{"id": "a"}, {"id": "a", "stairs": "aft"}]) == [
        ("decks.1.id", "is the same as in item 0: id should differ from item to item")
    ]


def test_no_item_of_a_set_is_there_twice() -> None:
    assert found(ports=["x", "y", "x"]) == [
        ("ports.2", "is the same as in item 0: items should differ from each other")
    ]


def test_a_rule_is_checked_wherever_its_model_is() -> None:
    broken = {"cabins": 3}
    assert found(lounge=broken, decks=[{"id": "a"}, {"id": "b", **broken}], holds={"bow": broken}) == [
        ("lounge", "cabins need stairs"),
        ("decks.1", "cabins need stairs"),
        ("holds.bow", "cabins need stairs"),
    ]


def test_content_that_others_define_is_not_checked() -> None:
    assert found(cargo={"name": "", "ports": []}, papers={"name": "", "ports": []}) == []


class Opaque:
    """A value that is not known yet, like a pulumi.Output."""


def test_what_is_not_plain_is_passed_over() -> None:
    opaque = Opaque()
    assert found(name=opaque, lounge=opaque, decks=opaque, ports=[opaque, opaque], holds=opaque) == []
    assert found(decks=[{"id": opaque}, {"id": opaque}], holds={"a": opaque}) == []


def test_a_rule_on_changes_is_none_on_an_object() -> None:
    assert found(flag="se", owner="acme", hull={"steel": "s"}) == []


def test_the_fields_are_known_whose_change_needs_another_object() -> None:
    # Of the hull all of it, and so none of its fields for itself; items of lists come and go.
    assert immutable_paths(Ship) == (
        ("spec", "flag"),
        ("spec", "owner"),
        ("spec", "hull"),
        ("spec", "lounge", "stairs"),
    )


@given(st.text(max_size=5))
def test_no_message_shows_the_value(text: str) -> None:
    secret = f"Sésame{text}"
    assert all(secret not in said for _, said in found(name=secret, home=secret, ports=[secret, secret]))


def test_a_kind_of_openchoreo_is_replaced_where_one_of_its_immutable_fields_changes() -> None:
    replaced = {kind.kind: kind.replaced_by for kind in KINDS if kind.replaced_by}
    # Not all of the reference: it may be set later, and then is no change of either.
    assert replaced["Environment"] == ("spec.dataPlaneRef.kind", "spec.dataPlaneRef.name")
    assert replaced["ClusterComponentType"] == ("spec.workloadType",)
    assert replaced["WorkflowRun"] == ("spec.workflow.kind", "spec.workflow.name")
