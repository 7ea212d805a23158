"""Bad input, file by file: each gets its finding at its place, in bounded time and memory, and never a traceback."""

import multiprocessing
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from choreo_components.config.findings import Finding, report
from tests.checkout import CHECKOUT
from tests.corpus.reading import CLASSES, CORPUS, cases, expected, of_case, of_manifest
from tests.corpus.sizes import SIZES, report_within

MEMORY = 1 << 30
"""Bytes of address space in which any manifest can be read: several times what the worst of them needs."""

SECONDS = 60
"""CPU seconds in which any manifest is read: several times what the worst of them needs."""

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.corpus.sizes"])


def reported(findings: list[Finding]) -> list[str]:
    """The findings as the report shows them."""
    return [line.strip() for line in report(findings).splitlines()[1:]]


@pytest.mark.parametrize(("name", "file"), [(name, file) for name in CLASSES for file in cases(name)])
def test_each_file_gets_its_findings_at_their_places(name: str, file: str) -> None:
    folder = str(CORPUS / name)
    wanted = [line.replace("{folder}", folder) for line in expected(name)[file]]
    assert reported(of_case(name, file)) == wanted


@pytest.mark.parametrize("name", CLASSES)
def test_each_file_has_an_expectation_and_each_expectation_a_file(name: str) -> None:
    assert sorted(expected(name)) == cases(name)
    assert all(expected(name).values()), "a file without findings is not bad input"


# --- Sizes: made here, read in a process with limited resources ------------------------------------------------------


@pytest.mark.parametrize("name", SIZES)
def test_the_time_and_the_memory_for_a_file_are_bounded(tmp_path: Path, name: str) -> None:
    size = SIZES[name]
    (tmp_path / "big.yaml").write_bytes(size.text())
    reader = FORKS.Process(target=report_within, args=(tmp_path, MEMORY, SECONDS))
    reader.start()
    reader.join()
    assert reader.exitcode == 0, f"reading it ended with {reader.exitcode}"
    text = (tmp_path / "report").read_text()
    assert len(text) < 1_000_000, "a report that is too long to read"
    first = "".join(text.splitlines()[1:2]).strip()
    assert first.startswith(size.said) if size.said else not first, f"reported instead of {size.said!r}:\n{text[:2000]}"


# --- What is not a file ----------------------------------------------------------------------------------------------


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a directory": (_folder, "'a.yaml' is a directory; name the files in it, for example 'a.yaml/*.yaml'"),
    "a symbolic link to itself": (_loop, "a.yaml is a broken link; remove or repair it"),
    "a symbolic link to nowhere": (_dangling, "a.yaml is a broken link; remove or repair it"),
    "a pipe without a writer": (_pipe, "no file matches 'a.yaml' in {folder}"),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_not_a_file_is_not_read(tmp_path: Path, kind: str) -> None:
    make, message = FILES[kind]
    make(tmp_path / "a.yaml")
    wanted = message.replace("{folder}", str(tmp_path))
    assert reported(of_manifest("a.yaml", tmp_path)) == [f"configuration: choreo:manifests[0]: error: {wanted}"]


def test_a_glob_follows_a_loop_of_folders_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "a" / "b.yaml").write_text("a: 1\na: 2\n")
    assert reported(of_manifest("**/*.yaml", tmp_path)) == ["a/b.yaml:2: a: error: duplicate key; remove one of them"]


def test_a_file_whose_name_is_not_text_is_still_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\n.yaml")).write_text("[")
    [line] = reported(of_manifest("*.yaml", tmp_path))
    assert line.startswith("\\udcff\\n.yaml:2: error: invalid YAML: ")


# --- The document --------------------------------------------------------------------------------------------------


def test_the_documents_counts_are_those_of_the_corpus() -> None:
    text = (CHECKOUT / "docs" / "bad-input.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)
    counts = {name: len(cases(name)) for name in CLASSES} | {"sizes": len(SIZES), "files": len(FILES)}
    assert {name: int(count) for name, count in rows} == counts
    assert f"{sum(counts.values())} broken files" in text
