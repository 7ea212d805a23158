"""An edit changes one field or adds one object, and leaves every other byte unchanged."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.generations import generation_of
from choreo_components.config.documents import Rules, read
from choreo_components.config.edits import AddObject, Edit, Identity, NotEdited, SetField, edited, lines_of
from tests.upstream import UPSTREAM

API = "openchoreo.dev/v1alpha1"
WEB = Identity(API, "ReleaseBinding", "acme", "web-staging")
PATH = ("spec", "releaseName")


def released(value: str, meant: Identity = WEB) -> SetField:
    return SetField(meant, PATH, value, "environment")


def added(name: str, after: Identity | None = None) -> AddObject:
    wire = {
        "apiVersion": API,
        "kind": "ReleaseBinding",
        "metadata": {"name": name, "namespace": "acme"},
        "spec": {"owner": {"componentName": name}},
    }
    return AddObject(wire, yaml.safe_dump(wire, sort_keys=False), after)


MANIFEST = """\
# Who runs what, and since when
apiVersion: openchoreo.dev/v1alpha1
kind: ReleaseBinding
metadata:
    name:   web-staging   # as OpenChoreo calls it
    namespace: "acme"
spec:
    owner: {projectName: shop,  componentName: web}

    environment: staging  # the second one
    # moved by a command
    releaseName: web-1   # since May
    componentTypeEnvironmentConfigs:
        replicas: 010
        text: |
            kept  \n
"""


def test_a_field_is_replaced_in_place() -> None:
    assert edited(MANIFEST, [released("web-2")]) == MANIFEST.replace("web-1 ", "web-2 ")


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("'web-1'", "web-2", "'web-2'"),
        ('"web-1"', "web-2", '"web-2"'),
        ("web-1", "1e3", "'1e3'"),
        ("web-1", "007", "'007'"),
        ("~", "web-2", "web-2"),
        ('""', "web-2", '"web-2"'),
        ("web\n        -1", "web-2", "web-2"),
    ],
)
def test_quotes_are_kept_and_a_name_that_is_not_a_string_gets_some(before: str, value: str, after: str) -> None:
    text = MANIFEST.replace("releaseName: web-1", f"releaseName: {before}")
    assert edited(text, [released(value)]) == text.replace(f"releaseName: {before}", f"releaseName: {after}")


@pytest.mark.parametrize("rest", ["", "   ", "  # none yet"])
def test_an_empty_value_is_filled_in_after_the_colon(rest: str) -> None:
    text = MANIFEST.replace("releaseName: web-1   # since May", f"releaseName:{rest}")
    assert edited(text, [released("web-2")]) == text.replace("releaseName:", "releaseName: web-2")


def test_a_missing_field_is_added_in_the_line_after_its_predecessor() -> None:
    text = MANIFEST.replace("    releaseName: web-1   # since May\n", "")
    line = "    environment: staging  # the second one\n"
    assert edited(text, [released("web-2")]) == text.replace(line, f"{line}    releaseName: web-2\n")


def test_the_last_line_may_have_no_end() -> None:
    text = MANIFEST[: MANIFEST.index("  # the second")]
    assert edited(text, [released("web-2")]) == f"{text}\n    releaseName: web-2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "spec: {environment: staging, state: Active}",
            "spec: {environment: staging, releaseName: web-2, state: Active}",
        ),
        ('spec: {"environment": "staging"}', 'spec: {"environment": "staging", "releaseName": "web-2"}'),
        ("spec: {\n  environment: staging,\n}", "spec: {\n  environment: staging,\n  releaseName: web-2,\n}"),
        ("spec: {environment: staging, releaseName: a }", "spec: {environment: staging, releaseName: web-2 }"),
    ],
)
def test_a_mapping_in_brackets_keeps_them(before: str, after: str) -> None:
    head = MANIFEST[: MANIFEST.index("spec:")]
    assert edited(head + before + "\n", [released("web-2")]) == head + after + "\n"


def test_json_stays_json() -> None:
    head = '{"apiVersion": "openchoreo.dev/v1alpha1", "kind": "ReleaseBinding",\n'
    meta = '\t"metadata": {"name": "web-staging", "namespace": "acme"}, "spec": {\n\t\t"environment": "staging"'
    text = f"{head}{meta}}}}}"
    assert edited(text, [released("web-2")]) == f'{head}{meta},\n\t\t"releaseName": "web-2"}}}}'


def test_of_several_documents_and_lists_the_object_that_is_meant_is_found() -> None:
    other = MANIFEST.replace("web-staging", "api-staging")
    stack = yaml.safe_dump({"config": {"choreo:resources": [yaml.safe_load(other), yaml.safe_load(MANIFEST)]}})
    first, second = stack.split("web-staging")
    assert edited(stack, [released("web-2")], Rules.PULUMI) == "web-staging".join(
        (first, second.replace("releaseName: web-1", "releaseName: web-2"))
    )
    both = f"{other}---\n{MANIFEST}"
    assert edited(both, [released("web-2")]) == f"{other}---\n{MANIFEST.replace('web-1 ', 'web-2 ')}"


def test_many_edits_of_a_text_are_made_at_once() -> None:
    other = MANIFEST.replace("web-staging", "api-staging").replace("    releaseName: web-1   # since May\n", "")
    edits: list[Edit] = [
        added("more"),
        released("web-2"),
        released("api-2", Identity(API, "ReleaseBinding", "acme", "api-staging")),
    ]
    text = edited(f"{MANIFEST}---\n{other}", edits)
    values = [each.value for each in read(text, "")[0]]
    assert [each["spec"].get("releaseName") for each in values] == ["web-2", "api-2", None]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_object_is_added_as_a_document(newline: str) -> None:
    text = MANIFEST.replace("\n", newline)
    more = added("more")
    assert edited(text, [more]) == text + f"---\n{more.written}".replace("\n", newline)


@pytest.mark.parametrize("indent", ["", "    "])
@pytest.mark.parametrize("after", ["", "# the end\n", "  choreo:controllers: absent\n"])
def test_an_object_is_added_after_another_one_in_a_list(indent: str, after: str) -> None:
    lines = ["- apiVersion: openchoreo.dev/v1alpha1", "  kind: ReleaseBinding", "  metadata:", "    name: web-staging"]
    lines += ["    namespace: acme", "  spec:", "    state: Active  # so far"]
    text = "config:\n  choreo:resources:\n" + "".join(f"  {indent}{line}\n" for line in lines)
    more = added("more", WEB)
    item = "- " + more.written.replace("\n", "\n  ").rstrip()
    expected = text + "".join(f"  {indent}{line}\n" for line in item.split("\n")) + after
    assert edited(text + after, [more], Rules.PULUMI) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            MANIFEST.replace("spec:", "spec: &same").replace("\nspec", "\nmore: *same\nspec", 0) + "more: *same\n",
            "anchor",
        ),
        (MANIFEST.replace("releaseName: web-1", "releaseName: &name web-1"), "anchor"),
        (MANIFEST.replace("releaseName: web-1", "releaseName: !!str web-1"), "anchor"),
        (
            MANIFEST.replace("releaseName: web-1   # since May", "releaseName: |\n      web-1"),
            "is not text in one line",
        ),
        (MANIFEST.replace("web-staging", "other"), "it does not contain ReleaseBinding 'web-staging' as written"),
        (f"{MANIFEST}---\n{MANIFEST}", "it contains ReleaseBinding 'web-staging' twice"),
        (f"{MANIFEST}---\n\ufeff", "byte order mark"),
        (MANIFEST.replace("\nspec:", "\nspec: !odd"), "a tag that begins with ! has no meaning"),
    ],
)
def test_what_cannot_be_edited_without_touching_more_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotEdited, match=why):
        edited(text, [released("web-2")])


def test_a_list_in_brackets_gets_no_object() -> None:
    wire = yaml.safe_load(MANIFEST)
    text = (
        f'{{"config": {{"choreo:resources": [{yaml.safe_dump(wire, default_flow_style=True, width=1000).strip()}]}}}}'
    )
    with pytest.raises(NotEdited, match="its list is in brackets"):
        edited(text, [added("more", WEB)], Rules.PULUMI)


def test_the_lines_of_fields_are_known() -> None:
    assert lines_of(MANIFEST, [(WEB, PATH), (WEB, ()), (WEB, ("spec", "state"))]) == [12, 2, None]


comments = st.sampled_from(["", "", "  # a comment: with - signs", " #", "   "])
between = st.sampled_from(["", "", "\n", "# alone\n", "      # deep\n\n"])
names = st.from_regex(r"[a-z]([a-z0-9.-]{0,8}[a-z0-9])?", fullmatch=True)
styles = st.sampled_from(["{}", "'{}'", '"{}"'])
values = st.sampled_from(
    ["1", "0x1F", "yes", "{a: [b, 'c, d']}", "- 1", "|\n{}  text: 1\n", ">-\n{}  folded\n", "*base", "ü"]
)


@st.composite
def fields(draw: st.DrawFn, indent: int, known: Mapping[str, str]) -> str:
    """Fields of a mapping in some order, among other fields and comments."""
    margin = " " * indent
    others = {f"other{number}": draw(values) for number in range(draw(st.integers(0, 3)))}
    lines = []
    for key, value in draw(st.permutations([*known.items(), *others.items()])):
        text = f"\n{margin}{value}" if value == "- 1" else f" {value.replace('{}', margin)}"
        rest = "" if text.endswith("\n") else draw(comments) + "\n"
        lines.append(f"{draw(between)}{margin}{key}:{text}{rest}")
    return "".join(lines)


@st.composite
def manifests(draw: st.DrawFn, release: str | None) -> str:
    """A manifest of the binding in some layout; None: it has no release."""
    step = draw(st.sampled_from([2, 4]))
    text = draw(st.sampled_from(["", "# first\n", "---\n"])) + "base: &base {x: 1}\n"
    metadata = draw(
        fields(step, {"name": draw(styles).format("web-staging"), "namespace": draw(styles).format("acme")})
    )
    known = {"environment": draw(styles).format("staging")}
    if release is not None:
        known["releaseName"] = draw(styles).format(release)
    parts = [f"apiVersion: {API}\n", "kind: ReleaseBinding\n", f"metadata:{draw(comments)}\n{metadata}"]
    parts.append(f"spec:{draw(comments)}\n{draw(fields(step, known))}")
    text += "".join(draw(between) + part for part in draw(st.permutations(parts)))
    others = draw(st.lists(st.just("a: 1  # another\n"), max_size=2))
    text = "---\n".join(draw(st.permutations([text, *others])))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def single_change(before: str, after: str) -> tuple[str, str]:
    """What was removed and what was added, as one piece each."""
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


@hypothesis_settings(deadline=None)
@given(text=manifests("old-name"), release=names)
def test_only_the_release_changes(text: str, release: str) -> None:
    after = edited(text, [released(release)])
    gone, come = single_change(text, after)
    assert gone in "'old-name'" or gone in '"old-name"'
    assert come.strip("'\"") in release
    assert after.count("\n") == text.count("\n")


@hypothesis_settings(deadline=None)
@given(text=manifests(None), release=names)
def test_a_missing_release_adds_one_line_and_changes_nothing_else(text: str, release: str) -> None:
    after = edited(text, [released(release)])
    lines, more = text.splitlines(keepends=True), after.splitlines(keepends=True)
    [index] = [number for number, line in enumerate(more) if "releaseName" in line]
    assert [*more[:index], *more[index + 1 :]] == lines
    assert "environment" in more[index - 1]


@hypothesis_settings(deadline=None)
@given(text=manifests("old-name"), wanted=st.lists(names, min_size=1, max_size=3, unique=True))
def test_added_objects_are_at_the_end(text: str, wanted: Sequence[str]) -> None:
    after = edited(text, [added(name) for name in wanted])
    assert after.startswith(text)
    found: list[Any] = [each.value for each in read(after, "")[0]]
    assert [each["metadata"]["name"] for each in found[-len(wanted) :]] == list(wanted)


FOLDER = UPSTREAM / "samples" / "openchoreo.dev_v1alpha1"
PROMOTION = generation_of(API).promotion


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no copy of OpenChoreo's samples at {FOLDER}")
def test_in_openchoreos_own_samples_a_line_changes_for_each_binding() -> None:
    assert PROMOTION is not None
    seen = 0
    for file in sorted(FOLDER.rglob("*.yaml")):
        text = file.read_bytes().decode()
        for document in read(text, file.name)[0]:
            kind = PROMOTION.kind(document.value["kind"])
            if kind is None or not document.value.get("spec"):
                continue
            change = SetField(Identity.of(document.value), tuple(map(str, kind.field)), "a-release", kind.after)
            lines, after = text.splitlines(keepends=True), edited(text, [change]).splitlines(keepends=True)
            gone = [line for line in lines if line not in after]
            [come] = [line for line in after if line not in lines]
            assert "a-release" in come
            assert len(after) - len(lines) == 1 - len(gone)
            seen += 1
    assert seen > 10
