"""`choreo adopt`: writes the stacks of a live organization; nothing in the cluster changes."""

import asyncio
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from choreo_components.cli.options import FOUND, Folder, give_up
from choreo_components.cli.progress import sign_of_life

if TYPE_CHECKING:
    from choreo_components.adopt.files import Written
    from choreo_components.adopt.import_file import ImportFile
    from choreo_components.adopt.organization import LiveOrganization
    from choreo_components.adopt.partition import Division, Stack
    from choreo_components.api import Generation

STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def adopt(
    *,
    organization: Annotated[
        str | None, typer.Option(help="The organization: metadata.name of its Organization.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(help="With openchoreo.dev/v1alpha1: the namespace of the objects.")
    ] = None,
    stack: Annotated[str, typer.Option(help="The stack's name; environments get stacks named STACK-ENVIRONMENT.")],
    environment: Annotated[
        str | None,
        typer.Option(help="Only this environment, in the stack itself; the whole organization by default."),
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(help="A kubeconfig file; the one that kubectl uses by default.", dir_okay=False)
    ] = None,
    data_plane_kubeconfig: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="A data plane and its kubeconfig, where the cluster has none for it; repeatable.",
        ),
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Adopt a live organization or namespace into stacks, without changing any object.

    Cluster-scoped objects get a stack platform-shared, unless a stack of the project declares them.
    """
    from choreo_components.adopt.conflicts import Claimed, settle, taken_by
    from choreo_components.adopt.fetch import NoOrganization
    from choreo_components.adopt.files import Occupied, check_free, write
    from choreo_components.adopt.import_file import import_file
    from choreo_components.adopt.partition import divide
    from choreo_components.api import Role
    from choreo_components.api.generations import generations
    from choreo_components.config.project import NoProject, read_project, read_stacks
    from choreo_components.config.settings import KUBECONFIG
    from choreo_components.kubernetes.client import ClusterError
    from choreo_components.kubernetes.kubeconfig import context_of

    if (tenant := organization or namespace) is None or (organization and namespace):
        give_up("give what to adopt with either --organization or --namespace")
    called = "organization" if organization else "namespace"
    among = [each for each in generations().values() if each.tenant == called]
    try:
        files = _named_files(data_plane_kubeconfig or ())
        texts = {name: _as_set(file) for name, file in files.items()}
        project = read_project(folder)
        known = read_stacks(folder, project.stack_names) if project.stack_names else []
        with sign_of_life(f"reading {called} {tenant}"):
            there = _read(tenant, kubeconfig, texts, among)
            named = {*there.kubeconfigs, *there.closed}
            unknown = [name for name in files if named.isdisjoint({f"{tenant}/{name}", name})]
            if unknown:
                give_up(f"no environment of {called} {tenant!r} uses a data plane {unknown[0]!r}")
            division = divide(there, stack, environment, taken_by(known, project.config.value.get(KUBECONFIG)))
        taken = {each.stack.name for each in division.stacks}
        others = [each for each in known if each.name not in taken]
        settle(division, others, project.config.value.get(KUBECONFIG))
        stacks = [each.stack for each in division.stacks]
        for each in stacks:
            if not STACK_NAME.fullmatch(each.name):
                give_up(
                    f"{each.name!r} is not a valid name of a stack; use letters, digits, '-', '_' and '.', at most 100"
                )
        check_free(folder, stacks)
        with sign_of_life("writing the import files"):
            # A stack with a kubeconfig in its settings needs no context.
            context = None if KUBECONFIG in project.config.value else context_of(kubeconfig)
            imports = [import_file(each, there, context) for each in division.stacks]
        written = write(folder, list(zip(stacks, (each.text for each in imports), strict=True))) if stacks else []
    except (NoProject, NoOrganization, ClusterError, Claimed, Occupied, OSError, UnicodeError) as problem:
        give_up(str(problem))
    _show(written, division, imports, there)
    if written:
        typer.echo(_next(list(zip(written, stacks, strict=True)), folder, kubeconfig, files, there))
    elif not division.left:
        kind = there.generation.kind_of_role(Role.ENVIRONMENT).kind
        give_up(f"no {kind} {environment!r} in {called} {tenant!r}")
    raise typer.Exit(FOUND if any(not left.owned for left in division.left) else 0)


def _show(
    written: "Sequence[Written]", division: "Division", imports: "Sequence[ImportFile]", there: "LiveOrganization"
) -> None:
    """Prints what each stack adopts, what its objects miss, warnings, and what is not adopted."""
    from choreo_components.adopt.ownership import kept_by_others, written_by_pulumi

    for files, planned, file in zip(written, division.stacks, imports, strict=True):
        count = len(planned.stack.manifests)
        objects = "1 object" if count == 1 else f"{count} objects"
        typer.echo(f"stack {files.stack}: {objects}, {files.settings}, {files.manifests}/")
        for line in (*file.pending, *kept_by_others(planned.stack.manifests, there)):
            typer.echo(f"  later: {line}")
        for line in file.missing:
            typer.echo(f"  new: {line}: `pulumi up` creates it")
    for planned in division.stacks:
        written_before = written_by_pulumi(planned.stack.manifests, there)
        if written_before:
            typer.echo(
                f"warning: stack {planned.stack.name}: Pulumi has written {len(written_before)} of its objects before, "
                f"{written_before[0]} among them; a state that still has them deletes them in its next destroy: "
                "remove them there with `pulumi state delete` first"
            )
    for warning in division.warnings:
        typer.echo(f"warning: {warning}")
    for left in division.left:
        typer.echo(f"{'belongs in no stack' if left.owned else 'not adopted'}: {left}")


def _named_files(given: Sequence[str]) -> dict[str, Path]:
    """The files of kubeconfigs by the names of their data planes."""
    named = {}
    for each in given:
        name, _, file = each.partition("=")
        if not name or not file:
            raise typer.BadParameter(f"{each!r} is not NAME=FILE", param_hint="--data-plane-kubeconfig")
        named[name] = Path(file)
    return named


def _as_set(file: Path) -> str:
    """What `pulumi config set < FILE` stores of the file: it strips the end of the last line."""
    return file.read_bytes().decode().removesuffix("\n").removesuffix("\r")


def _read(
    organization: str, kubeconfig: Path | None, data_planes: Mapping[str, str], among: "Sequence[Generation]"
) -> "LiveOrganization":
    """The live organization, read from the cluster."""
    from choreo_components.adopt.fetch import read_organization
    from choreo_components.kubernetes.client import Cluster

    async def read() -> "LiveOrganization":
        async with Cluster(kubeconfig) as cluster:
            return await read_organization(cluster, organization, data_planes, among)

    return asyncio.run(read())


def _next(
    written: "Sequence[tuple[Written, Stack]]",
    folder: Path,
    kubeconfig: Path | None,
    data_planes: Mapping[str, Path],
    there: "LiveOrganization",
) -> str:
    """The commands that adopt, in order; `data_planes` are the files of kubeconfigs by names of DataPlanes."""
    from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS

    lines = ["", "Nothing has changed in the cluster. To adopt, run:"]
    if folder.resolve() != Path.cwd():
        lines.append(f"  cd {shlex.quote(str(folder))}")
    if kubeconfig is not None:
        lines.append(f"  export KUBECONFIG={shlex.quote(str(kubeconfig.resolve()))}")
    for each, stack in written:
        # The stack may be in the backend already, with or without a file.
        lines.append(f"  pulumi stack select --create {each.stack}")
        for secret in each.secrets:
            live = there.live(secret.manifest)
            assert live is not None
            path = ".".join(secret.path)
            lines.append(
                f"  kubectl get {live.command} -o jsonpath='{{.{path}}}' | "
                f"pulumi config set --stack {each.stack} --secret --path '{secret.setting}'"
            )
        for name, file in data_planes.items():
            if not stack.data_planes.isdisjoint({f"{there.organization}/{name}", name}):
                step = f'["{name}"]' if "." in name else f".{name}"
                lines.append(
                    f"  pulumi config set --stack {each.stack} --secret "
                    f"--path '{DATA_PLANE_KUBECONFIGS}{step}' < {shlex.quote(str(file.resolve()))}"
                )
        imports = shlex.quote(str(each.imports))
        lines.append(
            f"  pulumi import --stack {each.stack} --file {imports} --generate-code=false --protect=false --yes"
        )
        lines.append(f"  rm {imports}")
        lines.append(f"  pulumi up --stack {each.stack}")
    return "\n".join(lines)
