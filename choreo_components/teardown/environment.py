"""Finalization: taking what is deployed to an environment, then its data-plane namespaces, away, and waiting.

What OpenChoreo's own controllers do when an Environment is deleted, or forget, with a deadline for each step and an
error that says what blocks.
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
from choreo_components.teardown.ownership import by_itself, spare
from choreo_components.teardown.removal import (
    Deadline,
    LiveCluster,
    Readying,
    Removal,
    nothing_is_done,
    persistently,
)
from choreo_components.teardown.retention import Retained

T = TypeVar("T")


class HeldError(Exception):
    """Something names the environment, which OpenChoreo keeps as long as it does: the message says what to do."""


class SparedError(Exception):
    """Something carries the environment's labels and is not its to delete: the message says what, why, what to do."""


@dataclass(frozen=True)
class Scope:
    """What belongs to one environment: both labels, never one alone, and the namespaces that were made for it.

    Raises ValueError when a name is empty: a selector without a value would choose what is not ours.
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
        """Its deployments, which are in the organization's namespace: what is deleted together, in this order."""
        return [self.selection(sweep) for sweep in self.generation.teardown.sweeps]

    def selection(self, sweep: Sweep) -> Selection:
        """What a sweep is about."""
        by_field = sweep.selects
        return Selection(
            resource_of_sweep(self.generation, sweep),
            sweep.labels(self.organization, self.environment),
            self.organization,
            varying=sweep.varying,
            selects=None if by_field is None else lambda live: by_field(live.manifest, self.environment),
        )

    def traced(self, trace: Trace) -> Selection:
        """What controllers have made of its deployments."""
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
    """Deletes what is deployed to the environment and waits, then all its namespaces at once and waits.

    Deployments are on the control plane, namespaces on the data plane, which may be the same cluster.
    `deployments` and `namespaces` are the two steps' deadlines as durations. `progress` gets a line when something
    happens, and at least every ten seconds. `verified` raises where the control plane is another cluster than it was,
    `recognized` where the data plane is: each is called before anything is deleted there, as soon as that answers.
    With `delete_retained`, what is retained goes as well.
    Raises DeadlineError, ClusterError where the API server refuses, HeldError or RetainedError before anything more is
    deleted, or SparedError when a namespace was left that the environment may not take along.
    """
    step = _Deployed(control_plane, scope, Deadline.after(deployments), progress, verified, delete_retained)
    await step.take_away()
    guessed = step.namespace_names - scope.namespace_names
    own = scope.namespaces
    selection = replace(own, names=own.names | guessed)
    spared = spare(data_plane, scope.generation, scope.organization, scope.environment)
    unclaimed: set[str] = set()

    async def reason(live: Live) -> str | None:
        """Why a namespace stays. Of one that has a name only, and is somebody else's, that is no error."""
        if live.name not in guessed or own.matches(live):
            return await spared(live)
        found = by_itself(live, scope.generation, scope.organization, scope.environment) or await spared(live)
        if found is not None and str(live) not in unclaimed:
            unclaimed.add(str(live))
            progress(f"{live} has a name of the environment, and stays: {found}")
        return found

    removal = Removal(data_plane, selection, progress, reason if guessed else spared, recognized)
    await removal.run(Deadline.after(namespaces))
    if left := {name: why for name, why in removal.spared.items() if name not in unclaimed}:
        raise SparedError(_left(left, own.labels))


class _Deployed:
    """What is deployed to an environment, on its control plane: found, and taken away."""

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
        """What the environment's namespaces may be called, whatever their labels are."""
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

    async def take_away(self) -> None:
        """Deletes what is deployed, step by step, until nothing has come back."""
        while await self._pass():
            self._progress("looking for what was made again meanwhile")

    async def _pass(self) -> bool:
        """All steps, each once. Whether something may be there again of one: a later one has taken its time."""
        await self._require_nothing_names_it()
        await self._require_nothing_is_retained()
        self.namespace_names |= await self._names()
        self._begun = True
        steps = [(self._scope.selection(sweep), self._readying(sweep), True) for sweep in self._teardown.sweeps]
        steps += [(self._scope.traced(trace), nothing_is_done, False) for trace in self._teardown.traces]
        last = 0
        for position, (selection, ready, deletes) in enumerate(steps):
            if await self._removal(selection, ready, deletes=deletes).run(self._deadline):
                last = position
        return last > 0

    def _removal(self, selection: Selection, ready: Readying, *, deletes: bool) -> Removal:
        return Removal(
            self._cluster,
            selection,
            self._progress,
            recognized=self._verified,
            ready=ready,
            causes=self._causes,
            deletes=deletes,
        )

    async def _causes(self) -> Sequence[str]:
        scope = self._scope
        return await causes(self._cluster, scope.generation, scope.organization, scope.environment)

    async def _require_nothing_names_it(self) -> None:
        """Raises HeldError with all that names the environment, and waits for what is about to be gone."""

        async def goes(live: Live) -> Live:
            if not live.deleting:
                raise HeldError(self._held([live]))
            return live

        for sweep in self._teardown.named_by:
            selection = self._scope.selection(sweep)
            found = await self._listed(selection)
            if staying := [live for live in found if not live.deleting]:
                raise HeldError(self._held(staying))
            if found:
                await self._removal(selection, goes, deletes=False).run(self._deadline)

    async def _require_nothing_is_retained(self) -> None:
        for sweep in self._teardown.sweeps:
            if (retained := self._retained.get(sweep.kind)) is not None:
                lives = await self._listed(self._scope.selection(sweep))
                await self._asked(partial(retained.require_none, lives, self._first))

    def _readying(self, sweep: Sweep) -> Readying:
        retained = self._retained.get(sweep.kind)
        return nothing_is_done if retained is None else retained.let_go

    async def _names(self) -> frozenset[str]:
        """What its namespaces are called, as objects say, and no other environment's."""
        own: set[str] = set()
        others: set[str] = set()
        for each in self._teardown.namespace_names:
            for live in await self._listed(self._everything(each)):
                own.update(each.own(live.manifest, self._scope.environment))
                others.update(each.others(live.manifest, self._scope.environment))
        return frozenset(own - others)

    def _everything(self, each: NamespaceNames) -> Selection:
        return Selection(resource_of_sweep(self._scope.generation, each), {}, self._scope.organization)

    async def _listed(self, selection: Selection) -> list[Live]:
        """What there is of a selection."""

        async def listed() -> list[Live]:
            if self._verified is not None:
                await self._verified()
            found, _ = await self._cluster.list(selection.resource, selection.labels, selection.namespace)
            return [live for live in found if selection.matches(live)]

        return await self._asked(listed)

    async def _asked(self, work: Callable[[], Awaitable[T]]) -> T:
        async def failure(unreachable: Unreachable | None) -> str:
            return blocked((), self._deadline.given, {}, unreachable)

        return await persistently(work, self._deadline, self._progress, failure)

    @property
    def _first(self) -> str:
        return "nothing more was deleted" if self._begun else "nothing was deleted"

    def _held(self, lives: Sequence[Live]) -> str:
        """What names the environment, where, and what to do."""
        from choreo_components.config.documents import field_name

        environment, promoted = self._scope.environment, self._scope.generation.promoted
        lines = [f"{self._first}: OpenChoreo keeps the environment as long as a pipeline names it:"]
        for live in sorted(lives, key=str):
            fields = [field_name(path) for path, name in promoted(live.manifest) if name == environment]
            lines.append(f"  {live}: {', '.join(fields)}")
            lines.append(f"    edit: kubectl edit {live.command}")
        lines.append(
            "  Remove the environment from it: with pulumi up of the stack that has the pipeline, or by that command; "
            "then destroy again"
        )
        return "\n".join(lines)


def _left(spared: Mapping[str, str], labels: Mapping[str, str]) -> str:
    lines = [f"{len(spared)} left, since the environment may not take them along:"]
    for name, reason in sorted(spared.items()):
        lines.append(f"  {name}: {reason}")
        lines.append(f"    inspect: kubectl get namespace {name.removeprefix('Namespace ')} --show-labels")
    lines.append(
        "  If it is not the environment's, take its labels off:"
        f" kubectl label namespace NAME {' '.join(f'{label}-' for label in labels)};"
        " if it is, delete it yourself. The next destroy goes on from here."
    )
    return "\n".join(lines)
