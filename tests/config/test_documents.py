"""A manifest is read as kubectl reads it, and remembers the line of each of its fields."""

import codecs
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.config import documents as yaml
from choreo_components.config.documents import Document, FieldPath, Rules, field_name
from choreo_components.config.findings import Finding, Location, error

PIPELINE = """\
# a comment
kind: DeploymentPipeline
metadata:
  labels:
    core.choreo.dev/name: main
spec:
  promotionPaths:
    - sourceEnvironmentRef: development
      targetEnvironmentRefs: [{name: staging},
        {name: production}]
"""


def value(text: str) -> Any:
    """The value of the only document of a valid text."""
    documents, findings = yaml.read(text, "a.yaml")
    assert findings == []
    return documents[0].value


def document(text: str) -> Document:
    return yaml.read(text, "a.yaml")[0][0]


def findings(text: str | bytes) -> list[Finding]:
    return yaml.read(text, "a.yaml")[1]


def test_each_document_of_a_text_is_read_and_empty_ones_are_left_out() -> None:
    documents, wrong = yaml.read("---\n# nothing\n---\na: 1\n---\n---\n- b\n", "a.yaml")
    assert ([each.value for each in documents], wrong) == ([{"a": 1}, ["b"]], [])
    assert [str(each.at()) for each in documents] == ["a.yaml:4", "a.yaml:7"]


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("2025-05-09", "2025-05-09"),
        ("2025-05-09T10:00:00Z", "2025-05-09T10:00:00Z"),
        ("1:30", "1:30"),
        ("1_000", 1000),
        ("1_000.5", 1000.5),
        ("0b101", 5),
        ("1_a", "1_a"),
        ("_1", "_1"),
        ("08", "08"),
        ("'8080'", "8080"),
        ("8080", 8080),
        ("-1", -1),
        ("+1", 1),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 15),
        ("0X1F", 31),
        ("0O17", 15),
        ("0B101", 5),
        ("12e4567", "12e4567"),
        ("=", "="),
        ("<<", "<<"),
        ("1.5", 1.5),
        ("-1e3", -1000.0),
        ("-.INF", -math.inf),
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("", None),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
    ],
)
def test_scalars_are_those_of_kubernetes(scalar: str, expected: Any) -> None:
    assert value(f"a: {scalar}") == {"a": expected}


@pytest.mark.parametrize("scalar", ["yes", "no", "on", "off", "Yes", "NO"])
def test_some_booleans_of_kubernetes_are_strings_in_pulumi(scalar: str) -> None:
    (read,), _ = yaml.read(f"a: {scalar}", "Pulumi.dev.yaml", Rules.PULUMI)
    assert read.value == {"a": scalar}
    assert isinstance(document(f"a: {scalar}").value["a"], bool)


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("2025-05-09", "2025-05-09 00:00:00 +0000 UTC"),
        ("2025-5-9", "2025-05-09 00:00:00 +0000 UTC"),
        ("2025-05-09T10:00:00Z", "2025-05-09 10:00:00 +0000 UTC"),
        ("2025-05-09 1:02:03.4500", "2025-05-09 01:02:03.45 +0000 UTC"),
        ("2025-05-09T10:00:00+02:00", "2025-05-09 10:00:00 +0200 +0200"),
        ("2025-02-30", "2025-02-30"),
        ("'2025-05-09'", "2025-05-09"),
        ("08", 8),
        ("-09", -9),
        ("0755", 493),
    ],
)
def test_times_and_numbers_that_begin_with_zero_are_what_pulumi_makes_of_them(scalar: str, expected: Any) -> None:
    (read,), wrong = yaml.read(f"a: {scalar}", "Pulumi.dev.yaml", Rules.PULUMI)
    assert (read.value, wrong) == ({"a": expected}, [])


@pytest.mark.parametrize("scalar", ["2025-05-09", "08", "yes", "y", "0X1F", "1e3", "~", "0755", "<<"])
def test_what_either_does_not_read_as_a_string_needs_quotes(scalar: str) -> None:
    assert not yaml.is_text(scalar)
    assert yaml.is_text(f"{scalar} x")


@pytest.mark.parametrize("scalar", ["true", "True", "TRUE", "false"])
def test_both_read_these_as_booleans(scalar: str) -> None:
    (read,), _ = yaml.read(f"a: {scalar}", "Pulumi.dev.yaml", Rules.PULUMI)
    assert read.value == document(f"a: {scalar}").value == {"a": scalar.lower() == "true"}


def test_nan_is_a_number() -> None:
    assert math.isnan(value("a: .NaN")["a"])


def test_aliases_are_expanded() -> None:
    assert value("a: &x [1, 2]\nb: *x") == {"a": [1, 2], "b": [1, 2]}


def test_an_anchor_may_be_redefined_and_the_last_one_counts() -> None:
    assert value("a: &x 1\nb: &x 2\nc: *x") == {"a": 1, "b": 2, "c": 2}


def test_a_field_inside_an_alias_has_the_line_where_it_is_written() -> None:
    assert document("a: &x\n  b: 1\nc: *x\n").at(("c", "b")).line == 2


def test_a_mappings_own_fields_override_merged_ones_and_of_those_the_first_counts() -> None:
    assert value("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 0\n")["z"] == {
        "a": 0,
        "b": 1,
        "c": 2,
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), ""),
        (("spec", "dataPlaneRef"), "spec.dataPlaneRef"),
        (("spec", "promotionPaths", 0, "sourceEnvironmentRef"), "spec.promotionPaths[0].sourceEnvironmentRef"),
        (("metadata", "labels", "core.choreo.dev/name"), "metadata.labels[core.choreo.dev/name]"),
        (("choreo:resources", 2), "choreo:resources[2]"),
    ],
)
def test_a_field_is_named_as_people_write_it(path: FieldPath, name: str) -> None:
    assert field_name(path) == name


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("kind",), 2),
        (("metadata", "labels", "core.choreo.dev/name"), 5),
        (("spec", "promotionPaths", 0), 8),
        (("spec", "promotionPaths", 0, "targetEnvironmentRefs", 1, "name"), 10),
    ],
)
def test_a_field_has_its_line(path: FieldPath, line: int) -> None:
    assert document(PIPELINE).at(path) == Location("a.yaml", line, field_name(path))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("metadata", "namespace"), 3),
        (("status",), 2),
        (("spec", "promotionPaths", 5), 7),
        (("kind", "deeper", 0), 2),
    ],
)
def test_a_missing_field_has_the_line_of_the_nearest_one_around_it(path: FieldPath, line: int) -> None:
    assert document(PIPELINE).at(path).line == line


def test_without_a_position_the_field_is_still_known() -> None:
    assert Document({}, "configuration").at(("a", 0)) == Location("configuration", None, "a[0]")


def test_a_part_of_a_document_names_its_fields_from_the_whole() -> None:
    whole = document(PIPELINE)
    part = whole.part(("spec", "promotionPaths", 0), whole.value["spec"]["promotionPaths"][0])
    assert part.at(("sourceEnvironmentRef",)) == Location("a.yaml", 8, "spec.promotionPaths[0].sourceEnvironmentRef")


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("a: 1\nb: !secret x", 2, "b", "a tag that begins with ! has no meaning in a manifest"),
        ("a: [!!binary aGk=]", 1, "a[0]", "the tag !!binary has no meaning in a manifest"),
        ("a: !!int many", 1, "a", "cannot be read as int; put text in quotes"),
        ("a: !!float ''", 1, "a", "cannot be read as float; put text in quotes"),
        ("a: !!bool maybe", 1, "a", "cannot be read as bool; put text in quotes"),
        (f"a: {'1' * 5000}", 1, "a", "cannot be read as int; put text in quotes"),
        (f"a: 0x{'f' * 5000}", 1, "a", "cannot be read as int; put text in quotes"),
        ("a: !secret {b: c}", 1, "a", "a tag that begins with ! has no meaning in a manifest"),
        ("a: *b", 1, "a", "undefined alias: no anchor before it has this name; put text that begins with * in quotes"),
        ("a:\n  <<: 1", 2, "a", "`<<` merges mappings only"),
        ("a: {[b]: c}", 1, "a", "this key is not a string"),
    ],
)
def test_what_is_not_a_plain_value_is_refused_at_its_place(text: str, line: int, field: str, message: str) -> None:
    [found] = findings(text)
    assert found == error(Location("a.yaml", line, field), found.message)
    assert message in found.message


@pytest.mark.parametrize("written", ["98765" * 6, "!!int hunter2", "!hunter2 x", "*hunter2"])
def test_no_finding_quotes_a_value_which_may_be_a_secret(written: str) -> None:
    [found] = findings(f"stringData:\n  password: {written}")
    assert "hunter2" not in found.message
    assert "98765" not in found.message


def test_one_broken_document_does_not_hide_the_others_nor_their_findings() -> None:
    documents, wrong = yaml.read("a: 1\na: 2\n---\nb: 1\n---\n1: 2\n---\n[", "a.yaml")
    assert [each.value for each in documents] == [{"b": 1}]
    assert [each.where.line for each in wrong] == [2, 6, 9]


def test_a_text_that_is_not_unicode_is_refused() -> None:
    for text in (b"a: \xff", "a: \ud800"):
        [found] = findings(text)
        assert str(found).startswith("a.yaml:1: error: invalid YAML text:")


def test_nested_aliases_cannot_exhaust_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MOST_FIELDS", 1000)
    lines = ["a0: &a0 [1, 1, 1, 1]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert [each.message for each in findings("\n".join(lines))] == [
        "more than 1,000 keys and values in one file, with its aliases expanded; split it"
    ]


@pytest.mark.parametrize("depth", [101, 500, 5000, 1_000_000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    [found] = findings("[" * depth + "]" * depth)
    assert found.message == "mappings and lists are nested more than 100 levels deep"


def test_what_is_nested_too_deep_once_its_aliases_are_expanded_is_refused() -> None:
    lines = [f"a0: &a0 {'[' * 60}{']' * 60}", f"a1: {'[' * 60}*a0{']' * 60}"]
    [found] = findings("\n".join(lines))
    assert found == error(
        Location("a.yaml", 2, found.where.field), "mappings and lists are nested more than 100 levels deep"
    )


def test_what_is_nested_deep_is_read() -> None:
    assert value("[" * 100 + "]" * 100)


# --- JSON ----------------------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text(), inside, max_size=5),
)


@hypothesis_settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.text(), ANYTHING, max_size=5), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([None, 2, "\t"]),
    st.sampled_from(["", "\n", "\r\n", "\n---\n", "\n\ufeff", "\ufeff"]),
)
@example([{"\u2028": "\x85 \u2029 \x7f", "<<": {"a": 1}, "k" * 2000: "\U0010d83d\U0010de00"}], False, None, "")
def test_whatever_json_says_is_read(values: list[Any], ascii_only: bool, indent: Any, between: str) -> None:
    text = between.join(json.dumps(each, ensure_ascii=ascii_only, indent=indent) for each in values)
    documents, wrong = yaml.read(text.encode(), "a.json")
    assert ([each.value for each in documents], wrong) == (values, [])


def test_json_has_places() -> None:
    documents, _ = yaml.read('\n{"a": [1,\r\n{"b"\n: 2}]}\n---\n\ufeff{"c":\r3}', "a.json")
    assert [str(documents[0].at(path)) for path in [(), ("a",), ("a", 1), ("a", 1, "b")]] == [
        "a.json:2",
        "a.json:2: a",
        "a.json:3: a[1]",
        "a.json:3: a[1].b",
    ]
    assert str(documents[1].at(("c",))) == "a.json:6: c"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"a\uD83D\uDE00\ud83d\ude01b"', "a\U0001f600\U0001f601b"),
        (r'"\\\ud83d\ude00"', "\\\U0001f600"),
        (r'"\\ud83d\\ude00"', r"\ud83d\ude00"),
        (r"'\uD83d\ude00'", r"\uD83d\ude00"),
        (r"\ud83d\ude00", r"\ud83d\ude00"),
        (r"|-" "\n    " r"\ud83d\ude00", r"\ud83d\ude00"),
        (r'"\/\b\f\t\u0000"', "/\b\f\t\0"),
    ],
)
def test_a_surrogate_pair_in_double_quotes_is_a_character_in_yaml_too(written: str, meant: str) -> None:
    assert value(f"a:\n  b: {written}\n") == {"a": {"b": meant}}


@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", r"\ude00\ud83d", r"\ud83d\ud83d\ude00"])
def test_half_a_surrogate_pair_is_refused_where_it_is(half: str) -> None:
    [found] = findings(f'{{"a": 1,\n"b": "{half}"}}')
    assert found == error(Location("a.yaml", 2, "b"), "half of a surrogate pair is not a character; write both halves")
    [found] = findings(f'a: 1\nb: "{half}"')
    assert (found.where, found.message[:13]) == (Location("a.yaml", 2), "invalid YAML:")


def test_a_key_that_json_has_twice_is_refused() -> None:
    [found] = findings('{"a": {"b": 1,\n"b": 2}}')
    assert found.where == Location("a.yaml", 2, "a.b")


def test_what_is_nearly_json_is_read_as_yaml() -> None:
    assert value("{a: 'b', \"c\": yes, # d\n}") == {"a": "b", "c": True}
    assert value('{"a": NaN}') == {"a": "NaN"}


# --- Byte order marks and line breaks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa: 1\n---\nb: 2\n",
        "\ufeff\ufeffa: 1\n---\n\ufeffb: 2\n",
        "a: 1\n\ufeff---\nb: 2\n",
        "a: 1\n\ufeff\n---\n# c\n\ufeffb: 2\n\ufeff",
        '{"a": 1}\n---\n\ufeffb: 2',
        "a: 1\r\n---\r\n\ufeffb: 2\r\n",
        "a: 1\r---\r\ufeffb: 2\r",
        "---\n\ufeff# c\n--- # c\na: 1\n...\n\ufeff---\nb: 2\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_byte_order_marks_are_ignored_wherever_files_begin(text: str, encoding: str) -> None:
    documents, wrong = yaml.read(text.encode(encoding), "a.yaml")
    assert ([each.value for each in documents], wrong) == ([{"a": 1}, {"b": 2}], [])


def test_byte_order_marks_within_a_text_are_kept() -> None:
    assert value('a: "b\ufeffc"') == {"a": "b\ufeffc"}


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")])
def test_an_encoding_that_kubectl_does_not_read_is_refused_by_its_name(mark: bytes, encoding: str) -> None:
    [found] = findings(mark + "a: 1".encode(encoding))
    assert found.message.startswith("invalid YAML text: UTF-32")


# --- As written ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scalar", ["0755", "0o17", "1e3", "0x1F", "1_000", "007", "1.10", ".inf", "yes", "Off", "true"]
)
def test_how_a_number_or_a_boolean_is_written_is_known(scalar: str) -> None:
    read = document(f"a: [&x {scalar}, *x]")
    assert read.written(("a", 0)) == read.written(("a", 1)) == read.part(("a", 0), 1).written() == scalar


@pytest.mark.parametrize("scalar", ["text", "'0755'", "~", "", "[1]", "{a: 1}"])
def test_of_other_values_it_is_not(scalar: str) -> None:
    assert document(f"a: {scalar}").written(("a",)) is None


# --- What differs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c"]),
        ({"a": 1}, {"b": 1}, ["a", "b"]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, ["a[1].b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": {"b": 1}}, {"a": [1]}, ["a"]),
        ({"x/y": {"z": 1}}, {"x/y": {"z": 2}}, ["[x/y].z"]),
    ],
)
def test_the_innermost_fields_that_differ_are_named(one: Any, other: Any, fields: list[str]) -> None:
    assert [field_name(path) for path in yaml.differing(one, other)] == fields
