"""Permissions: the rights that a plan needs, and the kinds that the cluster must serve.

They are checked before anything is applied: one that is missing half-way would leave half a stack behind.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from choreo_components.api.generation import Generation, Role
from choreo_components.config.findings import Finding, Location, error, warning
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import RIGHTS, Cluster, ClusterError, Rule
from choreo_components.kubernetes.objects import NAMESPACES, Resource, resource_named, resource_of, resource_of_sweep
from choreo_components.plan.nodes import Key, Plan
from choreo_components.preflight.neighbours import Resources

VERBS = ("get", "list", "watch", "create", "patch", "delete")
"""The verbs for creating, changing and deleting objects.

The Kubernetes provider applies on the server's side, which is both `create` and `patch`. If it may not `list` what it
waits for, it waits forever, whatever the deadline.
"""

DISPENSABLE = {
    "watch": "changes there are noticed late",
    "delete": "this stack cannot be destroyed",
}
"""The verbs without which a stack can be created, and the consequence of each."""

SWEEP = ("list", "watch", "delete")
"""The verbs of an environment's finalizer."""

LOOK = ("list", "watch")
"""Its verbs for what it only waits for or reads."""

ROLLOUT = ("list",)
"""The verbs for waiting until bindings are carried out, on the objects that controllers make of them."""

GUARD = ("list",)
"""The verbs of a stack's deletion guard, which looks for dependents of what is about to be deleted."""

REVIEWS_AT_ONCE = 4
"""Concurrent access reviews: each needs a connection, which costs more than the review."""

BY_NAME = ("get", "create", "patch", "delete")
"""The verbs whose requests name an object, so that a role can allow them for certain names only."""


@dataclass
class Need:
    """Verbs that a stack needs on a kind in a namespace, or in the whole cluster, and the first place that needs them.

    `names` are the objects of the stack if they are cluster-wide: rights to these alone are enough.
    `data_plane` is the one whose cluster is meant, as ORGANIZATION/NAME; None: the control plane's.
    """

    resource: Resource
    namespace: str | None
    where: Location
    data_plane: str | None = None
    verbs: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        scope = "in the whole cluster" if self.namespace is None else f"in namespace {self.namespace!r}"
        of_data_plane = f" of data plane {self.data_plane!r}" if self.data_plane is not None else ""
        return f"{self.resource.full_name} {scope}{of_data_plane}"


def needs(
    plan: Plan,
    controllers: Controllers,
    remote: Mapping[Key, str] | None = None,
    resources: Resources | None = None,
) -> list[Need]:
    """The rights for creating, refreshing and destroying the plan's objects, by kind and namespace.

    `remote` has the environments whose data plane, as ORGANIZATION/NAME, is a separate cluster; `resources` the kinds
    of objects of other APIs.
    """
    found: dict[tuple[Resource, str | None, str | None], Need] = {}
    elsewhere = remote or {}

    def need(
        resource: Resource,
        namespace: str | None,
        where: Location,
        verbs: Collection[str],
        name: str = "",
        data_plane: str | None = None,
    ) -> None:
        key = (resource, namespace, data_plane)
        each = found.setdefault(key, Need(resource, namespace, where, data_plane))
        each.verbs.update(verbs)
        if namespace is None and name:
            each.names.add(name)

    for each in plan.objects_in_cluster:
        if each.tenant and not each.is_declared and controllers is Controllers.PRESENT:
            continue
        resource = resource_named(each.api_version, each.kind)
        data_plane = None if each.environment is None else elsewhere.get(each.environment)
        need(resource, each.namespace, each.declared.at("kind"), VERBS, each.name, data_plane)
    for neighbour in plan.neighbours:
        key = neighbour.key
        if (served := (resources or {}).get((key.api_version, key.kind))) is not None:
            where = neighbour.neighbour.at("kind")
            need(served, key.organization if served.namespaced else None, where, VERBS, key.name)
    for node in plan.finalizers:
        where, generation = node.declared.at("kind"), node.declared.generation
        for sweep in generation.teardown.sweeps:
            need(resource_of_sweep(generation, sweep), node.key.organization, where, SWEEP)
            if sweep.retention is not None:
                need(resource_of_sweep(generation, sweep.retention), node.key.organization, where, ("get",))
        for looked in generation.teardown.looked_at:
            need(resource_of_sweep(generation, looked), node.key.organization, where, LOOK)
        need(NAMESPACES, None, where, SWEEP, data_plane=elsewhere.get(node.environment))
    for waited in (node for node in plan.objects if node.wait is not None):
        declared = waited.declared
        if (maker := declared.generation.by_name[declared.kind].carried_out_by) is not None:
            made = resource_of(declared.generation.by_name[maker])
            need(made, declared.organization, declared.at("kind"), ROLLOUT)
    # After the stack's own objects of these kinds, which are the better place to point at.
    for declared in (node.declared for node in plan.objects):
        known = declared.generation.by_name
        for dependent in known[declared.kind].dependents:
            need(resource_of(known[dependent]), declared.organization or None, declared.at("kind"), GUARD)
        for sweep in declared.generation.teardown.sweeps:
            if sweep.retention is not None and declared.kind in {sweep.kind, *sweep.retention.holds}:
                where, organization = declared.at("kind"), declared.organization
                need(resource_of_sweep(declared.generation, sweep), organization, where, GUARD)
                need(resource_of_sweep(declared.generation, sweep.retention), organization, where, ("get",))
    return list(found.values())


async def unserved(cluster: Cluster, plan: Plan) -> list[Finding]:
    """An error for each kind that the plan declares and the API server does not serve in that version.

    One request if there are none. Raises ClusterError if the cluster cannot be asked.
    """
    found = await asyncio.gather(*(_unserved(cluster, plan, generation) for generation in plan.generations))
    return [finding for findings in found for finding in findings]


async def _unserved(cluster: Cluster, plan: Plan, generation: Generation) -> list[Finding]:
    """The same for the kinds of one generation."""
    group, version = generation.group, generation.version
    first: dict[str, Location] = {}
    for node in plan.objects:
        # Every API server has the kinds of Kubernetes itself.
        if (node.declared.generation, node.declared.object.api_version) == (generation, generation.api_version):
            first.setdefault(node.key.kind, node.declared.at("kind"))
    served = await cluster.kinds(group, version)
    absent = [kind for kind in first if kind not in served]
    if not absent:
        return []
    groups = (group, *generation.other_groups)
    others = [each for each in await cluster.versions() if each[0] in groups and each != (group, version)]
    elsewhere = dict(zip(others, await asyncio.gather(*(cluster.kinds(*each) for each in others)), strict=True))
    if not served:
        versions = _listed(["/".join(each) for each in others]) if others else ""
        has = f"it serves {versions}" if versions else "it has no version of OpenChoreo; install it first"
        message = f"the cluster does not serve {generation.api_version} (needed for {_listed(absent)}): {has}"
        return [error(first[absent[0]], message)]
    findings = []
    for kind in absent:
        having = ["/".join(each) for each, kinds in elsewhere.items() if kind in kinds]
        if earlier := next((each for each in generation.earlier if kind in each.kinds), None):
            has = (
                f"it is one of {earlier.releases}; upgrade OpenChoreo and its definitions, which helm upgrade does not "
                "update"
            )
        elif having:
            has = f"it serves it only in {_listed(having)}"
        else:
            has = "no served version has this kind; install its definition or remove the object"
        findings.append(error(first[kind], f"the cluster does not serve {kind} of {generation.api_version}: {has}"))
    return findings


async def denied(
    cluster: Cluster,
    plan: Plan,
    controllers: Controllers,
    remote: Mapping[Key, str] | None = None,
    data_plane: str | None = None,
    resources: Resources | None = None,
) -> list[Finding]:
    """Findings about missing rights: warnings about verbs that an up does not need, errors about all others.

    `cluster` is the one of `data_plane`, which is one of those in `remote`; None: the control plane's. `resources` are
    the kinds of objects of other APIs.

    The number of requests depends on the kinds and on the namespaces, not on the objects: one request for each
    namespace shows what roles allow there. Everything else, and cluster-wide objects, is asked verb by verb. Raises
    ClusterError if the cluster cannot be asked.
    """
    wanted = [need for need in needs(plan, controllers, remote, resources) if need.data_plane == data_plane]
    missing = await _missing(cluster, wanted)
    own = {node.key.name for node in plan.of_role(Role.TENANT)}
    own |= {node.home.name for node in plan.neighbours if node.home is not None and node.home.kind == NAMESPACES.kind}
    to_come = [each for each in own & {need.namespace for need, _ in missing} if not await _exists(cluster, each)]
    return [finding for need, verbs in missing for finding in _findings(need, verbs, need.namespace in to_come)]


def _findings(need: Need, verbs: Sequence[str], to_come: bool) -> Iterator[Finding]:
    """The findings about verbs that are denied; `to_come`: the need's namespace does not exist yet."""
    if to_come:
        # A role is in its namespace, so none can have been granted in one that this stack itself makes.
        consequence = "which does not exist yet: this stack's objects there fail unless a role is created with it"
        yield warning(need.where, f"the credentials cannot {_listed(verbs)} {need}, {consequence}; {RIGHTS}")
        return
    needed = [verb for verb in verbs if verb not in DISPENSABLE]
    if needed:
        yield error(need.where, f"the credentials cannot {_listed(needed)} {need}, which this stack needs; {RIGHTS}")
    for verb in verbs:
        if verb in DISPENSABLE:
            yield warning(need.where, f"the credentials cannot {verb} {need}: {DISPENSABLE[verb]}; {RIGHTS}")


async def _missing(cluster: Cluster, wanted: Sequence[Need]) -> list[tuple[Need, list[str]]]:
    """The needs with missing rights, each with the verbs that are denied."""
    gate = asyncio.Semaphore(REVIEWS_AT_ONCE)
    namespaces = {need.namespace for need in wanted if need.namespace is not None}
    rules = {namespace: asyncio.create_task(cluster.rules(namespace)) for namespace in namespaces}

    async def asked(need: Need, verb: str, name: str | None = None) -> bool:
        async with gate:
            return await cluster.allowed(verb, need.resource, need.namespace, name)

    async def may(need: Need, verb: str, allowing: Sequence[Rule]) -> bool:
        if any(rule.allows(verb, need.resource) for rule in allowing) or await asked(need, verb):
            return True
        if not need.names or verb not in BY_NAME:
            return False
        return all(await asyncio.gather(*(asked(need, verb, name) for name in need.names)))

    async def denied_verbs(need: Need) -> list[str]:
        allowing = await rules[need.namespace] if need.namespace is not None else []
        verbs = [verb for verb in VERBS if verb in need.verbs]
        answers = await asyncio.gather(*(may(need, verb, allowing) for verb in verbs))
        return [verb for verb, allowed in zip(verbs, answers, strict=True) if not allowed]

    answers = await asyncio.gather(*(denied_verbs(need) for need in wanted))
    return [(need, verbs) for need, verbs in zip(wanted, answers, strict=True) if verbs]


async def _exists(cluster: Cluster, namespace: str) -> bool:
    """Whether the namespace exists; False if that cannot be read."""
    try:
        return await cluster.get(NAMESPACES, namespace) is not None
    except ClusterError:
        return False


def _listed(words: Collection[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
