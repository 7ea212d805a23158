"""The corpus of bad input: the findings of each of its files, and the expected ones.

A folder is a class of mistakes, and each file in it is one mistake; `expected.yaml` has the findings, as the report
prints them. Names that a repository cannot have, and sizes that it should not have, are made by the tests.
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
    """The expected findings of the files of a class."""
    read: Mapping[str, Sequence[str]] = yaml.safe_load((CORPUS / name / EXPECTED).read_text())
    return read


def of_manifest(file: str, folder: Path) -> list[Finding]:
    """The findings of a stack with this one manifest."""
    return _planned({"choreo:manifests": [file]}, folder)


def of_case(name: str, file: str) -> list[Finding]:
    """The findings of a file of the corpus: of the settings, or of a stack with this one manifest."""
    folder = CORPUS / name
    if name != SETTINGS:
        return _planned({"choreo:manifests": [file]}, folder, nobody_has_the_rest=name == REFERENCES)
    config, unreadable = settings.read_file(folder / file, folder)
    read, findings = settings.read(config, folder)
    return [*unreadable, *findings, *plan(read).findings]


def _planned(config: Mapping[str, Any], folder: Path, *, nobody_has_the_rest: bool = False) -> list[Finding]:
    read, findings = settings.read(Document(config, "configuration"), folder)
    planned = plan(read)
    nowhere = {reference.target: None for reference in planned.outside} if nobody_has_the_rest else {}
    return [*findings, *planned.findings, *missing(planned.outside, nowhere)]
