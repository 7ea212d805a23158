"""The corpus of bad input: its files, and the findings that are expected about each.

A folder is a class of mistakes, and each of its files one mistake; `expected.yaml` in it has the findings, as the
report shows them. Names and sizes that do not belong in a repository are made by the tests.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from choreo_components.components.preparation import missing
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import Finding
from choreo_components.plan.builder import plan

CORPUS = Path(__file__).parent
EXPECTED = "expected.yaml"
SETTINGS = "settings"
REFERENCES = "references"

CLASSES = sorted(path.name for path in CORPUS.iterdir() if (path / EXPECTED).is_file())


def cases(name: str) -> list[str]:
    """The files of a class."""
    return sorted(path.name for path in (CORPUS / name).iterdir() if path.name != EXPECTED)


def expected(name: str) -> Mapping[str, Sequence[str]]:
    """The expected findings about the files of a class."""
    read: Mapping[str, Sequence[str]] = yaml.safe_load((CORPUS / name / EXPECTED).read_text())
    return read


def of_manifest(file: str, folder: Path) -> list[Finding]:
    """What is wrong with a stack of this one manifest."""
    return _planned({"choreo:manifests": [file]}, folder)


def of_case(name: str, file: str) -> list[Finding]:
    """What is wrong with a file of the corpus, or with the stack whose only manifest it is."""
    folder = CORPUS / name
    if name != SETTINGS:
        return _planned({"choreo:manifests": [file]}, folder, others_are_missing=name == REFERENCES)
    config, unreadable = settings.read_file(folder / file, folder)
    read, findings = settings.read(config, folder)
    return [*unreadable, *findings, *plan(read).findings]


def _planned(config: Mapping[str, Any], folder: Path, *, others_are_missing: bool = False) -> list[Finding]:
    read, findings = settings.read(Document(config, "configuration"), folder)
    planned = plan(read)
    absent = {reference.target: None for reference in planned.outside} if others_are_missing else {}
    return [*findings, *planned.findings, *missing(planned.outside, absent)]
