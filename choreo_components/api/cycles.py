"""Cycles in a directed graph, and in the promotion paths of a pipeline."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain


def cycle_in(targets: Mapping[str, Sequence[str]]) -> list[str]:
    """The members of one cycle in their order, an empty list if there is none; `targets` is what follows each."""
    finished: set[str] = set()
    for start in targets:
        # A dict is ordered, and its lookup is fast.
        trail: dict[str, None] = {}
        # Each entry of the stack has an environment's targets not yet followed; the trail is the path to it.
        stack = [iter([start])]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                if trail:
                    finished.add(trail.popitem()[0])
            elif following in trail:
                way = list(trail)
                return way[way.index(following) :]
            elif following not in finished:
                trail[following] = None
                stack.append(iter(targets.get(following, [])))
    return []


def circle_of_promotion(paths: Sequence[tuple[str, Sequence[str]]]) -> tuple[int, str] | None:
    """The position of a path that begins a cycle, and the message about it; None if promotion has no cycle.

    A path is an environment, and those that are promoted to from there.
    """
    targets: dict[str, list[str]] = defaultdict(list)
    for source, following in paths:
        targets[source] += following
    circle = cycle_in(targets)
    if not circle:
        return None
    rooted = set(targets) - set(chain.from_iterable(targets.values()))
    start = "" if rooted else "; promotion has no first environment"
    position = next(index for index, (source, _) in enumerate(paths) if source == circle[0])
    return position, f"promotion has a cycle: {' -> '.join([*circle, circle[0]])}{start}"
