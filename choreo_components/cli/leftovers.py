"""`choreo leftovers`: what is in the cluster, and in no stack."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, end, inspect, look, so_far, tell, tell_json
from choreo_components.cli.options import Folder, Stacks, give_up

if TYPE_CHECKING:
    from choreo_components.inspection.leftovers import Leftover

Organizations = Annotated[
    list[str] | None,
    typer.Option(
        "--organization",
        help="Look at this one too, which no stack speaks of any more; there need be no stack at all, and with "
        "--kubeconfig no project. Can be repeated.",
    ),
]

Namespaces = Annotated[
    list[str] | None,
    typer.Option("--namespace", help="The same of a namespace with objects of OpenChoreo's API of today."),
]


def leftovers(
    stacks: Stacks = None,
    organization: Organizations = None,
    namespace: Namespaces = None,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """Tell what is in the cluster and in no stack. It is in the order in which it can be taken away.

    Looked at are the organizations that the stacks speak of. Name all stacks that share a cluster, or none: what is
    only in others is told as well. Nothing is changed.

    JSON has leftovers, otherOrganizations (names of those that were not looked at), absentOrganizations (given, and not
    in the cluster), restricted (kinds that could be listed in the organizations' namespaces only) and unread (why
    something is not known). Each leftover has kind, namespace (or null), name, organization, since, why (a list), look
    (a command) and cluster.
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
                give_up(f"no {tenant} can be called {name!r}: {refused}")
    more = [name for names in named.values() for name in names]
    also = [each for each in generations().values() if named[each.tenant]]
    said = inspect(folder, stacks or (), kubeconfig, lambda found: ask(found, more, also), without_stacks=bool(more))
    found = []
    others: set[str] = set()
    for answer in said.answers:
        plans = [stack.plan for stack in answer.destination.stacks]
        asked = answer.destination.organizations | set(more)
        found.append((answer.census.server, left_over(plans, answer.census, asked)))
        others.update(other_organizations(answer.census, asked))
    absent = absent_organizations([answer.census for answer in said.answers], more)
    restricted = sorted({kind for answer in said.answers for _, kind in answer.census.restricted})
    count = sum(len(each) for _, each in found)
    if output is Output.JSON:
        body = {
            "leftovers": [_as_json(server, each, kubeconfig) for server, group in found for each in group],
            "otherOrganizations": sorted(others),
            "absentOrganizations": absent,
            "restricted": restricted,
            "unread": list(said.unread),
        }
        tell_json(body)
        end(said.unread, found=bool(count))
    for server, group in found:
        if len(found) > 1:
            tell(f"cluster {server}", "bold")
        for each in group:
            _tell(each, kubeconfig)
    kinds = tenant_kinds([answer.census for answer in said.answers])
    tenants = " or ".join(dict.fromkeys(kind.kind for kind in kinds))
    for name in absent:
        tell(f"there is no {tenants} {name!r} in the cluster")
    tell(f"{count} {'leftover' if count == 1 else 'leftovers'}{so_far(said.unread)}", "bold")
    if others:
        tenants_of = {each.tenant: None for answer in said.answers for each in answer.census.generations}
        options = " or ".join(f"--{tenant} NAME" for tenant in tenants_of)
        tell(f"not looked at, as no stack speaks of them: {', '.join(sorted(others))} ({options})")
    if restricted:
        tell(f"not looked at in other namespaces, as the credentials may not list them there: {', '.join(restricted)}")
    end(said.unread, found=bool(count))


def _tell(left: "Leftover", kubeconfig: Path | None) -> None:
    tell(str(left.live), "yellow")
    tell(f"  since {left.since}")
    for why in left.why:
        tell(f"  {why}")
    tell(f"  look: {look(left.live, kubeconfig)}", "dim")


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
