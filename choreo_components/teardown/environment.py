"""Finalization: deletes what is deployed to an environment, then its data-plane namespaces, and waits for both.

This is what OpenChoreo's own controllers do when an Environment is deleted, or forget to do, with a deadline for each
step and an error that says what blocks it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from choreo_components.api.generation import Generation, NamespaceNames, Sweep, Trace
from choreo_components.kubernetes.client import Unreachable
from choreo_components.kubernetes.objects import NAMESPACES, Live, resource_of_sweep
from choreo_components.teardown.blockers import blocked
from choreo_components.teardown.causes import causes
from choreo_components.teardown.informer import Selection
from choreo_components.teardown.ownership import by_name_and_labels, reason_to_keep
from choreo_components.teardown.removal import (
    Deadline,
    LiveCluster,
    Preparation,
    Removal,
    no_preparation,
    persistently,
)
from choreo_components.teardown.retention import Retained

T = TypeVar("T")


class HeldError(Exception):
    """OpenChoreo keeps the environment, since an object names it: the message says which, and what to do."""


class KeptError(Exception):
    """Namespaces have the environment's labels and do not belong to it: the message says which, why, and what to do."""


@dataclass(frozen=True)
class Scope:
    """What belongs to one environment: what its generation's sweeps select, and namespaces by its labels or names.

    Raises ValueError when a name is empty: a selector without a value would match the objects of others.
    """

    generation: Generation
    organization: str
    environment: str
    namespace_names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.organization or not self.environment:
            raise ValueError("an environment's scope needs the organization's name and the environment's name")

    @property
    def sweeps(self) -> list[Selection]:
        """What is deployed to it, in the organization's namespace: a selection for each sweep, in order."""
        return [self.selection(sweep) for sweep in self.generation.teardown.sweeps]

    def selection(self, sweep: Sweep) -> Selection:
        """The objects of a sweep."""
        by_field = sweep.selects
        return Selection(
            resource_of_sweep(self.generation, sweep),
            sweep.labels(self.organization, self.environment),
            self.organization,
            varying=sweep.varying,
            selects=None if by_field is None else lambda live: by_field(live.manifest, self.environment),
        )

    def traced(self, trace: Trace) -> Selection:
        """What controllers have made from its deployments."""
        labels = trace.labels(self.organization, self.environment)
        return Selection(
            resource_of_sweep(self.generation, trace), labels, self.organization, varying=frozenset(labels)
        )

    @property
    def namespaces(self) -> Selection:
        """Its data-plane namespaces."""
        rules = self.generation.namespaces
        selector = rules.of_environment(self.organization, self.environment)
        return Selection(NAMESPACES, selector, names=self.namespace_names, varying=rules.varying)


async def finalize(
    control_plane: LiveCluster,
    data_plane: LiveCluster,
    scope: Scope,
    deployments: str,
    namespaces: str,
    progress: Callable[[str], None],
    verified: Callable[[], Awaitable[object]] | None = None,
    recognized: Callable[[], Awaitable[object]] | None = None,
    *,
    delete_retained: bool = False,
) -> None:
    """Deletes what is deployed to the environment and waits, then deletes all its namespaces at once and waits.

    Deployments are on the control plane, namespaces on the data plane, which may be the same cluster.
    `deployments` and `namespaces` are the two steps' deadlines as durations. `progress` is called with a line when
    something happens, and at least every ten seconds. `verified` raises if the control plane is another cluster than
    before, `recognized` if the data plane is: each is called before anything is deleted there, once the API server
    answers. With `delete_retained`, what is retained is deleted as well.
    Raises DeadlineError, ClusterError if the API server refuses a request, HeldError or RetainedError before anything
    more is deleted, or KeptError if a namespace was kept that does not belong to the environment.
    """
    step = _Deployed(control_plane, scope, Deadline.after(deployments), progress, verified, delete_retained)
    await step.delete()
    guessed = step.namespace_names - scope.namespace_names
    labelled = scope.namespaces
    selection = replace(labelled, names=labelled.names | guessed)
    foreign = reason_to_keep(data_plane, scope.generation, scope.organization, scope.environment)
    unclaimed: set[str] = set()

    async def reason(live: Live) -> str | None:
        """Why a namespace is kept. It is no error if only its name was guessed and it belongs to something else."""
        if live.name not in guessed or labelled.matches(live):
            return await foreign(live)
        found = by_name_and_labels(live, scope.generation, scope.organization, scope.environment)
        found = found or await foreign(live)
        if found is not None and str(live) not in unclaimed:
            unclaimed.add(str(live))
            progress(f"{live} is named like a namespace of the environment, and is kept: {found}")
        return found

    removal = Removal(data_plane, selection, progress, reason if guessed else foreign, recognized)
    await removal.run(Deadline.after(namespaces))
    if kept := {name: why for name, why in removal.kept.items() if name not in unclaimed}:
        raise KeptError(_kept(kept, labelled.labels))


class _Deployed:
    """What is deployed to an environment, on its control plane: finds it and deletes it."""

    def __init__(
        self,
        cluster: LiveCluster,
        scope: Scope,
        deadline: Deadline,
        progress: Callable[[str], None],
        verified: Callable[[], Awaitable[object]] | None,
        delete_retained: bool,
    ) -> None:
        self.namespace_names: frozenset[str] = frozenset()
        """The names that the environment's namespaces may have, with any labels."""
        self._cluster = cluster
        self._scope = scope
        self._teardown = scope.generation.teardown
        self._deadline = deadline
        self._progress = progress
        self._verified = verified
        self._begun = False
        self._retained = {
            sweep.kind: Retained(cluster, scope.generation, sweep.retention, may_delete=delete_retained)
            for sweep in self._teardown.sweeps
            if sweep.retention is not None
        }

    async def delete(self) -> None:
        """Deletes what is deployed, step by step, until nothing was created again."""
        while await self._pass():
            self._progress("checking whether anything was created again in the meantime")

    async def _pass(self) -> bool:
        """Runs all steps once. True if a later step had to wait: objects of earlier ones may be there again by then."""
        await self._require_nothing_names_it()
        await self._require_nothing_is_retained()
        self.namespace_names |= await self._names()
        self._begun = True
        steps = [(self._scope.selection(sweep), self._preparation(sweep), True) for sweep in self._teardown.sweeps]
        steps += [(self._scope.traced(trace), no_preparation, False) for trace in self._teardown.traces]
        last = 0
        for position, (selection, prepare, deletes) in enumerate(steps):
            if await self._removal(selection, prepare, deletes=deletes).run(self._deadline):
                last = position
        return last > 0

    def _removal(self, selection: Selection, prepare: Preparation, *, deletes: bool) -> Removal:
        return Removal(
            self._cluster,
            selection,
            self._progress,
            recognized=self._verified,
            prepare=prepare,
            causes=self._causes,
            deletes=deletes,
        )

    async def _causes(self) -> Sequence[str]:
        scope = self._scope
        return await causes(self._cluster, scope.generation, scope.organization, scope.environment)

    async def _require_nothing_names_it(self) -> None:
        """Raises HeldError with all that names the environment; waits for those that are being deleted already."""

        async def require_deleting(live: Live) -> Live:
            if not live.deleting:
                raise HeldError(self._held([live]))
            return live

        for sweep in self._teardown.named_by:
            selection = self._scope.selection(sweep)
            found = await self._listed(selection)
            if holding := [live for live in found if not live.deleting]:
                raise HeldError(self._held(holding))
            if found:
                await self._removal(selection, require_deleting, deletes=False).run(self._deadline)

    async def _require_nothing_is_retained(self) -> None:
        for sweep in self._teardown.sweeps:
            if (retained := self._retained.get(sweep.kind)) is not None:
                lives = await self._listed(self._scope.selection(sweep))
                await self._persistently(partial(retained.require_none, lives, self._first))

    def _preparation(self, sweep: Sweep) -> Preparation:
        retained = self._retained.get(sweep.kind)
        return no_preparation if retained is None else retained.let_go

    async def _names(self) -> frozenset[str]:
        """The names of its namespaces according to objects, without those of other environments."""
        ours: set[str] = set()
        others: set[str] = set()
        for each in self._teardown.namespace_names:
            for live in await self._listed(self._everything(each)):
                ours.update(each.own(live.manifest, self._scope.environment))
                others.update(each.others(live.manifest, self._scope.environment))
        return frozenset(ours - others)

    def _everything(self, each: NamespaceNames) -> Selection:
        return Selection(resource_of_sweep(self._scope.generation, each), {}, self._scope.organization)

    async def _listed(self, selection: Selection) -> list[Live]:
        """The objects of a selection that exist."""

        async def listed() -> list[Live]:
            if self._verified is not None:
                await self._verified()
            found, _ = await self._cluster.list(selection.resource, selection.labels, selection.namespace)
            return [live for live in found if selection.matches(live)]

        return await self._persistently(listed)

    async def _persistently(self, work: Callable[[], Awaitable[T]]) -> T:
        async def failure(unreachable: Unreachable | None) -> str:
            return blocked((), self._deadline.given, {}, unreachable)

        return await persistently(work, self._deadline, self._progress, failure)

    @property
    def _first(self) -> str:
        return "nothing more was deleted" if self._begun else "nothing was deleted"

    def _held(self, lives: Sequence[Live]) -> str:
        """Which objects name the environment, in which fields, and what to do."""
        from choreo_components.config.documents import field_name

        environment, promoted = self._scope.environment, self._scope.generation.promoted
        lines = [f"{self._first}: OpenChoreo keeps the environment as long as a pipeline names it:"]
        for live in sorted(lives, key=str):
            fields = [field_name(path) for path, name in promoted(live.manifest) if name == environment]
            lines.append(f"  {live}: {', '.join(fields)}")
            lines.append(f"    edit: kubectl edit {live.command}")
        lines.append(
            "  Remove the environment from the pipeline, with pulumi up of its stack or with the command above; "
            "then destroy again"
        )
        return "\n".join(lines)


def _kept(kept: Mapping[str, str], labels: Mapping[str, str]) -> str:
    which = "namespace that does" if len(kept) == 1 else "namespaces that do"
    lines = [f"kept {len(kept)} {which} not belong to the environment, despite its labels:"]
    for name, reason in sorted(kept.items()):
        lines.append(f"  {name}: {reason}")
        lines.append(f"    inspect: kubectl get namespace {name.removeprefix('Namespace ')} --show-labels")
    lines.append(
        "  If a namespace does not belong to the environment, remove its labels:"
        f" kubectl label namespace NAME {' '.join(f'{label}-' for label in labels)};"
        " otherwise delete it by hand. The next destroy resumes from here."
    )
    return "\n".join(lines)
