"""A scenario: an estate brought up and down by both programs in turns, so that both meet the same conditions."""

from collections.abc import Callable, Iterator, Sequence

from bench.estate import Objects, many, natural, of_today, together
from bench.measure import CommandError, Usage
from bench.planning import write_manifests
from bench.table import Row
from bench.workspace import CHOREO, HANDWRITTEN, HANDWRITTEN_TODAY, Workspace

REPETITIONS = 3
PLANNING_REPETITIONS = 5
AT_ONCE = 64
"""A `--parallel` for work that waits more than it computes; the engine's default is four for each core."""

Pair = tuple[Usage, Usage]
"""The usage of one step by the reference, and by choreo."""

Say = Callable[[str], None]
Make = Callable[[str, int], Objects]


class Comparison:
    """The two programs' stacks, one pair for each repetition, and what their commands took."""

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        make: Make,
        size: int,
        say: Say,
        program: str = CHOREO,
        against: str = HANDWRITTEN,
    ) -> None:
        """`program` is the one of choreo's that is compared with a hand-written one: see `workspace.PROGRAMS`."""
        self.name = name
        self._workspace = workspace
        self._make = make
        self._size = size
        self._say = say
        self._programs = (against, program)
        self._estates: dict[tuple[str, str], Objects] = {}

    def new_pair(self, pair: str) -> None:
        """New stacks for both programs, with nothing in the cluster yet."""
        for program in self._programs:
            estate = self._make(f"{self.name[:5]}-{program[0]}{pair}", self._size)
            self._workspace.new_stack(program, estate)
            self._estates[program, pair] = estate

    def measure(self, command: str, pair: str, *options: str) -> Pair:
        """Runs the command by hand and by choreo, one after the other."""
        by_hand, by_choreo = (self._one(program, command, pair, options) for program in self._programs)
        return by_hand, by_choreo

    def delete_namespaces(self, pair: str) -> Usage:
        """Deletes the data-plane namespaces of the hand-written program by kubectl, and nothing around them."""
        usage = self._workspace.kubectl("delete", "namespace", "-l", self._by_hand(pair).namespaces)
        self._say(f"{self.name}: kubectl delete namespace -l: {usage.wall:.1f} s")
        return usage

    def delete_in_order(self, pair: str, bindings: str, environments: str) -> Usage:
        """Deletes by kubectl what a destroy of the hand-written program would: its namespaces between these kinds."""
        all_of = ("--all", "-n", self._by_hand(pair).organization)
        return (
            self._workspace.kubectl("delete", bindings, *all_of)
            + self.delete_namespaces(pair)
            + self._workspace.kubectl("delete", environments, *all_of)
        )

    def _by_hand(self, pair: str) -> Objects:
        return self._estates[self._programs[0], pair]

    def row(
        self,
        step: str,
        pairs: Sequence[Pair],
        limit: float | None = None,
        *,
        parallel: str = "default",
        against: str = "hand-written",
    ) -> Row:
        """The measured pairs as a row of the table."""
        others, by_choreo = zip(*pairs, strict=True)
        return Row(f"{self.name}: {step}, --parallel {parallel}", by_choreo, against, others, limit)

    def check(self, pair: str) -> None:
        """Raises CommandError unless both programs have made the same objects."""
        by_hand, by_choreo = (self._workspace.objects(self._estates[each, pair]) for each in self._programs)
        if by_hand != by_choreo:
            differing = sorted(set(by_hand) ^ set(by_choreo))
            raise CommandError("the programs have made different objects:\n" + "\n".join(differing[:4]))
        self._say(f"{self.name}: both programs have made the same {len(by_hand)} objects")

    def _one(self, program: str, command: str, pair: str, options: Sequence[str]) -> Usage:
        usage = self._workspace.pulumi(program, command, self._estates[program, pair].organization, *options)
        self._say(f"{self.name}: {' '.join([command, *options])}, {program}: {usage.wall:.1f} s, {usage.cpu:.1f} s CPU")
        return usage


def warm_up(workspace: Workspace, say: Say) -> None:
    """Lets both programs run once, so that no first start is measured: files are read, bytecode is written."""
    comparison = Comparison(workspace, "warm-up", together, 1, say)
    comparison.new_pair("0")
    comparison.measure("up", "0")
    comparison.check("0")


def measure_natural(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """One environment with `size` namespaces and `size` Deployments; what it refers to is looked up in the cluster."""
    comparison = Comparison(workspace, "natural", natural, size, say)
    ups, again = _ups(comparison)
    yield comparison.row("up", ups, 1.15)
    yield comparison.row("up again, no change", again, 1.15)
    destroy = comparison.measure("destroy", "0")
    yield comparison.row("destroy", [destroy], 0.3)
    kubectl = comparison.delete_namespaces("1")
    yield comparison.row("destroy", [(kubectl, destroy[1])], 1.0, against="kubectl delete namespace -l")
    yield from _at_once(comparison)


def measure_today(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """One environment of today's API with `size` namespaces and `size` bindings of projects and of components."""
    comparison = Comparison(workspace, "today", of_today, size, say, against=HANDWRITTEN_TODAY)
    ups, again = _ups(comparison)
    yield comparison.row("up", ups, 1.15)
    yield comparison.row("up again, no change", again, 1.15)
    destroy = comparison.measure("destroy", "0")
    yield comparison.row("destroy", [destroy], 0.35)
    bindings = "releasebindings.openchoreo.dev,projectreleasebindings.openchoreo.dev"
    kubectl = comparison.delete_in_order("1", bindings, "environments.openchoreo.dev")
    yield comparison.row("destroy", [(kubectl, destroy[1])], 1.1, against="kubectl delete, in order")


def measure_together(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """The same environment in one stack with its organization and `size` projects."""
    comparison = Comparison(workspace, "together", together, size, say)
    ups, again = _ups(comparison)
    yield comparison.row("up", ups)
    yield comparison.row("up again, no change", again)
    yield comparison.row("destroy", [comparison.measure("destroy", "0")])


def measure_many(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """`size` environments with a namespace each."""
    comparison = Comparison(workspace, "many", many, size, say)
    ups, again = _ups(comparison)
    yield comparison.row("up", ups, 1.6)
    yield comparison.row("up again, no change", again, 1.2)
    yield comparison.row("destroy", [comparison.measure("destroy", "0")], 1.0)
    yield from _at_once(comparison, up_limit=1.6, destroy_limit=1.1)


def measure_components(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """The environment of `natural`, declared by a program of components: nothing is looked up before."""
    yield from _of_program("components", workspace, size, say)


def measure_platform(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """The environment of `natural`, declared by a program with a Platform."""
    yield from _of_program("platform", workspace, size, say)


def _of_program(program: str, workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """The environment of `natural`, declared by another of choreo's programs."""
    comparison = Comparison(workspace, program, natural, size, say, program)
    ups, again = _ups(comparison)
    yield comparison.row("up", ups)
    yield comparison.row("up again, no change", again)
    yield comparison.row("destroy", [comparison.measure("destroy", "0")])


def measure_planning(workspace: Workspace, size: int, say: Say) -> Iterator[Row]:
    """`import choreo_components`, and `size` manifests read and planned, in a fresh process."""
    folder = workspace.folder / "manifests"
    folder.mkdir()
    write_manifests(folder, size)
    usages = []
    for _ in range(PLANNING_REPETITIONS):
        usages.append(workspace.python("-m", "bench.planning", folder))
        say(f"planning: {usages[-1].cpu:.2f} s CPU")
    yield Row(f"planning: import, read and plan {size:,} manifests", usages, limit=0.7)


def _ups(comparison: Comparison) -> tuple[list[Pair], list[Pair]]:
    """`up` of new stacks, and again without a change, as often as we repeat."""
    ups, again = [], []
    for pair in map(str, range(REPETITIONS)):
        comparison.new_pair(pair)
        ups.append(comparison.measure("up", pair))
        if pair == "0":
            comparison.check(pair)
        again.append(comparison.measure("up", pair))
    return ups, again


def _at_once(
    comparison: Comparison, up_limit: float | None = None, destroy_limit: float | None = None
) -> Iterator[Row]:
    """`up` and `destroy` with more at once than the default."""
    pair, option = str(AT_ONCE), f"--parallel={AT_ONCE}"
    comparison.new_pair(pair)
    for step, limit in (("up", up_limit), ("destroy", destroy_limit)):
        yield comparison.row(step, [comparison.measure(step, pair, option)], limit, parallel=str(AT_ONCE))
