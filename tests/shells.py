"""The commands in documents: their blocks for a shell, and what they name between backquotes."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.checkout import CHECKOUT

PROSE = [
    *(CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *(each for home in ("docs", "examples") for each in sorted((CHECKOUT / home).rglob("*.md"))),
]
"""All documents."""

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.M | re.S)
LANGUAGES = "sh", "bash", "console"
HERE = re.compile(r"<<-?'?(\w+)'?(.*?)\n.*?^\1$", re.M | re.S)
"""A text in a command, up to the line that ends it."""
QUOTED = re.compile(r"`([^`\n]+)`")
PROGRAM = re.compile(r"(choreo|pulumi|kubectl|make|python|\.venv/bin/\w+) |\.ci/\w+$")
KEYWORDS = {"do", "done", "then", "else", "fi", "!"}

WITHOUT_PREVIEWS = """\
pulumi() {
  case $1 in
    up|destroy|refresh) command pulumi "$@" --yes --skip-preview ;;
    *) command pulumi "$@" ;;
  esac
}
"""
"""Answers the question that Pulumi would ask, and leaves out the preview before it, which costs as much again."""


@dataclass(frozen=True)
class Block:
    """A block of a document for a shell."""

    document: str
    """Its path in the checkout."""
    language: str
    text: str

    @property
    def script(self) -> str:
        """What is typed: of a console, without its output."""
        if self.language != "console":
            return self.text
        return "\n".join(line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ "))

    def __str__(self) -> str:
        """Names it by its first line, as readers find it."""
        return f"{self.document}: {self.text.splitlines()[0].partition('  ')[0]}"


def blocks(document: str) -> list[Block]:
    """The blocks of a document for a shell, in their order."""
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    return [Block(document, language, body) for language, body in BLOCK.findall(text) if language in LANGUAGES]


def block(document: str, containing: str) -> Block:
    """The one block of a document with this in it."""
    [found] = [each for each in blocks(document) if containing in each.text]
    return found


def commands(script: str) -> Iterator[list[str]]:
    """The words of each simple command of a script, without redirections and variables before it."""
    script = HERE.sub(r"\2", script).replace("\\\n", " ")
    for line in re.sub(r"\|\s*\n", "| ", script).splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        redirected = False
        for word in [*lexer, ";"]:
            if redirected:
                redirected = False
            elif set(word) <= set("<>"):
                redirected = True
            elif set(word) <= set("|&;()"):
                if words and words[0] != "for":
                    yield words
                words = []
            elif words or (word not in KEYWORDS and not re.fullmatch(r"\w+=\S*", word)):
                words.append(word)


def mentioned(document: str) -> Iterator[list[str]]:
    """The words of each command that a document names between backquotes, outside of its blocks."""
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    for quoted in QUOTED.findall(BLOCK.sub("", text)):
        if PROGRAM.match(quoted):
            yield from commands(quoted.replace("…", ""))
