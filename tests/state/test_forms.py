"""Forms of what is kept in a state: what an older release wrote means today what it meant then."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.core_v1.first_form import GUARDED
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.state.contract import FORM, Contract, Finalizer, Guard, Inventory, Rollout, Settings, Witness
from choreo_components.state.forms import UnknownFormError, upgraded
from choreo_components.state.names import Identity, Type

V1 = "core.choreo.dev/v1"

CONTRACTS: tuple[type[Contract], ...] = (Inventory, Guard, Finalizer, Witness, Rollout, Settings)

# --- Each resource -------------------------------------------------------------------------------------------------


def test_an_inventory_keeps_what_the_stack_has_made() -> None:
    first = {
        "objects": {"Organization": ["acme"], "Environment": ["acme/dev"], "Namespace": ["acme/acme", "acme/dev/dp-1"]},
        "dataPlaneRefs": {"acme/dev": "east"},
        "dataPlaneKubeconfigs": {"acme/east": "to east"},
        "adopt": "never",
        "__clusters": {"acme/east": "uid of east"},
        "__former": {"Secret": ["acme/east-config"]},
    }
    assert upgraded(Inventory, first) == {
        "objects": {
            f"{V1}/Organization": ["acme"],
            f"{V1}/Environment": ["acme/dev"],
            "v1/Namespace": ["acme/acme", "acme/dev/dp-1"],
        },
        "dataPlaneRefs": {f"{V1}/Environment": {"acme/dev": "east"}},
        "dataPlaneKubeconfigs": {"acme/east": "to east"},
        "adopt": "never",
        "__clusters": {"acme/east": "uid of east"},
        "__former": {"v1/Secret": ["acme/east-config"]},
        "formatVersion": 2,
    }


def test_the_guard_of_a_stack_protects_as_before() -> None:
    first = {
        "organizations": ["acme"],
        "dataPlanes": ["acme/east"],
        "environments": ["acme/dev", "acme/live"],
        "deploymentPipelines": ["acme/pipeline"],
        "projects": ["acme/shop"],
        "protectedEnvironments": ["acme/live"],
        "connectedDataPlanes": ["acme/east"],
        "awaited": ["Namespace", "Organization", "acme/Secret", "acme/Project"],
    }
    assert upgraded(Guard, first) == {
        "objects": {
            f"{V1}/Organization": ["acme"],
            f"{V1}/DataPlane": ["acme/east"],
            f"{V1}/Environment": ["acme/dev", "acme/live"],
            f"{V1}/DeploymentPipeline": ["acme/pipeline"],
            f"{V1}/Project": ["acme/shop"],
        },
        "protected": {f"{V1}/Environment": ["acme/live"]},
        "connected": {f"{V1}/DataPlane": ["acme/east"]},
        "awaited": [
            {"apiVersion": V1, "kind": "Organization"},
            {"apiVersion": V1, "kind": "Project", "namespace": "acme"},
            {"apiVersion": "v1", "kind": "Namespace"},
            {"apiVersion": "v1", "kind": "Secret", "namespace": "acme"},
        ],
        "formatVersion": 2,
    }


@pytest.mark.parametrize(
    ("first", "today"),
    [
        ("production", "production"),
        ("Organization acme", f"{V1}/Organization acme"),
        ("DataPlane acme/east", f"{V1}/DataPlane acme/east"),
    ],
)
def test_the_guard_of_a_part_is_of_the_same_part(first: str, today: str) -> None:
    assert upgraded(Guard, {"part": first}) == {"part": today, "formatVersion": 2}


def test_a_finalizer_finalizes_the_same_environment() -> None:
    first = {"organization": "acme", "environment": "dev", "dataPlaneRef": "east", "__environmentUid": "uid"}
    assert upgraded(Finalizer, first) == {
        "apiVersion": V1,
        "namespace": "acme",
        "environment": "dev",
        "dataPlaneRef": "east",
        "__environmentUid": "uid",
        "formatVersion": 2,
    }


@pytest.mark.parametrize(("first", "today"), [("stack", "stack"), ("acme/dev", f"{V1}/Environment acme/dev")])
def test_a_witness_watches_the_same_subject(first: str, today: str) -> None:
    assert upgraded(Witness, {"subject": first}) == {"subject": today, "formatVersion": 2}


def test_settings_mean_what_they_meant() -> None:
    first = {"kubeconfig": "kind: Config", "__cluster": "uid"}
    assert upgraded(Settings, first) == {**first, "formatVersion": 2}


def test_the_kinds_of_the_first_form_are_those_that_a_guard_knows() -> None:
    guarded = {name for kind in GENERATION.kinds if kind.dependents for name in (kind.kind, *kind.dependents)}
    assert set(GUARDED.values()) == guarded


# --- All of them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("form", [FORM + 1, 99.0, 0, 1.5, "3", None])
def test_a_form_that_is_not_known_is_refused_with_the_next_step(contract: type[Contract], form: Any) -> None:
    with pytest.raises(UnknownFormError, match=r"a newer release has written it\. Nothing was changed; upgrade"):
        upgraded(contract, {"objects": {}, "formatVersion": form})


@pytest.mark.parametrize("contract", CONTRACTS)
def test_what_is_new_has_nothing_to_convert(contract: type[Contract]) -> None:
    assert upgraded(contract, {}) == {}


# --- Whatever was written ------------------------------------------------------------------------------------------

PART = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
NAME = st.one_of(PART, st.builds("/".join, st.lists(PART, min_size=2, max_size=3)))
NAMES = st.lists(NAME, unique=True, max_size=4)
KIND = st.sampled_from([*GENERATION.by_name, "Namespace", "Secret"])
OBJECTS = st.dictionaries(KIND, NAMES, max_size=4)
TEXTS = st.dictionaries(NAME, PART, max_size=3)

INVENTORIES = st.fixed_dictionaries(
    {"objects": OBJECTS},
    optional={"dataPlaneRefs": TEXTS, "dataPlaneKubeconfigs": TEXTS, "__clusters": TEXTS, "__former": OBJECTS},
)
GUARDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys([*GUARDED, "protectedEnvironments", "connectedDataPlanes"], NAMES),
        "awaited": st.lists(st.one_of(KIND, st.builds("{}/{}".format, PART, KIND)), unique=True),
        "part": st.one_of(st.just("production"), st.builds("{} {}".format, KIND, NAME)),
    },
)
FINALIZERS = st.fixed_dictionaries(
    {"organization": PART, "environment": PART}, optional={"dataPlaneRef": PART, "namespaceNames": NAMES}
)
WITNESSES = st.fixed_dictionaries({"subject": st.one_of(st.just("stack"), NAME)})
FIRST_FORMS = st.one_of(
    *(
        st.tuples(st.just(contract), first)
        for contract, first in (
            (Inventory, INVENTORIES),
            (Guard, GUARDS),
            (Finalizer, FINALIZERS),
            (Witness, WITNESSES),
        )
    )
)


@given(FIRST_FORMS)
def test_what_is_in_current_form_stays_as_it_is(kept: tuple[type[Contract], Mapping[str, Any]]) -> None:
    contract, first = kept
    once = upgraded(contract, first)
    assert upgraded(contract, once) == once


def words(value: Any) -> Iterator[str]:
    """The names in a value, without the types before them."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from words(each)
            yield key
    elif isinstance(value, list):
        for each in value:
            yield from words(each)
    elif isinstance(value, str):
        yield value.rpartition(" ")[2]


@given(st.one_of(st.tuples(st.just(Inventory), INVENTORIES), st.tuples(st.just(Finalizer), FINALIZERS)))
def test_every_name_survives(kept: tuple[type[Contract], Mapping[str, Any]]) -> None:
    values = set(words(list(kept[1].values())))
    today = set(words(upgraded(*kept)))
    # A key of today may be a type, and a name may look like one.
    assert values <= today | {each.rpartition("/")[2] for each in today}


@given(INVENTORIES)
def test_every_object_of_an_inventory_is_the_same_object(first: Mapping[str, Any]) -> None:
    today = upgraded(Inventory, first)["objects"]
    assert {Type.of(text).kind: names for text, names in today.items()} == first["objects"]


@given(GUARDS)
def test_every_object_of_a_guard_is_the_same_object(first: Mapping[str, Any]) -> None:
    today = upgraded(Guard, first)
    kinds = {Type.of(text).kind: names for text, names in today.get("objects", {}).items()}
    assert kinds == {kind: first[name] for name, kind in GUARDED.items() if first.get(name)}
    assert today.get("protected", {}).get(f"{V1}/Environment", []) == first.get("protectedEnvironments", [])
    assert today.get("connected", {}).get(f"{V1}/DataPlane", []) == first.get("connectedDataPlanes", [])
    shown = [
        "/".join([*([each["namespace"]] if "namespace" in each else []), each["kind"]])
        for each in today.get("awaited", [])
    ]
    assert sorted(shown) == sorted(first.get("awaited", []))
    if first.get("part", "production") != "production":
        assert Identity.of(today["part"]).shown == first["part"]
