"""The documents name files that there are."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
DOCUMENTS = [
    CHECKOUT / "README.md",
    *(each for home in ("docs", "examples") for each in sorted((CHECKOUT / home).rglob("*.md"))),
]

FILE = re.compile(r"(?<![\w./-])(?:bench|choreo_components|devcluster|docs|examples|tests|toolchain)/[\w./-]+\.\w+\b")
MODULE = re.compile(r"`([\w/-]+\.py)`")
"""It may be named as it is called in the package."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    homes = CHECKOUT, CHECKOUT / "choreo_components"
    missing = [each for each in FILE.findall(text) if not (CHECKOUT / each).is_file()]
    missing += [each for each in MODULE.findall(text) if not any((home / each).is_file() for home in homes)]
    assert not missing
