"""Names are OpenChoreo's names, byte for byte; and it is known when Kubernetes will not take them."""

import hashlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.names import Use, collisions, generate_k8s_name, refusal
from tests.upstream import UPSTREAM

VECTORS = UPSTREAM / "name_vectors.json"

NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=80)


@pytest.mark.skipif(not VECTORS.is_file(), reason=f"no copy of OpenChoreo's test vectors at {VECTORS}")
def test_openchoreos_own_vectors() -> None:
    for vector in json.loads(VECTORS.read_text()):
        assert generate_k8s_name(*vector["parts"], limit=vector["limit"]) == vector["want"]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["project", "component"], "project-component-932d1646"),
        (["My_Project$", "Component@Name"], "my-project-component-name-40314333"),
        (["-invalid-start", "invalid-end-"], "invalid-start-invalid-end-f124257d"),
        (["project.name", "component.name"], "project.name-component.name-851db5b2"),
        (["project_name with spaces", "component_name"], "project-name-with-spaces-component-name-101f1326"),
        (["", ""], "3973e022"),
        (["!!!", "###"], "606b424e"),
        (["a" * 260, "b" * 260], f"{'a' * 122}-{'b' * 121}-654ba7cd"),
        (["gateway-external", "test-endpoint", "/books/{id}"], "gateway-external-test-endpoint-books--id-ef370519"),
    ],
)
def test_parts_are_cleaned_and_cut_and_end_in_a_hash(parts: list[str], name: str) -> None:
    assert generate_k8s_name(*parts) == name


@pytest.mark.parametrize(
    ("triple", "namespace"),
    [
        (("test-organization", "my-project", "test-environment"), "dp-test-organiza-my-project-test-environ-04bdf416"),
        (("default-org", "test-project", "test-env"), "dp-default-org-test-project-test-env-a545d497"),
        (("default", "url-shortener", "development"), "dp-default-url-shortener-development-a16f373a"),
    ],
)
def test_a_data_plane_namespace_is_of_an_organization_project_and_environment(
    triple: tuple[str, str, str], namespace: str
) -> None:
    assert data_plane_namespace(*triple) == namespace
    assert refusal(namespace, Use.NAMESPACE) is None


@pytest.mark.parametrize(
    ("limit", "parts", "name"),
    [
        # Lower case letter by letter: Python alone would say 'ς' and 'i̇'.
        (63, ["dp", "ΑΘΗΝΑΣ", "İstanbul", "Ⅷ½٣"], "dp-αθηνασ-istanbul-ⅷ½٣-b69ad49c".encode()),
        (63, ["e\u0301", "a\0b", "👍"], b"e-a-b--65d716aa"),
        # A cut through a character leaves some of its bytes, unless nothing valid is before them.
        (30, ["日本語日本語", "x"], b"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6-x-6c4aaaa8"),
        (30, ["ab日本語", "日本語x"], "ab日本語".encode()[:10] + "-日本語x-4b2ea308".encode()),
        (12, ["日", "本"], b"c9930f51"),
        # Too little room for anything but the hash.
        (11, ["a", "b", "c"], b"cbd2be7b"),
        (9, ["a", "b", "c"], b"cbd2be7b"),
    ],
)
def test_whatever_go_makes_of_it(limit: int, parts: list[str], name: bytes) -> None:
    """Results of OpenChoreo's algorithm, run in Go."""
    assert generate_k8s_name(*parts, limit=limit).encode("utf-8", "surrogateescape") == name


@pytest.mark.parametrize(("limit", "parts"), [(253, []), (8, ["a"]), (8, ["a", "b", "c"]), (-1, ["a"])])
def test_where_openchoreo_would_crash_there_is_no_name(limit: int, parts: list[str]) -> None:
    with pytest.raises(ValueError, match="no room"):
        generate_k8s_name(*parts, limit=limit)


@given(st.lists(ANYTHING, min_size=1, max_size=6), st.integers(min_value=20, max_value=300))
def test_a_name_fits_and_ends_in_the_hash_of_the_parts_as_they_were(parts: list[str], limit: int) -> None:
    name = generate_k8s_name(*parts, limit=limit)
    assert len(name.encode("utf-8", "surrogateescape")) <= limit
    assert name.endswith(hashlib.sha256("-".join(parts).encode()).hexdigest()[:8])
    assert name == generate_k8s_name(*parts, limit=limit)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_plain_names_give_a_name_that_kubernetes_takes_for_anything(parts: list[str]) -> None:
    name = generate_k8s_name(*parts, limit=63)
    assert [refusal(name, use) for use in Use] == [None] * len(Use)


@given(st.text("abcdefghij-0123456789._ABC", max_size=60), st.text("abc.-_X", max_size=60))
def test_ascii_parts_always_give_an_object_name_or_one_with_stray_dots(first: str, second: str) -> None:
    name = generate_k8s_name(first, second)
    assert refusal(name.replace(".", "a"), Use.OBJECT) is None


@given(NAMES, NAMES)
def test_the_order_of_the_parts_matters(first: str, second: str) -> None:
    same = generate_k8s_name(first, second) == generate_k8s_name(second, first)
    assert same == (f"{first}-{second}" == f"{second}-{first}")


@given(st.text("abcXYZ_$ ", min_size=1, max_size=10))
def test_the_hash_distinguishes_what_cleaning_makes_equal(part: str) -> None:
    assert generate_k8s_name(part) != generate_k8s_name(f"{part}$")


def of(placement: tuple[str, str, str]) -> str:
    """The data-plane namespace of organization, project and environment."""
    return data_plane_namespace(*placement)


def test_names_with_dashes_can_share_a_namespace() -> None:
    crowded = [("a-b", "c", "d"), ("a", "b-c", "d"), ("a", "b", "c-d"), ("x", "y", "z")]
    assert data_plane_namespace("a-b", "c", "d") == data_plane_namespace("a", "b-c", "d") == "dp-a-b-c-d-b817f912"
    assert collisions(crowded, of) == {"dp-a-b-c-d-b817f912": tuple(crowded[:3])}


def test_the_same_triple_twice_is_no_collision() -> None:
    assert collisions([("a", "b", "c"), ("a", "b", "c")], of) == {}


@given(st.lists(st.sampled_from(["a", "b2", "c"]), min_size=3, max_size=6))
def test_all_ways_to_split_the_same_words_collide(words: list[str]) -> None:
    cuts = itertools.combinations(range(1, len(words)), 2)
    triples = [("-".join(words[:i]), "-".join(words[i:j]), "-".join(words[j:])) for i, j in cuts]
    namespaces = {data_plane_namespace(*triple) for triple in triples}
    assert len(namespaces) == 1
    found = collisions([*triples, ("other", "other", "other")], of)
    assert found == ({namespaces.pop(): tuple(triples)} if len(triples) > 1 else {})


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (Use.NAMESPACE, "acme"),
        (Use.NAMESPACE, "a" * 63),
        (Use.NAMESPACE, "0-9"),
        (Use.OBJECT, "reading-list.v1"),
        (Use.OBJECT, "a" * 253),
        (Use.LABEL_VALUE, ""),
        (Use.LABEL_VALUE, "Reading_List.v1"),
        (Use.LABEL_KEY, "Team_1"),
        (Use.LABEL_KEY, "core.choreo.dev/name"),
        (Use.LABEL_KEY, f"{'a.' * 126}a/{'n' * 63}"),
    ],
)
def test_names_that_kubernetes_takes(use: Use, name: str) -> None:
    assert refusal(name, use) is None


@pytest.mark.parametrize(
    ("use", "name", "why"),
    [
        (Use.NAMESPACE, "a" * 64, "it is 64 bytes long, more than 63"),
        (Use.NAMESPACE, "", "only a-z, 0-9 and '-' are allowed"),
        (Use.NAMESPACE, "a.b", "only a-z, 0-9 and '-' are allowed"),
        (Use.NAMESPACE, "acme\n", "only a-z, 0-9 and '-' are allowed"),
        (Use.NAMESPACE, "-acme", "with a letter or digit first and last"),
        (Use.OBJECT, "a" * 254, "it is 254 bytes long, more than 253"),
        (Use.OBJECT, "a..b", "next to each '.'"),
        (Use.OBJECT, "Acme", "only a-z, 0-9, '-' and '.' are allowed"),
        (Use.LABEL_VALUE, "ä" * 32, "it is 64 bytes long, more than 63"),
        (Use.LABEL_VALUE, "\udce6", "only letters, digits, '-', '_' and '.' are allowed"),
        (Use.LABEL_VALUE, "_a", "with a letter or digit first and last"),
        (Use.LABEL_KEY, "", "letters, digits"),
        (Use.LABEL_KEY, "a/b/c", "after a prefix like example.com/ or none"),
        (Use.LABEL_KEY, "/a", "after a prefix like example.com/ or none"),
        (Use.LABEL_KEY, "Example.com/a", "after a prefix like example.com/ or none"),
        (Use.LABEL_KEY, "n" * 64, "at most 63"),
        (Use.LABEL_KEY, f"{'a.' * 127}a/n", "after a prefix"),
        (Use.LABEL_KEY, "a" * 318, "it is 318 bytes long"),
    ],
)
def test_names_that_kubernetes_refuses(use: Use, name: str, why: str) -> None:
    assert why in (refusal(name, use) or "")
