"""The documents name files that there are, lead to places that there are, and are all in the index."""

import re
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
INDEX = CHECKOUT / "docs" / "README.md"
DOCUMENTS = [
    *(CHECKOUT / name for name in ("README.md", "CHANGELOG.md")),
    *(each for home in ("docs", "examples") for each in sorted((CHECKOUT / home).rglob("*.md"))),
]

FILE = re.compile(r"(?<![\w./-])(?:bench|choreo_components|devcluster|docs|examples|tests|toolchain)/[\w./-]+\.\w+\b")
MODULE = re.compile(r"`([\w/-]+\.py)`")
"""It may be named as it is called in the package."""
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))


@cache
def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@cache
def anchors(document: Path) -> frozenset[str]:
    """What GitHub makes of the headings."""
    headings = HEADING.findall(FENCED.sub("", text_of(document)))
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings)


@each_document
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    text = text_of(document)
    homes = CHECKOUT, CHECKOUT / "choreo_components"
    missing = [each for each in FILE.findall(text) if not (CHECKOUT / each).is_file()]
    missing += [each for each in MODULE.findall(text) if not any((home / each).is_file() for home in homes)]
    assert not missing


@each_document
def test_each_link_leads_to_a_file_and_to_a_heading_in_it(document: Path) -> None:
    broken = []
    for path, anchor in LINK.findall(FENCED.sub("", text_of(document))):
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}" if anchor else path)
    assert not broken


def test_the_index_leads_to_all_documents() -> None:
    linked = {(INDEX.parent / path).resolve() for path, _ in LINK.findall(text_of(INDEX)) if path}
    assert linked >= {each for each in (CHECKOUT / "docs").glob("*.md") if each != INDEX}
