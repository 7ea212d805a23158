"""The files that paths and globs match: those that a shell finds, with a warning about what is left out."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.config.findings import Location
from choreo_components.config.paths import Search, is_file

WHERE = Location("Pulumi.dev.yaml", 3, "choreo:manifests[0]")


def tree(folder: Path, *files: str, **links: str) -> Path:
    """A folder with these files, and links: each name, with `__` for a slash, and its target."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    for name, target in links.items():
        link = folder / name.replace("__", "/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    return folder


def found(folder: Path, *patterns: str) -> list[str]:
    """What globs match, without any finding."""
    files, said = searched(folder, *patterns)
    assert said == []
    return files


def searched(folder: Path, *patterns: str) -> tuple[list[str], list[str]]:
    """What globs match, and the findings."""
    search = Search(folder)
    files = [str(path.relative_to(folder)) for pattern in patterns for path in search.files(pattern, WHERE)]
    assert all(finding.where == WHERE for finding in search.findings())
    return files, [f"{finding.severity.value}: {finding.message}" for finding in search.findings()]


# --- As a shell ------------------------------------------------------------------------------------------------------

NAMES = ["a", "b", "ab", "c.yaml", ".h", ".h.yaml", "[a]", "a-b"]
PARTS = [
    "a",
    "b",
    ".h",
    "..",
    "*",
    "*.yaml",
    "?",
    ".*",
    "[ab]",
    "[!a]",
    "[^a]*",
    "[a-b]*",
    "[[:alpha:]]",
    "\\a",
    "***",
    "*b",
    "**",
]

BASH = """
cd -- "$1" && shift && shopt -s globstar nullglob && IFS= && for each in $1; do
  [[ -f $each ]] && printf '%s\\0' "$each"
done; true
"""


def of_bash(folder: Path, pattern: str) -> set[str]:
    """The files that bash finds, as paths from `./`."""
    bash = ["bash", "--norc", "-c", BASH, "bash", str(folder), pattern]
    answer = subprocess.run(
        bash, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    )
    return {os.fsdecode(path) for path in answer.stdout.split(b"\0") if path}


def make(folder: Path, entries: list[tuple[str, ...]]) -> None:
    """Random folders, files and links: the last element of an entry says which of them its path is."""
    for *names, kind in entries:
        path = folder.joinpath(*names)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "file":
                path.touch(exist_ok=False)
            elif kind == "folder":
                path.mkdir()
            else:
                path.symlink_to(kind)
        except OSError:
            continue  # there already, or below a file


ENTRIES = st.lists(
    st.tuples(
        *[st.sampled_from(NAMES)] * 2,
        st.sampled_from([*NAMES, ""]),
        st.sampled_from(["file", "file", "file", "folder", "..", "../..", "../b", "../a/b", "c.yaml", "nowhere"]),
    ).map(lambda entry: tuple(part for part in entry if part)),
    max_size=10,
)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@hypothesis_settings(max_examples=150, deadline=None)
@given(entries=ENTRIES, parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
@example(entries=[("a", "b", "c.yaml", "file"), ("b", "a", "../a")], parts=["**", "*.yaml"])
def test_a_glob_matches_the_files_that_bash_finds(entries: list[tuple[str, ...]], parts: list[str]) -> None:
    pattern = "./" + "/".join(parts)
    # Bash does not take backslashes away from an expanded word that is no pattern.
    assume(re.search(r"[*?[]", pattern) or "\\" not in pattern)
    # Of `**` at the end, bash leaves out the files in linked folders, which it finds with `**/*`.
    asked = pattern + "/*" if parts[-1] == "**" else pattern
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, *["outside"] * 12)  # deeper than links and `..` lead out of it
        folder.mkdir(parents=True)
        make(folder, entries)
        ours = {os.path.relpath(path, folder) for path in Search(folder).files(pattern, WHERE)}
        assert ours == {os.path.relpath(folder / path, folder) for path in of_bash(folder, asked)}


def test_two_stars_match_no_folder_and_many(tmp_path: Path) -> None:
    tree(tmp_path, "a.yaml", "b/a.yaml", "b/c/a.yaml", "b/c/a.txt")
    assert found(tmp_path, "**/*.yaml") == ["a.yaml", "b/a.yaml", "b/c/a.yaml"]
    assert found(tmp_path, "**/c/*") == ["b/c/a.txt", "b/c/a.yaml"]
    assert found(tmp_path, "**/**/a.txt") == ["b/c/a.txt"]


def test_two_stars_at_the_end_match_all_files_below(tmp_path: Path) -> None:
    tree(tmp_path, "g/a.yaml", "g/README.md", "g/b/c.json", "h/d.yaml")
    assert found(tmp_path, "g/**") == ["g/README.md", "g/a.yaml", "g/b/c.json"]


def test_the_files_are_in_the_order_of_their_paths(tmp_path: Path) -> None:
    tree(tmp_path, "b.yaml", "a/z.yaml", "a.yaml", "a-b/y.yaml")
    assert found(tmp_path, "**/*.yaml") == ["a/z.yaml", "a-b/y.yaml", "a.yaml", "b.yaml"]


@pytest.mark.parametrize("pattern", ["**/*.yaml", "*/*.yaml", "**", "?terraform/*", "[.]terraform/*"])
def test_folders_that_begin_with_a_dot_must_be_asked_for(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "g/a.yaml", ".terraform/b.yaml", "g/.history/c.yaml", "g/.venv/lib/d.yaml")
    assert searched(tmp_path, pattern)[0] in (["g/a.yaml"], [])


def test_folders_that_begin_with_a_dot_can_be_asked_for_at_every_level(tmp_path: Path) -> None:
    tree(tmp_path, "g/.github/a.yaml", "g/.github/.b.yaml", ".x/y/c.yaml", ".x/.y/d.yaml")
    assert found(tmp_path, "g/.*/*.yaml") == ["g/.github/a.yaml"]
    assert found(tmp_path, "**/.github/*") == ["g/.github/a.yaml"]
    assert found(tmp_path, "**/.github/.*") == ["g/.github/.b.yaml"]
    assert found(tmp_path, ".x/**/*.yaml") == [".x/y/c.yaml"]


def test_matching_is_case_sensitive(tmp_path: Path) -> None:
    tree(tmp_path, "A.yaml", "a.yaml", "b.YAML")
    assert found(tmp_path, "[a-z].yaml") == ["a.yaml"]
    assert found(tmp_path, "*.YAML") == ["b.YAML"]


@pytest.mark.parametrize("pattern", ["./g/a.yaml", "g//a.yaml", "g/../g/*.yaml", "*/../g/a.*", r"g/\a.*"])
def test_a_path_may_be_written_in_many_ways(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "g/a.yaml")
    assert [os.path.normpath(path) for path in found(tmp_path, pattern)] == ["g/a.yaml"]


def test_a_glob_may_be_absolute_and_lead_out_of_the_folder(tmp_path: Path) -> None:
    tree(tmp_path, "platform/a.yaml", "stack/b.yaml")
    search = Search(tmp_path / "stack")
    assert search.files(f"{tmp_path}/**/*.yaml", WHERE) == [
        tmp_path / "platform" / "a.yaml",
        tmp_path / "stack" / "b.yaml",
    ]
    assert search.files("../platform/*.yaml", WHERE) == [tmp_path / "stack" / ".." / "platform" / "a.yaml"]


def test_folders_that_are_not_asked_for_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "platform/a.yaml", "node_modules/many/b.yaml", ".git/objects/c.yaml")
    read: list[str] = []
    scandir = os.scandir

    def reading(path: str) -> Iterator[os.DirEntry[str]]:
        read.append(os.path.relpath(path, tmp_path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", reading)
    assert found(tmp_path, "platform/**/*.yaml", "n*/*/*.yaml")
    assert sorted(read) == [".", "node_modules", "node_modules/many", "platform"]


# --- Links -----------------------------------------------------------------------------------------------------------


def test_links_to_files_and_to_folders_are_followed(tmp_path: Path) -> None:
    tree(tmp_path, "other/c.yaml", "g/a.yaml", g__link="../other", g__d="../other/c.yaml")
    assert found(tmp_path, "g/*/*.yaml") == ["g/link/c.yaml"]
    assert found(tmp_path, "g/**/*.yaml") == ["g/a.yaml", "g/link/c.yaml"]
    assert found(tmp_path, "g/d*") == ["g/d"]


def test_what_is_below_a_linked_folder_is_named_as_left_out(tmp_path: Path) -> None:
    tree(tmp_path, "other/c.yaml", "other/deep/d.yaml", "g/a.yaml", g__link="../other")
    files, said = searched(tmp_path, "g/**/*.yaml")
    assert files == ["g/a.yaml", "g/link/c.yaml"]
    assert said == [
        "warning: g/link is a link to a folder, and `**` does not search the folders below a link; "
        "to read their files, add 'g/link/**/*.yaml'"
    ]
    assert found(tmp_path, "g/**/*.yaml", "g/link/**/*.yaml")[2:] == ["g/link/c.yaml", "g/link/deep/d.yaml"]


def test_a_link_to_folders_that_are_found_anyway_is_no_warning(tmp_path: Path) -> None:
    tree(tmp_path, "g/v2/a.yaml", "g/v2/deep/b.yaml", g__latest="v2")
    assert found(tmp_path, "g/**/*.yaml") == ["g/latest/a.yaml", "g/v2/a.yaml", "g/v2/deep/b.yaml"]


def test_a_loop_of_links_is_followed_once(tmp_path: Path) -> None:
    tree(tmp_path, "a/b.yaml", a__again="..", a__itself=".", c="a")
    assert found(tmp_path, "**/*.yaml") == ["a/b.yaml", "a/itself/b.yaml", "c/b.yaml"]


def test_the_cost_of_a_glob_is_at_most_its_folders_times_its_parts(tmp_path: Path) -> None:
    tree(tmp_path, "/".join(["a"] * 60 + ["b.yaml"]))
    assert len(found(tmp_path, "**/*/" * 20 + "*.yaml")) == 1


@pytest.mark.parametrize("target", ["nowhere", "a.yaml"])
def test_a_broken_link_is_an_error_where_a_file_is_expected(tmp_path: Path, target: str) -> None:
    tree(tmp_path, "g/b.yaml", g__a="a")
    (tmp_path / "g" / "a").rename(tmp_path / "g" / "a.yaml")
    for pattern in ("g/*.yaml", "g/a.yaml", "**/a.yaml"):
        assert searched(tmp_path, pattern)[1] == ["error: g/a.yaml is a broken link; remove or repair it"]


@pytest.mark.parametrize("pattern", ["g/*/*.yaml", "g/**/*.yaml"])
def test_a_broken_link_is_a_warning_where_it_may_have_been_a_folder(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "g/b/c.yaml", g__team="../gone")
    assert searched(tmp_path, pattern) == (
        ["g/b/c.yaml"],
        ["warning: g/team is a broken link: if it led to a folder, the files in it are missing"],
    )


# --- What cannot be read ---------------------------------------------------------------------------------------------


@contextmanager
def unprivileged() -> Iterator[None]:
    """A user other than root, who may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that all users may read, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.mark.parametrize(
    ("pattern", "mode", "what"),
    [
        ("g/**/*.yaml", 0o311, "g/locked"),
        ("g/*/*.yaml", 0o311, "g/locked"),
        ("g/*/a.yaml", 0o600, "g/locked/a.yaml"),
        ("g/*/*.yaml", 0o644, "g/locked/a.yaml"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_skipped(public: Path, pattern: str, mode: int, what: str) -> None:
    tree(public, "g/locked/a.yaml", "g/open/a.yaml")
    assert found(public, "g/o*/*.yaml") == ["g/open/a.yaml"]
    (public / "g" / "locked").chmod(mode)
    with unprivileged():
        files, said = searched(public, pattern)
    assert files == ["g/open/a.yaml"]
    assert said == [f"error: {what} cannot be read: Permission denied"]
    (public / "g" / "locked").chmod(0o755)


def test_a_file_that_cannot_be_examined_is_not_treated_as_missing(public: Path) -> None:
    tree(public, "locked/a.yaml")
    (public / "locked").chmod(0o600)
    with unprivileged(), pytest.raises(PermissionError):
        is_file(public / "locked" / "a.yaml")
    (public / "locked").chmod(0o755)
    assert not is_file(public / "b.yaml")
    assert not is_file(public / "\0")


# --- Nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["g", "g/", ".", "g/."])
def test_a_folder_is_not_a_file(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "g/a.yaml")
    [said] = searched(tmp_path, pattern)[1]
    assert (
        said
        == f"error: {pattern!r} is a directory; name the files in it, for example {pattern.rstrip('/') + '/*.yaml'!r}"
    )


@pytest.mark.parametrize("pattern", ["g/*.yaml/", "**/", "g/a.yaml/"])
def test_what_ends_with_a_slash_matches_no_file(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "g/a.yaml")
    [said] = searched(tmp_path, pattern)[1]
    assert said.startswith(f"error: {pattern!r} matches directories only; name the files in it, for example ")


@pytest.mark.parametrize("pattern", ["~/a.yaml", "{a,b}.yaml", "$HOME/a.yaml"])
def test_expansions_of_a_shell_other_than_globs_are_not_supported(tmp_path: Path, pattern: str) -> None:
    [said] = searched(tmp_path, pattern)[1]
    assert said == f"error: no file matches {pattern!r} in {tmp_path}; `~`, `{{a,b}}` and variables are not expanded"


def test_an_impossible_file_name_is_not_found(tmp_path: Path) -> None:
    for pattern in ("\0", "*\0", "x" * 300 + "/*", "*/" + "x" * 300):
        assert len(searched(tree(tmp_path, "g/a.yaml"), pattern)[1]) == 1
