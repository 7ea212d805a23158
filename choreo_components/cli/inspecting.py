"""What the commands that query clusters have in common: their options, the query, and their output."""

import asyncio
import json
import shlex
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from choreo_components.cli.options import FOUND, UNABLE, give_up
from choreo_components.cli.progress import sign_of_life

if TYPE_CHECKING:
    from choreo_components.inspection.query import Answers
    from choreo_components.inspection.target_clusters import TargetCluster
    from choreo_components.kubernetes.objects import Live

Kubeconfig = Annotated[
    Path | None,
    typer.Option("--kubeconfig", help="The kubeconfig file of the cluster; by default what `pulumi up` would use."),
]


class Output(str, Enum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


Format = Annotated[Output, typer.Option("--output", "-o", help="For people, or for programs.")]


def inspect(
    folder: Path,
    stacks: Iterable[str],
    kubeconfig: Path | None,
    ask: "Callable[[list[TargetCluster]], Coroutine[Any, Any, Answers]]",
    *,
    without_stacks: bool = False,
) -> "Answers":
    """The answers of the stacks' clusters; `without_stacks` allows a folder without stacks.

    Ends the command if the stacks cannot be read, or no cluster answers.
    """
    from choreo_components.config.project import NoProject
    from choreo_components.inspection.target_clusters import UnreadableStack, target_clusters

    try:
        with sign_of_life("reading the stacks …"):
            found = target_clusters(folder, stacks, kubeconfig, without_stacks=without_stacks)
    except (NoProject, UnreadableStack) as problem:
        give_up(str(problem))
    many = f"{len(found)} clusters" if len(found) > 1 else "the cluster"
    with sign_of_life(f"querying {many} …"):
        said = asyncio.run(ask(found))
    if not said.answers:
        give_up("\n".join(said.unread))
    return said


def end(unread: Collection[str], *, found: bool) -> NoReturn:
    """Ends the command; what could not be read is reported on standard error."""
    for why in unread:
        typer.echo(f"error: not known: {why}", err=True)
    raise typer.Exit(UNABLE if unread else FOUND if found else 0)


def show_json(body: Mapping[str, Any]) -> None:
    """Prints JSON, for programs."""
    typer.echo(json.dumps(body, indent=2, ensure_ascii=False))


def so_far(unread: Collection[str]) -> str:
    """The qualification of a count that may be incomplete."""
    return ", as far as is known" if unread else ""


def look(live: "Live", kubeconfig: Path | None) -> str:
    """The command that shows an object, with the kubeconfig that was given; it prints no secret."""
    from choreo_components.kubernetes.objects import SECRETS

    given = "" if kubeconfig is None else f" --kubeconfig {shlex.quote(str(kubeconfig))}"
    if live.resource == SECRETS:
        return f"kubectl describe {live.command}{given}"
    return f"kubectl get {live.command} -o yaml{given}"


def show(line: str, style: str = "") -> None:
    """Prints a line for people; in colour at a terminal."""
    from rich.console import Console
    from rich.text import Text

    from choreo_components.config.findings import one_line

    Console(soft_wrap=True).print(Text(one_line(line), style=style))
