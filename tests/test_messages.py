"""Error messages have one form: what is wrong, where, and after a semicolon the next step; in the project's words."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from choreo_components.api import all_kinds
from choreo_components.config.settings import KEYS
from tests.checkout import CHECKOUT
from tests.shells import PROSE
from tests.test_commands_of_documents import command

PACKAGE = CHECKOUT / "choreo_components"
CODE = [
    file
    for home in ("choreo_components", "devcluster", "toolchain", "bench", "examples", "tests")
    for file in sorted((CHECKOUT / home).rglob("*.py"))
    if file != Path(__file__)
]

WORDS: Mapping[str, str] = {
    r"told|tells?|telling": "report, print, show",
    r"nobody|somebody|no one": "no user, another owner; name who",
    r"stands?": "is",
    r"goes|is to go": "is deleted, is passed",
    r"of (?:its|their|our|your|one's) own": "separate, own",
    r"lacks?|lacking": "is missing, without",
    r"anew": "again",
    r"all the same": "anyway",
    r"besides?": "next to, in addition to",
    r"mend(?:s|ed|ing)?": "repair, fix",
}
"""Habits that a native reader stumbles over, and what to write instead."""
IN_MESSAGES: Mapping[str, str] = {
    **WORDS,
    r"ha(?:s|ve) to|had to": "must",
    r"may not": "cannot",
    r"please|sorry": "(nothing)",
    r"takes? away": "delete",
    r"heeded": "supported",
}
ALLOWED = 10
"""How often a word of the first table may occur in the code and the documents together, such as in a quotation."""

REPORTING = {
    *("BadParameter", "Claimed", "Failure", "Finding", "Hold", "Left", "Problem", "Violation"),
    *("error", "give_up", "refuse", "_refuse", "_fail", "warn", "warning"),
}
"""Classes and functions that take a message."""
VARIABLES = {"message", "problem", "reason", "why"}
"""Names that a message has before it is reported."""
FOR_PROGRAMMERS = {"AssertionError", "AttributeError", "KeyError", "NotImplementedError", "TypeError"}

NAMES = {
    *(kind for _, kind in all_kinds()), "Git", "Kubernetes", "OpenChoreo", "OpenChoreo's", "Platform", "Pulumi",
    "Secret",
}  # fmt: skip
"""What a message may begin with in upper case, in addition to acronyms."""
STEPS = (
    r"add|adopt|apply|ask|change|check|choose|create|declare|delete|destroy|divide|export|fix|give|install|leave|let|"
    r"look|make|move|name|put|quote|remove|rename|replace|restart|run|save|select|set|split|start|try|update|upgrade|use|"
    r"wait|withdraw|write"
)
"""How a next step begins."""


@dataclass(frozen=True)
class Message:
    """A text of an error or a warning, with a gap `…` for each value."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def texts(node: ast.expr | None, constants: Mapping[str, Sequence[str]]) -> list[str]:
    """The texts that an expression may be."""
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.JoinedStr(values=values):
            return ["".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in values)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            after = texts(right, constants) or ["…"]
            return [first + then for first in texts(left, constants) or ["…"] for then in after]
        case ast.IfExp(body=body, orelse=orelse):
            return [*texts(body, constants), *texts(orelse, constants)]
        case ast.Name(id=name):
            return [*constants.get(name, ())]
    return []


@cache
def trees() -> Mapping[str, ast.Module]:
    """The modules of the package, by their paths in the checkout."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {str(each.relative_to(CHECKOUT)): ast.parse(each.read_text(encoding="utf-8")) for each in files}


@cache
def messages() -> list[Message]:
    """What the package raises, reports as a finding or a warning, and gives up with."""
    return [message for place, tree in trees().items() for message in _messages_of(place, tree)]


def _messages_of(place: str, tree: ast.Module) -> Iterator[Message]:
    constants = {
        target.id: texts(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    raised = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    nodes: list[Any] = list(ast.walk(tree))
    for node in nodes:
        for expression in _reported(node, raised):
            for text in texts(expression, constants):
                if text.count(" ") >= 2:
                    yield Message(f"{place}:{node.lineno}", text)


def _reported(node: Any, raised: Collection[int]) -> Iterator[ast.expr]:
    """What an error, a finding or a warning is made of; also where it has a name first, or a function returns it."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            name = ast.unparse(func).rpartition(".")[2]
            is_error = id(node) in raised or name.endswith("Error") or name in REPORTING
            if is_error and name not in FOR_PROGRAMMERS:
                yield from (*args, *(each.value for each in keywords))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in VARIABLES:
            yield value
        case ast.AugAssign(target=ast.Name(id=name), value=value) if name in VARIABLES:
            yield value
        case ast.Return(value=ast.expr() as value):
            yield value
        case ast.Yield(value=ast.Tuple(elts=parts)):
            yield from parts


@cache
def literals() -> list[Message]:
    """All texts of the package that are no docstrings."""
    found = []
    for place, tree in trees().items():
        documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        parts = {id(each) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in node.values}
        found += [
            Message(f"{place}:{node.lineno}", text)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in documentation | parts
            for text in texts(node, {})
        ]
    return found


def names(wrong: Sequence[Message]) -> str:
    return "\n" + "\n".join(map(str, wrong))


def test_the_messages_are_found() -> None:
    assert len(messages()) > 250


def test_a_message_begins_with_what_is_wrong_or_with_its_name() -> None:
    wrong = [each for each in messages() if not _begins_well(each.text)]
    assert not wrong, names(wrong)


def _begins_well(text: str) -> bool:
    [word] = re.findall(r"^[\w'-]*", text)
    return not word[:1].isupper() or word.isupper() or word in NAMES


def test_a_message_has_no_period_at_its_end_and_does_not_exclaim() -> None:
    wrong = [each for each in messages() if re.search(r"\.$|!$|! ", each.text)]
    assert not wrong, names(wrong)


def test_a_message_names_no_class_of_ours() -> None:
    classes = {node.name for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    hidden = {name for name in classes - NAMES if re.search(r"[a-z][A-Z]", name)} | {"NoneType"}
    wrong = [each for each in messages() if hidden & set(re.findall(r"\w+", each.text))]
    assert not wrong, names(wrong)


def test_the_next_step_follows_a_semicolon() -> None:
    """Where there is a choice of steps, each follows its purpose: `To delete another part: …`."""
    step = re.compile(rf"([^;:.]*)[:.] (?:{STEPS})\b(?! of)", re.I)
    wrong = [
        each for each in messages() for before in step.findall(each.text) if not re.match(r"\s*(?:To|If|For) ", before)
    ]
    assert not wrong, names(wrong)


@pytest.mark.parametrize(("habit", "better"), IN_MESSAGES.items())
def test_a_message_is_in_plain_words(habit: str, better: str) -> None:
    word = re.compile(rf"\b(?:{habit})\b", re.I)
    wrong = [each for each in messages() if word.search(each.text)]
    assert not wrong, f"write {better}:{names(wrong)}"


def test_code_and_documents_are_in_plain_words() -> None:
    word = re.compile(rf"(?<![\w-])(?:{'|'.join(WORDS)})(?![\w-])", re.I)
    found = [
        f"{file.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for file in (*CODE, *PROSE)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if word.search(line)
    ]
    assert len(found) <= ALLOWED, "\n".join(found)


def test_the_commands_that_a_text_names_exist() -> None:
    wrong = []
    for each in literals():
        ours = re.findall(r"(?:`|\brun )choreo ([a-z]+)", each.text)
        served = {f"{kind.plural}.{kind.group}" for kind in all_kinds().values()}
        kinds = re.findall(r"\bkubectl \w+ ([a-z]+\.(?:core\.choreo|openchoreo)\.dev)\b", each.text)
        if any(command(name).name != name for name in ours) or set(kinds) - served:
            wrong.append(each)
    assert not wrong, names(wrong)


def test_the_settings_that_a_text_names_exist() -> None:
    others = {"choreo:index", "choreo:core", "choreo:openchoreo"}
    wrong = [each for each in literals() if set(re.findall(r"\bchoreo:[a-zA-Z]+", each.text)) - set(KEYS) - others]
    assert not wrong, names(wrong)
