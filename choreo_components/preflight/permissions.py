"""A preflight: what the cluster has to serve, and the credentials have to allow, before a plan can be carried out.

Asked before anything is applied: a kind or a right that is missing half-way leaves half a stack behind.
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
"""What it takes to bring objects up, to change them, and to take them away again.

The Kubernetes provider applies on the server's side, which is both `create` and `patch`. Where it may not `list` what
it waits for, it waits without end, whatever the deadline.
"""

DISPENSABLE = {
    "watch": "whatever is waited for there is noticed late",
    "delete": "they can never take this stack down",
}
"""The verbs without which a stack comes up all the same, and what then comes of it."""

SWEEP = ("list", "watch", "delete")
"""What an environment's finalizer does."""

LOOK = ("list", "watch")
"""What it does where it only waits, or only asks."""

ROLLOUT = ("list",)
"""What waits until bindings are carried out does with what controllers have made of them."""

GUARD = ("list",)
"""What a stack's deletion guard does: it looks who needs what is about to go."""

REVIEWS_AT_ONCE = 4
"""Questions about rights under way at a time: each takes a connection, which costs more to make than the question."""

BY_NAME = ("get", "create", "patch", "delete")
"""The verbs whose requests name an object, so that a role may allow them for certain names only."""


@dataclass
class Need:
    """Verbs that a stack needs on a kind in a namespace, or in the whole cluster, and the first place that needs them.

    `names` are the objects of the stack, where they belong to the whole cluster: the right to them alone is enough.
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
    """What it takes to bring the plan's objects up, to refresh them and to destroy them, by kind and namespace.

    `remote` has the environments whose data plane, as ORGANIZATION/NAME, is a cluster of its own; `resources` the kinds
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
    # After all that the stack has of these kinds itself, which is the better place to point at.
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

    One request where all is well. Raises ClusterError when the cluster cannot be asked.
    """
    found = await asyncio.gather(*(_unserved(cluster, plan, generation) for generation in plan.generations))
    return [finding for findings in found for finding in findings]


async def _unserved(cluster: Cluster, plan: Plan, generation: Generation) -> list[Finding]:
    """The same of the kinds of one generation."""
    group, version = generation.group, generation.version
    first: dict[str, Location] = {}
    for node in plan.objects:
        # What is of Kubernetes itself, every API server has.
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
        has = f"it has {_listed(['/'.join(each) for each in others])}" if others else "it has no version of OpenChoreo"
        message = f"the cluster does not serve {generation.api_version}, and so not {_listed(absent)}: {has}"
        return [error(first[absent[0]], message)]
    findings = []
    for kind in absent:
        having = ["/".join(each) for each, kinds in elsewhere.items() if kind in kinds]
        has = f"it has it in {_listed(having)}" if having else "it has it in no version"
        if earlier := next((each for each in generation.earlier if kind in each.kinds), None):
            has = (
                f"it is one of {earlier.releases}. Upgrade OpenChoreo with its definitions, which helm upgrade "
                "leaves as they are"
            )
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
    """Findings about the rights that the credentials lack: warnings about verbs that an up can do without, else errors.

    `cluster` is the one of `data_plane`, which is one of those in `remote`; None: the control plane's. `resources` are
    the kinds of objects of other APIs.

    The number of requests follows the kinds, and the namespaces that objects of OpenChoreo stand in, not the objects:
    one question for each namespace settles what roles allow there; the rest, and what belongs to the whole cluster, is
    asked verb by verb. Raises ClusterError when the cluster cannot be asked.
    """
    wanted = [need for need in needs(plan, controllers, remote, resources) if need.data_plane == data_plane]
    lacking = await _lacking(cluster, wanted)
    own = {node.key.name for node in plan.of_role(Role.TENANT)}
    own |= {node.home.name for node in plan.neighbours if node.home is not None and node.home.kind == NAMESPACES.kind}
    to_come = [each for each in own & {need.namespace for need, _ in lacking} if not await _exists(cluster, each)]
    return [finding for need, verbs in lacking for finding in _told(need, verbs, need.namespace in to_come)]


def _told(need: Need, verbs: Sequence[str], to_come: bool) -> Iterator[Finding]:
    """The findings about verbs that are denied; `to_come` says that the need's namespace does not exist yet."""
    if to_come:
        # A role stands in its namespace: none can have been granted in one that this very stack makes.
        comes = "which does not exist yet: what this stack has there fails unless a role comes with the namespace"
        yield warning(need.where, f"the credentials may not {_listed(verbs)} {need}, {comes}; {RIGHTS}")
        return
    needed = [verb for verb in verbs if verb not in DISPENSABLE]
    if needed:
        yield error(need.where, f"the credentials may not {_listed(needed)} {need}, as this stack has to; {RIGHTS}")
    for verb in verbs:
        if verb in DISPENSABLE:
            yield warning(need.where, f"the credentials may not {verb} {need}: {DISPENSABLE[verb]}; {RIGHTS}")


async def _lacking(cluster: Cluster, wanted: Sequence[Need]) -> list[tuple[Need, list[str]]]:
    """The verbs of each need that the credentials lack."""
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

    async def lacking(need: Need) -> list[str]:
        allowing = await rules[need.namespace] if need.namespace is not None else []
        verbs = [verb for verb in VERBS if verb in need.verbs]
        answers = await asyncio.gather(*(may(need, verb, allowing) for verb in verbs))
        return [verb for verb, allowed in zip(verbs, answers, strict=True) if not allowed]

    missing = await asyncio.gather(*(lacking(need) for need in wanted))
    return [(need, verbs) for need, verbs in zip(wanted, missing, strict=True) if verbs]


async def _exists(cluster: Cluster, namespace: str) -> bool:
    """Whether the namespace is there; who may not look does not know, and so cannot say that it is."""
    try:
        return await cluster.get(NAMESPACES, namespace) is not None
    except ClusterError:
        return False


def _listed(words: Collection[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
