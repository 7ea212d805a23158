"""`choreo promote`: promotes a release to the next environment, in the files of stacks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, show, show_json
from choreo_components.cli.options import FOUND, Folder, give_up
from choreo_components.cli.progress import sign_of_life

if TYPE_CHECKING:
    from choreo_components.plan.promotion import Promoted, Request
    from choreo_components.promotion.files import Change


def promote(
    target: Annotated[str, typer.Option("--to", help="The environment to promote into.")],
    component: Annotated[str | None, typer.Argument(help="The component; use --project or --all for more.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="The environment that has the release; not needed with --release.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(help="The project with its resources and components; with --release, only the project."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything in the environment.")] = False,
    release: Annotated[
        str | None, typer.Option(help="This release instead of the one of --from, to return to an older one.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(help="The namespace, if stacks declare the environment in several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change no file.")] = False,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """Write the release of one environment into the next one's stack. `pulumi up` applies it.

    The release is the one that the stacks declare, or else the one in the cluster. The pipeline must allow the step,
    and the release must exist. Only the release's name changes in a file. Either all files are written, or none.

    JSON has promoted, unchanged (has the release already), left (has no release yet), warnings, dryRun and next
    (commands). Of promoted, each has kind, namespace, name, from (or null), to, stack, file, line and new (whether the
    stack did not declare it before); of unchanged and left, kind, name, release (or null) and why.
    """
    from choreo_components.config.findings import errors
    from choreo_components.config.project import NoProject, read_stacks
    from choreo_components.plan.promotion import NotPromoted, Request
    from choreo_components.plan.promotion import promote as promoted_by
    from choreo_components.plan.promotion import scope as scope_of
    from choreo_components.plan.workspace import Workspace
    from choreo_components.promotion.asking import ask
    from choreo_components.promotion.files import NotWritten, prepare, write

    request = Request(target, source, component, project, release, namespace)
    _check(request, everything=everything)
    try:
        with sign_of_life("reading the stacks …"):
            workspace = Workspace(read_stacks(folder))
        if wrong := [each for group in workspace.findings(whole=False).values() for each in errors(group)]:
            count = "1 error" if len(wrong) == 1 else f"{len(wrong):,} errors"
            give_up(f"{count} in what the stacks declare, nothing was promoted; run `choreo validate`")
        scope = scope_of(workspace, request)
        with sign_of_life("querying the cluster …"):
            live = ask(folder, scope, request, kubeconfig)
        found = promoted_by(scope, live, request)
        if found.refused:
            give_up("\n".join(found.refused))
        if found.left and component is not None:
            [left] = found.left
            give_up(f"{left.kind.kind} {left.name!r} {left.why}")
        changes = prepare(folder, found.moves, (planned.stack for planned in workspace.stacks), scope.promotion)
        if not dry_run:
            write(changes.texts)
    except (NoProject, NotPromoted, NotWritten) as problem:
        give_up(str(problem))
    commands = [f"pulumi up --stack {stack}" for stack in dict.fromkeys(each.move.stack for each in changes.changes)]
    if output is Output.JSON:
        show_json(_as_json(changes.changes, found, folder, commands, dry_run=dry_run))
    else:
        _show(changes.changes, found, folder, commands, dry_run=dry_run)
    raise typer.Exit(FOUND if found.left else 0)


def _check(request: "Request", *, everything: bool) -> None:
    """Refuses options that exclude each other."""
    from choreo_components.api.names import Use, refusal

    if [request.component is not None, request.project is not None, everything].count(True) != 1:
        raise typer.BadParameter("give exactly one of a component, --project and --all")
    if request.release is None and request.source is None:
        raise typer.BadParameter("required unless --release names the release", param_hint="--from")
    if request.source == request.target:
        raise typer.BadParameter("is the same environment as --from", param_hint="--to")
    if request.release is not None and everything:
        raise typer.BadParameter("names the release of one component or project, not of --all", param_hint="--release")
    if request.release is not None and (refused := refusal(request.release, Use.OBJECT)):
        raise typer.BadParameter(f"invalid name of a release, {request.release!r}: {refused}", param_hint="--release")


def _show(
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
        show(line, "" if number else "bold")
    for each in found.unchanged:
        show(f"{each.kind.kind} {each.name!r} {each.why}: {each.release}")
    for each in found.left:
        show(f"{each.kind.kind} {each.name!r} {each.why}", "yellow")
    for warning in found.warnings:
        show(f"warning: {warning}", "yellow")
    if not commands:
        show("nothing to change", "bold")
    elif dry_run:
        show("nothing was written; run it without --dry-run to change these files", "bold")
    else:
        show(f"nothing was applied yet; run {' and '.join(f'`{each}`' for each in commands)}", "bold")


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
