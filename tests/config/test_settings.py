"""The settings of a stack are OpenChoreo's own objects, with the labels that follow from them."""

import copy
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.annotations import LAST_APPLIED
from choreo_components.api.generation import Severity
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import report
from choreo_components.config.options import Controllers
from choreo_components.config.settings import KEYS, Timeouts
from choreo_components.plan.builder import plan
from tests import declaring
from tests.declaring import NOWHERE, stack, stack_of


def labels(kind: str, name: str, *objects: declaring.Manifest) -> dict[str, str]:
    """The labels of an object as read, without OpenChoreo's prefix."""
    read = stack(*objects).declared(kind, name).labels
    return {key.removeprefix("core.choreo.dev/"): value for key, value in read.items()}


def test_no_settings_are_no_finding() -> None:
    empty = stack()
    assert empty.settings == settings.Settings()
    assert empty.findings == []


def test_controllers_are_expected_by_default() -> None:
    assert stack().settings.controllers is Controllers.PRESENT
    assert stack(controllers="absent").settings.controllers is Controllers.ABSENT


def test_a_timeout_that_is_not_given_has_its_default() -> None:
    assert stack(timeouts={"deployments": "1h"}).settings.timeouts == Timeouts(deployments="1h")


def test_what_is_retained_is_kept_by_default() -> None:
    assert not stack().settings.delete_retained
    assert stack(deleteRetained=True).settings.delete_retained
    assert stack(deleteRetained="true").settings.delete_retained
    [refused] = stack(deleteRetained="yes").findings
    assert refused.message == "should be true or false, not 'yes'"


def test_a_kubeconfig_is_not_read_and_not_refused() -> None:
    assert stack(kubeconfig={"secure": "v1:abc"}).findings == []


def test_kubeconfigs_of_data_planes_are_known_with_their_places_and_not_shown() -> None:
    found = stack(dataPlaneKubeconfigs={"dp-east": "very-secret"})
    [given] = found.settings.data_plane_kubeconfigs.values()
    assert given.where == found.at("dp-east", "choreo:dataPlaneKubeconfigs.dp-east")
    assert given.given == "very-secret"
    assert "very-secret" not in repr(found.settings)


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ("{very-secret", "", "should be a mapping of data planes' names to their kubeconfigs, not a text"),
        (["very-secret"], "", "not a list"),
        (
            {"dp-east": {"token": "very-secret"}},
            ".dp-east",
            "should be the text of a kubeconfig, or the path of one, not a mapping",
        ),
        ({"dp-east": ""}, ".dp-east", "not empty, or a value of another type"),
        ({"dp-east": 4711}, ".dp-east", "not empty, or a value of another type"),
    ],
)
def test_an_invalid_kubeconfig_of_a_data_plane_is_refused_and_not_quoted(given: Any, field: str, why: str) -> None:
    [finding] = stack(dataPlaneKubeconfigs=given).findings
    assert finding.where.field == f"choreo:dataPlaneKubeconfigs{field}"
    assert why in finding.message
    assert "very-secret" not in finding.message
    assert "4711" not in finding.message


def test_projects_of_other_stacks_are_known_with_the_place_that_names_them() -> None:
    found = stack(projects=["shop", "portal"])
    assert found.settings.projects == {
        "shop": found.at("- shop", "choreo:projects[0]"),
        "portal": found.at("- portal", "choreo:projects[1]"),
    }


def test_an_organizations_labels_follow_from_its_name() -> None:
    assert labels("Organization", "acme", declaring.organization()) == {"name": "acme"}


def test_an_objects_labels_follow_from_its_name_and_namespace() -> None:
    assert labels("DataPlane", "dp-local", declaring.data_plane()) == {"organization": "acme", "name": "dp-local"}


def test_labels_that_follow_are_added_to_those_that_were_given() -> None:
    made = declaring.component()
    made["metadata"]["labels"]["team"] = "blue"
    assert labels("Component", "web", made) == {
        "project": "shop",
        "team": "blue",
        "name": "web",
        "organization": "acme",
    }


def test_a_track_may_be_called_otherwise_by_its_label() -> None:
    assert labels("DeploymentTrack", "web-main", declaring.track())["name"] == "main"


def test_labels_that_agree_may_be_written_out() -> None:
    made = declaring.environment()
    made["metadata"]["labels"] = {"core.choreo.dev/organization": "acme", "core.choreo.dev/name": "development"}
    assert stack(made).findings == []


def test_an_object_without_a_namespace_is_in_the_one_of_its_organization_label() -> None:
    made = declaring.environment()
    made["metadata"] = {"name": "development", "labels": {"core.choreo.dev/organization": "acme"}}
    read = stack(made).declared("Environment", "development")
    assert read.object.metadata.namespace == read.organization == "acme"


def test_an_objects_organization_is_its_namespace_and_an_organizations_is_itself() -> None:
    found = stack(declaring.organization(), declaring.environment())
    assert [str(each) for each in found.settings.declared] == [
        "Organization 'acme'",
        "Environment 'development' of organization 'acme'",
    ]
    assert {each.organization for each in found.settings.declared} == {"acme"}


def test_an_inline_object_has_its_place_in_the_stacks_file() -> None:
    found = stack(declaring.organization(), declaring.environment())
    place = found.declared("Environment", "development").at("spec", "dataPlaneRef")
    assert place == found.at("dataPlaneRef", "choreo:resources[1].spec.dataPlaneRef")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def organizations(*names: str) -> str:
    """A manifest with these organizations."""
    return "\n---\n".join(
        f"apiVersion: core.choreo.dev/v1\nkind: Organization\nmetadata:\n  name: {name}" for name in names
    )


def test_manifests_are_read_after_the_inline_objects_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, b=organizations("b1", "b2"), a=organizations("a1"))
    found = stack(declaring.organization("inline"), folder=tmp_path, manifests=["*.yaml"])
    assert [each.name for each in found.settings.declared] == ["inline", "a1", "b1", "b2"]
    assert [str(each.at("kind")) for each in found.settings.declared][1:] == [
        "a.yaml:2: kind",
        "b.yaml:2: kind",
        "b.yaml:7: kind",
    ]


def test_a_glob_may_begin_anywhere(tmp_path: Path) -> None:
    write(tmp_path, b=organizations("b1"), a=organizations("a1"))
    found = stack(folder=tmp_path / "elsewhere", manifests=[str(tmp_path / "*.yaml")])
    assert [each.name for each in found.settings.declared] == ["a1", "b1"]


def test_a_file_is_found_by_its_name_whatever_characters_are_in_it(tmp_path: Path) -> None:
    write(tmp_path, **{"a[1]": organizations("a1")})
    assert [each.name for each in stack(folder=tmp_path, manifests=["a[1].yaml"]).settings.declared] == ["a1"]


def test_names_that_begin_with_a_dot_must_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path, **{"a": organizations("a1"), "._a": "left by an archive"})
    assert stack(folder=tmp_path, manifests=["*.yaml"]).findings == []
    assert len(stack(folder=tmp_path, manifests=[".*.yaml"]).findings) == 1


def test_folders_that_begin_with_a_dot_must_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".history").mkdir()
    write(tmp_path, **{"a": organizations("a1"), ".history/a": "a copy that an editor keeps"})
    assert stack(folder=tmp_path, manifests=["**/*.yaml"]).findings == []
    assert len(stack(folder=tmp_path, manifests=[".history/*.yaml"]).findings) == 1


def test_a_file_is_read_once_however_many_globs_and_links_lead_to_it(tmp_path: Path) -> None:
    write(tmp_path, a=organizations("a1"))
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "c").symlink_to(".")
    found = stack(folder=tmp_path, manifests=["*.yaml", "./a.yaml", "c/*.yaml", "**"])
    assert [each.name for each in found.settings.declared] == ["a1"]
    assert found.findings == []


def test_what_a_glob_leaves_out_is_a_warning_at_the_glob(tmp_path: Path) -> None:
    (tmp_path / "shared" / "deep").mkdir(parents=True)
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "link").symlink_to("../shared")
    write(tmp_path, **{"shared/a": organizations("a1"), "shared/deep/b": organizations("b1")})
    found = stack(folder=tmp_path, manifests=["g/**/*.yaml"])
    assert [each.name for each in found.settings.declared] == ["a1"]
    [finding] = found.findings
    assert finding.severity is Severity.WARNING
    assert finding.where == found.at("g/**", "choreo:manifests[0]")
    assert finding.message.endswith("to read their files, add 'g/link/**/*.yaml'")


def test_kubectls_record_in_a_manifest_is_left_out(tmp_path: Path) -> None:
    """With kubectl's record, a private key would be in previews and in the state."""
    made = declaring.organization()
    made["metadata"]["annotations"] = {LAST_APPLIED: "{}", "core.choreo.dev/description": "Ours"}
    found = stack(made)
    assert found.declared("Organization", "acme").object.metadata.annotations == {"core.choreo.dev/description": "Ours"}
    [finding] = found.findings
    assert finding.severity is Severity.WARNING
    assert finding.message == "left out: kubectl's record, which does not belong to the object"


def test_a_private_key_in_a_manifest_is_a_warning_and_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "plane.yaml").write_text(yaml.safe_dump(declaring.data_plane_with_credentials(), sort_keys=False))
    [finding] = stack(folder=tmp_path, manifests=["plane.yaml"]).findings
    assert str(finding.where).startswith("plane.yaml:")
    assert finding.where.field == "spec.kubernetesCluster.credentials.clientKey"
    assert finding.severity is Severity.WARNING
    assert "a secret in plain text" in finding.message
    assert declaring.CREDENTIALS["clientKey"] not in finding.message


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, a=organizations("a"), b=organizations("b"))
    found = stack(folder=tmp_path, manifests=["b.yaml", "*.yaml", "./a.yaml"])
    assert [each.name for each in found.settings.declared] == ["b", "a"]
    assert found.findings == []


def test_a_manifest_outside_the_project_is_named_by_its_full_path(tmp_path: Path) -> None:
    write(tmp_path, a=organizations("a"))
    found = stack(manifests=[str(tmp_path / "a.yaml")])
    assert found.declared("Organization", "a").at().file == str(tmp_path / "a.yaml")


def test_a_stacks_file_is_read_with_the_places_of_its_settings(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("encryptionsalt: v1\nconfig:\n  choreo:controllers: absent\n")
    document, findings = settings.read_file(file, tmp_path)
    assert (document.value, findings) == ({"choreo:controllers": "absent"}, [])
    assert str(document.at(("choreo:controllers",))) == "Pulumi.dev.yaml:3: choreo:controllers"


@pytest.mark.parametrize(
    "text", ["", "- a", "config: none", "encryptionsalt: v1", "config: [", "config:\n  a: 1\n  a: 2"]
)
def test_a_stacks_file_without_settings_declares_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    document, findings = settings.read_file(tmp_path / "Pulumi.dev.yaml", tmp_path)
    assert (document.value, document.file) == ({}, "Pulumi.dev.yaml")
    assert bool(findings) == (text not in ("", "encryptionsalt: v1"))


# --- Whatever is written, reading and planning end with findings, never with an exception --------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["a", "*"])
KEYWORDS = ["apiVersion", "kind", "metadata", "spec", "name", "namespace", "labels", "dataPlaneRef", "promotionPaths"]
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYWORDS) | st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)
CONFIGS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=20), JSON | st.lists(JSON, max_size=3), max_size=4)
VALID = [
    declaring.organization(),
    declaring.data_plane(),
    declaring.environment(),
    declaring.pipeline(),
    declaring.artifact(),
    declaring.deployment(),
    declaring.endpoint(),
]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each place of a value that can be set: the collection, and the key or position."""
    inside = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [place for key, each in inside for place in [(value, key), *places(each)]]


@st.composite
def nearly_valid(draw: st.DrawFn) -> Any:
    """A valid object with something else at one of its places."""
    made = copy.deepcopy(draw(st.sampled_from(VALID)))
    collection, key = draw(st.sampled_from(places(made)))
    if draw(st.booleans()):
        del collection[key]
    else:
        collection[key] = draw(JSON)
    return made


@hypothesis_settings(max_examples=150, deadline=None)
@given(CONFIGS)
@example({"choreo:manifests": [".", "**x", "a\0b", "/\0", "x" * 300, "/" + "x" * 300, "\ud800", "/\ud800", "..", "/"]})
@example({"choreo:resources": [{"apiVersion": [], "kind": {}}, {"apiVersion": "\ud800", "kind": "\ud800"}, 1.5, None]})
@example({"choreo:timeouts": {"ready": ["10m"], "": ""}, "choreo:controllers": [], "choreo:projects": {"a": 1}})
def test_reading_any_settings_ends_with_findings(config: dict[str, Any]) -> None:
    read, findings = settings.read(Document(config, "configuration"), NOWHERE)
    plan(read)
    assert all(finding.message and finding.where.file for finding in findings)
    if not findings:
        assert set(config) <= set(KEYS)


@hypothesis_settings(max_examples=200, deadline=None)
@given(nearly_valid())
def test_reading_an_object_with_one_thing_changed_ends_with_findings_or_with_that_object(made: Any) -> None:
    read, findings = settings.read(Document({"choreo:resources": [made]}, "configuration"), NOWHERE)
    plan(read)
    assert len(read.declared) == (0 if findings else 1)


LINES = ["apiVersion: core.choreo.dev/v1\n", "kind: Organization\n", "metadata: {name: a}\n", "spec: {}\n", "---\n"]
SIGNS = [
    "a: ",
    "- ",
    "? ",
    "&x ",
    "*x",
    "<<: ",
    "!!int ",
    "!!map ",
    "!a ",
    "%TAG ",
    "1",
    "0x",
    "1e9",
    ".inf",
    "~",
    "yes",
]
FRAGMENTS = st.sampled_from(LINES) | st.sampled_from(SIGNS) | st.text(":-[]{},|>'\"# \n\t", max_size=4)
TEXTS = (
    st.lists(FRAGMENTS, max_size=12).map(lambda parts: "".join(parts).encode())
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.binary(max_size=40)
)


@hypothesis_settings(max_examples=300, deadline=None)
@given(TEXTS)
@example(b"[" * 2000)
@example(b"a: !!int x")
@example(b"a: " + b"9" * 5000)
@example(b"\xff\xfea\x00:\x00 \x001\x00")
def test_reading_any_text_as_a_manifest_ends_with_findings(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(text)
        read, findings = settings.read(Document({"choreo:manifests": ["a.yaml"]}, "configuration"), Path(folder))
    plan(read)
    assert {finding.where.file for finding in findings} <= {"a.yaml"}


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(JSON | nearly_valid(), max_size=3), st.booleans())
def test_reading_any_trees_as_a_manifest_ends_with_findings_or_with_objects(trees: list[Any], shared: bool) -> None:
    # A repeated value is written as an anchor and its alias.
    text = yaml.safe_dump_all([*trees, trees] if shared else trees, allow_unicode=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        read, findings = settings.read(Document({"choreo:manifests": ["a.yaml"]}, "configuration"), Path(folder))
    plan(read)
    assert findings or read.declared
    report(findings).encode()


@hypothesis_settings(max_examples=200, deadline=None)
@given(TEXTS, st.booleans())
def test_reading_any_text_as_a_stacks_file_ends_with_findings(text: bytes, inside: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Pulumi.dev.yaml"
        file.write_bytes(b"config:\n  " + text.replace(b"\n", b"\n  ") if inside else text)
        config, findings = settings.read_file(file, Path(folder))
        read, more = settings.read(config, Path(folder))
    plan(read)
    assert {finding.where.file for finding in [*findings, *more]} <= {"Pulumi.dev.yaml"}


@hypothesis_settings(max_examples=150, deadline=None)
@given(CONFIGS)
def test_reading_any_trees_as_a_stacks_file_ends_with_findings(config: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Pulumi.dev.yaml"
        file.write_bytes(yaml.safe_dump({"config": config}, allow_unicode=True).encode("utf-8", "surrogatepass"))
        written, findings = settings.read_file(file, Path(folder))
        read, more = settings.read(written, Path(folder))
    plan(read)
    assert all(finding.where.file == "Pulumi.dev.yaml" for finding in [*findings, *more])


def test_reading_a_value_that_is_nested_very_deep_ends_with_a_finding() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    _, findings = settings.read(Document({"choreo:controllers": deep, "choreo:resources": deep}, "c"), NOWHERE)
    assert [finding.where.field for finding in findings] == ["choreo:resources[0]", "choreo:controllers"]


def test_settings_of_a_text_are_read_like_those_of_a_value() -> None:
    assert stack_of("choreo:controllers: absent").settings.controllers is Controllers.ABSENT
