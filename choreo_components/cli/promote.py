"""`choreo promote`: a release moves on to the next environment, in the files of stacks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, tell, tell_json
from choreo_components.cli.options import FOUND, Folder, give_up
from choreo_components.cli.progress import sign_of_life

if TYPE_CHECKING:
    from choreo_components.plan.promotion import Promoted, Request
    from choreo_components.promotion.files import Change


def promote(
    target: Annotated[str, typer.Option("--to", help="The environment that the release comes into.")],
    component: Annotated[str | None, typer.Argument(help="The component; or else --project, or --all.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="The environment that has the release; needless with --release.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(help="All of this project: itself, its resources and its components. With --release: itself."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is in the environment.")] = False,
    release: Annotated[
        str | None, typer.Option(help="This release, and not the one of --from: to go back to an older one.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(help="The namespace, where stacks declare the environment in several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and change no file.")] = False,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """Write the release of one environment into the next one's stack. `pulumi up` applies it.

    Which release that is, the stacks say, or else the cluster. The pipeline has to allow the step, and the release has
    to exist. Only its name changes in a file. Either all is written, or nothing.

    JSON has promoted, unchanged (what has the release already), left (what has none yet), warnings, dryRun and next
    (commands). Of promoted, each has kind, namespace, name, from (or null), to, stack, file, line and new (whether the
    stack declares it only now); of unchanged and left, kind, name, release (or null) and why.
    """
    from choreo_components.config.findings import errors
    from choreo_components.config.project import NoProject, read_stacks
    from choreo_components.plan.promotion import NotPromoted, Request
    from choreo_components.plan.promotion import promote as promoted_by
    from choreo_components.plan.promotion import scope as scope_of
    from choreo_components.plan.workspace import Estate
    from choreo_components.promotion.asking import ask
    from choreo_components.promotion.files import NotWritten, prepare, write

    request = Request(target, source, component, project, release, namespace)
    _check(request, everything=everything)
    try:
        with sign_of_life("reading the stacks …"):
            estate = Estate(read_stacks(folder))
        if wrong := [each for group in estate.findings(whole=False).values() for each in errors(group)]:
            count = "1 error" if len(wrong) == 1 else f"{len(wrong):,} errors"
            give_up(f"{count} in what the stacks declare, so that nothing is promoted: see choreo validate")
        scope = scope_of(estate, request)
        with sign_of_life("asking the cluster …"):
            live = ask(folder, scope, request, kubeconfig)
        found = promoted_by(scope, live, request)
        if found.refused:
            give_up("\n".join(found.refused))
        if found.left and component is not None:
            [left] = found.left
            give_up(f"{left.kind.kind} {left.name!r} {left.why}")
        changes = prepare(folder, found.moves, (member.stack for member in estate.members), scope.promotion)
        if not dry_run:
            write(changes.texts)
    except (NoProject, NotPromoted, NotWritten) as problem:
        give_up(str(problem))
    commands = [f"pulumi up --stack {stack}" for stack in dict.fromkeys(each.move.stack for each in changes.changes)]
    if output is Output.JSON:
        tell_json(_as_json(changes.changes, found, folder, commands, dry_run=dry_run))
    else:
        _tell(changes.changes, found, folder, commands, dry_run=dry_run)
    raise typer.Exit(FOUND if found.left else 0)


def _check(request: "Request", *, everything: bool) -> None:
    """Refuses options that do not go together."""
    from choreo_components.api.names import Use, refusal

    if [request.component is not None, request.project is not None, everything].count(True) != 1:
        raise typer.BadParameter("give one of them: a component, --project, or --all")
    if request.release is None and request.source is None:
        raise typer.BadParameter("required, unless --release says what comes into the environment", param_hint="--from")
    if request.source == request.target:
        raise typer.BadParameter("is the environment of --from itself", param_hint="--to")
    if request.release is not None and everything:
        raise typer.BadParameter("is the release of one component, or of one project", param_hint="--release")
    if request.release is not None and (refused := refusal(request.release, Use.OBJECT)):
        raise typer.BadParameter(f"no release can be called {request.release!r}: {refused}", param_hint="--release")


def _tell(
    changes: "Sequence[Change]", found: "Promoted", folder: Path, commands: Sequence[str], *, dry_run: bool
) -> None:
    rows = [
        (
            each.move.kind.kind,
            each.move.name,
            each.move.former or "-",
            each.move.to.release,
            f"{folder / each.file}:{each.line}{'' if each.move.declared else ' (new)'}",
        )
        for each in changes
    ]
    for number, line in enumerate(
        _table([("KIND", "NAME", "FROM RELEASE", "TO RELEASE", "PLACE"), *rows] if rows else [])
    ):
        tell(line, "" if number else "bold")
    for each in found.unchanged:
        tell(f"{each.kind.kind} {each.name!r} {each.why}: {each.release}")
    for each in found.left:
        tell(f"{each.kind.kind} {each.name!r} {each.why}", "yellow")
    for warning in found.warnings:
        tell(f"warning: {warning}", "yellow")
    if not commands:
        tell("nothing is to be changed", "bold")
    elif dry_run:
        tell("nothing was written: without --dry-run, these files change", "bold")
    else:
        tell(f"nothing was applied: {' and '.join(f'`{each}`' for each in commands)} does it", "bold")


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _as_json(
    changes: "Sequence[Change]", found: "Promoted", folder: Path, commands: Sequence[str], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "promoted": [
            {
                "kind": each.move.kind.kind,
                "namespace": each.move.to.namespace,
                "name": each.move.name,
                "from": each.move.former,
                "to": each.move.to.release,
                "stack": each.move.stack,
                "file": str(folder / each.file),
                "line": each.line,
                "new": each.move.declared is None,
            }
            for each in changes
        ],
        **{
            name: [
                {"kind": each.kind.kind, "name": each.name, "release": each.release, "why": each.why} for each in group
            ]
            for name, group in (("unchanged", found.unchanged), ("left", found.left))
        },
        "warnings": list(found.warnings),
        "dryRun": dry_run,
        "next": list(commands),
    }
