"""`choreo adopt`: an organization that is live becomes stacks, and nothing in the cluster changes."""

import asyncio
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from choreo_components.cli.options import FOUND, Folder, give_up
from choreo_components.cli.progress import sign_of_life

if TYPE_CHECKING:
    from choreo_components.takeover.files import Written
    from choreo_components.takeover.organization import LiveOrganization

STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def adopt(
    organization: Annotated[str, typer.Option(help="The organization: metadata.name of its Organization.")],
    stack: Annotated[str, typer.Option(help="The stack's name; environments get STACK-ENVIRONMENT.")],
    environment: Annotated[
        str | None,
        typer.Option(help="This environment alone, into the stack itself; all of the organization if left out."),
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(help="A kubeconfig file; the one that kubectl finds if left out.", dir_okay=False)
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Take over a live organization into stacks, without a change to any object."""
    from choreo_components.cluster import ClusterError
    from choreo_components.project import NoProject, stack_names
    from choreo_components.takeover.division import divide
    from choreo_components.takeover.files import Occupied, check_free, write
    from choreo_components.takeover.import_file import import_file
    from choreo_components.takeover.ownership import kept_by_others
    from choreo_components.takeover.reading import NoOrganization

    try:
        stack_names(folder)
        with sign_of_life(f"reading organization {organization}"):
            there = _read(organization, kubeconfig)
            division = divide(there, stack, environment)
        stacks = [each.stack for each in division.stacks]
        for each in stacks:
            if not STACK_NAME.fullmatch(each.name):
                give_up(f"{each.name!r} is no name of a stack: letters, digits, '-', '_' and '.', at most 100")
        check_free(folder, stacks)
        with sign_of_life("writing down what is live"):
            imports = [import_file(each, there) for each in division.stacks]
        written = write(folder, list(zip(stacks, (each.text for each in imports), strict=True))) if stacks else []
    except (NoProject, NoOrganization, ClusterError, Occupied, OSError) as problem:
        give_up(str(problem))
    for told, planned, file in zip(written, division.stacks, imports, strict=True):
        count = len(planned.stack.manifests)
        objects = "1 object" if count == 1 else f"{count} objects"
        typer.echo(f"stack {told.stack}: {objects}, {told.settings}, {told.manifests}/")
        for line in (*file.pending, *kept_by_others(planned.stack.manifests, there)):
            typer.echo(f"  later: {line}")
        for line in file.missing:
            typer.echo(f"  new: {line}: `pulumi up` makes it")
    for warning in division.warnings:
        typer.echo(f"warning: {warning}")
    for left in division.left:
        typer.echo(f"{'belongs in no stack' if left.owned else 'not adopted'}: {left}")
    if written:
        typer.echo(_next(written, folder, kubeconfig, there))
    elif not division.left:
        give_up(f"no Environment {environment!r} in organization {organization!r}")
    raise typer.Exit(FOUND if any(not left.owned for left in division.left) else 0)


def _read(organization: str, kubeconfig: Path | None) -> "LiveOrganization":
    """The live organization, read from the cluster."""
    from choreo_components.cluster import Cluster
    from choreo_components.takeover.reading import read_organization

    async def read() -> "LiveOrganization":
        async with Cluster(None if kubeconfig is None else str(kubeconfig)) as cluster:
            return await read_organization(cluster, organization)

    return asyncio.run(read())


def _next(written: "Sequence[Written]", folder: Path, kubeconfig: Path | None, there: "LiveOrganization") -> str:
    """The commands that take over, in order."""
    from choreo_components.takeover.organization import argument

    lines = ["", "Nothing has changed in the cluster. To take over:"]
    if folder.resolve() != Path.cwd():
        lines.append(f"  cd {shlex.quote(str(folder))}")
    if kubeconfig is not None:
        lines.append(f"  export KUBECONFIG={shlex.quote(str(kubeconfig.resolve()))}")
    for each in written:
        if each.is_new:
            lines.append(f"  pulumi stack init {each.stack}")
        for secret in each.secrets:
            metadata = secret.manifest["metadata"]
            live = there.live(secret.manifest["kind"], metadata.get("namespace"), metadata["name"])
            assert live is not None
            path = ".".join(secret.path)
            lines.append(
                f"  kubectl get {argument(live)} -o jsonpath='{{.{path}}}' | "
                f"pulumi config set --stack {each.stack} --secret --path '{secret.setting}'"
            )
        lines.append(
            f"  pulumi import --stack {each.stack} --file {each.imports} --generate-code=false --protect=false --yes"
        )
        lines.append(f"  rm {each.imports}")
        lines.append(f"  pulumi up --stack {each.stack}")
    return "\n".join(lines)
