"""The commands in documents: a test runs them as they are written, or each of them is one that exists."""

import importlib.util
import re
import shlex
from collections.abc import Callable, Mapping, Sequence

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from bench.__main__ import SCENARIOS
from choreo_components.api import all_kinds
from choreo_components.cli.app import app
from choreo_components.config.settings import KEYS
from tests import shells
from tests.checkout import CHECKOUT

DOCUMENTS = [str(each.relative_to(CHECKOUT)) for each in shells.PROSE]

RUN = {
    "README.md": ["engine/test_documents.py"],
    "docs/adopt.md": ["engine/test_adopt.py", "engine/test_two_clusters.py", "engine/test_v1alpha1_inspection.py"],
    "docs/choreoctl.md": ["engine/test_documents.py"],
    "docs/data-planes.md": ["engine/test_two_clusters.py"],
    "docs/local.md": ["engine/test_documents.py"],
    "docs/neighbours.md": ["engine/test_neighbours.py"],
    "docs/programs.md": ["engine/test_documents.py"],
    "docs/promotion.md": ["cli/test_promote.py"],
    "docs/reliability.md": ["engine/test_another_cluster.py"],
    "docs/secrets.md": ["engine/test_secrets.py"],
}
"""By document: the tests that read its blocks and run them."""

MAKE = "tests/devcluster/test_checkout.py runs these targets, with programs that only record how they were called"
ADOPT = "tests/adopt/test_command.py compares it with what `choreo adopt` prints, and docs/choreoctl.md has it too"
EXAMPLE = "tests/engine/test_examples.py does the same, with the settings written into the stack's file"
NOT_RUN = {
    "README.md: make up": MAKE,
    "README.md: make test": MAKE,
    "CONTRIBUTING.md: make setup": MAKE,
    "docs/adopt.md: pulumi stack select --create acme": ADOPT,
    "docs/adopt.md: kubectl get dataplanes.core.choreo.dev dp -n acme": ADOPT,
    "docs/data-planes.md: pulumi stack export": "it follows a destroy that failed because a cluster is gone",
    "docs/performance.md: .venv/bin/python -m bench": "it takes 25 minutes",
    "docs/reliability.md: export no_grpc_proxy": "tests/devcluster/test_env.py compares it with .dev/env",
    "examples/core_v1/README.md: make up": EXAMPLE,
    "examples/platform/README.md: make up": EXAMPLE,
    "examples/v1alpha1/README.md: make up": EXAMPLE,
}
"""The blocks that no test runs as they are written, by their beginnings, and why."""


def test_each_block_is_run_by_a_test_or_has_a_reason_why_not() -> None:
    blocks = [block for document in DOCUMENTS for block in shells.blocks(document)]
    run = [block for block in blocks if not any(str(block).startswith(each) for each in NOT_RUN)]
    assert {block.document for block in run} == RUN.keys()
    for document, tests in RUN.items():
        for test in (CHECKOUT / "tests" / each for each in tests):
            assert f'"{document}"' in test.read_text(encoding="utf-8"), f"{test} does not read {document}"
    gone = [each for each in NOT_RUN if not any(str(block).startswith(each) for block in blocks)]
    assert not gone, "remove what no document has any more"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_command_exists(document: str) -> None:
    typed = [command for block in shells.blocks(document) for command in shells.commands(block.script)]
    for program, *arguments in [*typed, *shells.mentioned(document)]:
        if (check := CHECKS.get(program)) is not None:
            problem = check(arguments)
            assert problem is None, f"{shlex.join([program, *arguments])}: {problem}"
        elif "/" in program:
            assert (CHECKOUT / program).exists(), program
    for program, *arguments in typed:
        assert program in {*CHECKS, *COMMON} or "/" in program, f"is {program} on every machine?"
        if program == "choreo":
            found = command(arguments[0])
            found.make_parser(typer.Context(found)).parse_args(arguments[1:])


COMMON = {".", "cat", "cd", "cp", "export", "grep", "jq", "mkdir", "mktemp", "rm", "sed", "uv", "yq"}


def command(name: str) -> TyperCommand | TyperGroup:
    """The command of `choreo` with this name, or `choreo` itself."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    found = group.commands.get(name, group)
    assert isinstance(found, TyperCommand | TyperGroup)
    return found


def of_choreo(arguments: Sequence[str]) -> str | None:
    name, *rest = arguments or ["--help"]
    found = command(name)
    if found.name == "choreo" and not name.isupper() and not name.startswith("-"):
        return "no such command"
    known = {option for each in found.params for option in each.opts} | {"--help", "--install-completion"}
    return f"unknown {unknown}" if (unknown := {each for each in rest if each.startswith("-")} - known) else None


def of_make(arguments: Sequence[str]) -> str | None:
    targets = re.findall(r"^([\w-]+):(?!=)", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.M)
    return None if set(arguments) <= set(targets) else "no such target"


def of_python(arguments: Sequence[str]) -> str | None:
    if arguments[:1] != ["-m"]:
        return "not a module"
    return None if importlib.util.find_spec(arguments[1]) else "no such module"


def of_pulumi(arguments: Sequence[str]) -> str | None:
    """Its commands and options are those of the binary: tests/engine/test_documents.py."""
    settings = {match for each in arguments for match in re.findall(r"^choreo:\w+", each)}
    return f"unknown {unknown}" if (unknown := settings - set(KEYS)) else None


def of_kubectl(arguments: Sequence[str]) -> str | None:
    named = {match for each in arguments for match in re.findall(r"^([a-z]+\.(?:core\.choreo|openchoreo)\.dev)$", each)}
    served = {f"{kind.plural}.{kind.group}" for kind in all_kinds().values()}
    return f"unknown {unknown}" if (unknown := named - served) else None


CHECKS: Mapping[str, Callable[[Sequence[str]], str | None]] = {
    "choreo": of_choreo,
    "make": of_make,
    "python": of_python,
    ".venv/bin/python": of_python,
    "pulumi": of_pulumi,
    "kubectl": of_kubectl,
}


def test_the_scenarios_of_the_bench_are_those_that_the_page_names() -> None:
    text = shells.block("docs/performance.md", "bench").text
    assert re.findall(r"\w+", text.partition("or: ")[2]) == list(SCENARIOS)
