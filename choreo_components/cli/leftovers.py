"""`choreo leftovers`: objects in the cluster that no stack declares."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, end, inspect, look, show, show_json, so_far
from choreo_components.cli.options import Folder, Stacks, give_up

if TYPE_CHECKING:
    from choreo_components.inspection.leftovers import Leftover

Organizations = Annotated[
    list[str] | None,
    typer.Option(
        "--organization",
        help="An organization to look at as well, which no stack mentions any more. Works without any stack, and with "
        "--kubeconfig without a project. Repeatable.",
    ),
]

Namespaces = Annotated[
    list[str] | None,
    typer.Option("--namespace", help="The same for a namespace with objects of openchoreo.dev/v1alpha1."),
]


def leftovers(
    stacks: Stacks = None,
    organization: Organizations = None,
    namespace: Namespaces = None,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """List objects that no stack declares, in a safe order of deletion (read-only).

    Only organizations that the stacks mention are searched. Name all stacks that share a cluster, or none: objects of
    stacks that are not named are listed as well.

    JSON has leftovers, otherOrganizations (names of those that were not searched), absentOrganizations (given, and not
    in the cluster), restricted (kinds that could be listed in the organizations' namespaces only) and unread (what
    could not be read, and why). Each leftover has kind, namespace (or null), name, organization, since, why (a list),
    look (a command) and cluster.
    """
    from choreo_components.api.generations import generations
    from choreo_components.api.names import Use, refusal
    from choreo_components.inspection.leftovers import leftovers as left_over
    from choreo_components.inspection.query import ask
    from choreo_components.inspection.snapshot import absent_organizations, other_organizations, tenant_kinds

    named = {"organization": organization or [], "namespace": namespace or []}
    for tenant, names in named.items():
        for name in names:
            if refused := refusal(name, Use.NAMESPACE):
                give_up(f"invalid name of the {tenant}, {name!r}: {refused}")
    more = [name for names in named.values() for name in names]
    also = [each for each in generations().values() if named[each.tenant]]
    said = inspect(folder, stacks or (), kubeconfig, lambda found: ask(found, more, also), without_stacks=bool(more))
    found = []
    others: set[str] = set()
    for answer in said.answers:
        plans = [stack.plan for stack in answer.target.stacks]
        asked = answer.target.organizations | set(more)
        found.append((answer.snapshot.server, left_over(plans, answer.snapshot, asked)))
        others.update(other_organizations(answer.snapshot, asked))
    absent = absent_organizations([answer.snapshot for answer in said.answers], more)
    restricted = sorted({kind for answer in said.answers for _, kind in answer.snapshot.restricted})
    count = sum(len(each) for _, each in found)
    if output is Output.JSON:
        body = {
            "leftovers": [_as_json(server, each, kubeconfig) for server, group in found for each in group],
            "otherOrganizations": sorted(others),
            "absentOrganizations": absent,
            "restricted": restricted,
            "unread": list(said.unread),
        }
        show_json(body)
        end(said.unread, found=bool(count))
    for server, group in found:
        if len(found) > 1:
            show(f"cluster {server}", "bold")
        for each in group:
            _show(each, kubeconfig)
    kinds = tenant_kinds([answer.snapshot for answer in said.answers])
    tenants = " or ".join(dict.fromkeys(kind.kind for kind in kinds))
    for name in absent:
        show(f"there is no {tenants} {name!r} in the cluster")
    show(f"{count} {'leftover' if count == 1 else 'leftovers'}{so_far(said.unread)}", "bold")
    if others:
        tenants_of = {each.tenant: None for answer in said.answers for each in answer.snapshot.generations}
        options = " or ".join(f"--{tenant} NAME" for tenant in tenants_of)
        show(f"not searched, as no stack mentions them: {', '.join(sorted(others))}; search them with {options}")
    if restricted:
        show(f"not searched in other namespaces, as the credentials cannot list them there: {', '.join(restricted)}")
    end(said.unread, found=bool(count))


def _show(left: "Leftover", kubeconfig: Path | None) -> None:
    show(str(left.live), "yellow")
    show(f"  since {left.since}")
    for why in left.why:
        show(f"  {why}")
    show(f"  inspect: {look(left.live, kubeconfig)}", "dim")


def _as_json(server: str, left: "Leftover", kubeconfig: Path | None) -> dict[str, Any]:
    return {
        "kind": left.live.resource.kind,
        "namespace": left.live.namespace,
        "name": left.live.name,
        "organization": left.organization,
        "since": left.since,
        "why": left.why,
        "look": look(left.live, kubeconfig),
        "cluster": server,
    }
