"""The documents: files and links in them exist, and each page begins with its purpose."""

import ast
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from tests.checkout import CHECKOUT
from tests.shells import BLOCK, PROSE

INDEX = CHECKOUT / "docs" / "README.md"
PAGES = sorted(CHECKOUT.glob("docs/*.md"))
DECISIONS = sorted(CHECKOUT.glob("docs/adr/[0-9]*.md"))

FILE = re.compile(r"(?<![\w./-])(?:bench|choreo_components|devcluster|docs|examples|tests|toolchain)/[\w./-]+\.\w+\b")
MODULE = re.compile(r"`([\w/-]+\.py)`")
"""It may be named by the end of its path in the package."""
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TABLE = re.compile(r"^\| it says \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.M)
HEADING = re.compile(r"^#+ (.+)$", re.M)

of_each_document = pytest.mark.parametrize("document", PROSE, ids=lambda path: str(path.relative_to(CHECKOUT)))


def lead(document: Path, link: str) -> tuple[Path, str]:
    """Where a link in a document leads to: the file, and the name of a heading in it or ""."""
    path, _, anchor = unquote(link).partition("#")
    return (document.parent / path).resolve() if path else document, anchor


@cache
def anchors(document: Path) -> set[str]:
    """What a link can lead to in a document, as GitHub names its headings."""
    text = BLOCK.sub("", document.read_text(encoding="utf-8"))
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", each) for each in HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in plain}


@of_each_document
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    package = list((CHECKOUT / "choreo_components").rglob("*.py"))
    missing = [each for each in FILE.findall(text) if not (CHECKOUT / each).is_file()]
    missing += [
        each
        for each in MODULE.findall(text)
        if not any(file.match(each) for file in [CHECKOUT / each, *package] if file.is_file())
    ]
    assert not missing


@of_each_document
def test_each_link_leads_to_a_file_and_to_a_heading_in_it(document: Path) -> None:
    broken = []
    for link in LINK.findall(BLOCK.sub("", document.read_text(encoding="utf-8"))):
        if link.startswith("https://"):
            continue
        target, anchor = lead(document, link)
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_the_index_leads_to_all_pages() -> None:
    linked = {lead(INDEX, link)[0] for link in LINK.findall(INDEX.read_text(encoding="utf-8"))}
    assert linked >= set(PAGES) - {INDEX}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_begins_with_its_title_and_what_it_is_for(page: Path) -> None:
    title, empty, first, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ")
    assert empty == ""
    assert re.match(r"\w|`", first), f"a sentence before {first!r}"


def messages() -> str:
    """The texts in the package's code, a line each, with a gap for each value."""
    found = []
    for module in (CHECKOUT / "choreo_components").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


OF_OTHERS = {"denied the request", "the stack is currently locked"}
"""Messages of Kubernetes and Pulumi."""
WITH_VALUES = {"answers 401": "answers", "the cluster's DataPlane is that of": "the cluster's … is that of"}
"""Messages that are quoted with a value, and what of them is in the code."""


@pytest.mark.parametrize("page", ["adopt.md", "troubleshooting.md"])
def test_each_message_that_a_page_explains_is_one_of_the_code(page: str) -> None:
    said, text = messages(), (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    rows = (row for table in TABLE.findall(text) for row in table.splitlines())
    quotes = (quote for row in rows for quote in re.findall(r"`([^`]+)`", row.split(" | ")[0]) if quote != "up")
    parts = {part.strip() for quote in quotes for part in quote.split("…")} - {""} - OF_OTHERS
    assert parts
    missing = {part for part in parts if WITH_VALUES.get(part, part) not in said}
    assert not missing, f"the code has other words by now: bring {page} up to it"


def test_the_readme_is_short() -> None:
    assert len((CHECKOUT / "README.md").read_text().splitlines()) <= 130


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_has_a_status(decision: Path) -> None:
    title, empty, status, *_ = decision.read_text(encoding="utf-8").splitlines()
    assert title.startswith(f"# {int(decision.stem[:4])}. ")
    assert empty == ""
    assert re.match(r"Status: (accepted(, (changed by|supersedes) \[.*)?|superseded by \[.*)$", status)


def test_the_index_of_decisions_has_each_by_number_title_and_status() -> None:
    rows = []
    for decision in DECISIONS:
        title, _, status, *_ = decision.read_text(encoding="utf-8").splitlines()
        number, _, name = title.removeprefix("# ").partition(". ")
        rows.append(f"| {number} | [{name}]({decision.name}) | {status.removeprefix('Status: ')} |")
    index = (CHECKOUT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert [line for line in index.splitlines() if re.match(r"\| \d", line)] == rows


@pytest.mark.parametrize("form", sorted((CHECKOUT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_the_files_for_github_are_yaml(form: Path) -> None:
    assert yaml.safe_load(form.read_text(encoding="utf-8"))
