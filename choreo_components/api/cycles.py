"""A circle: what follows one another, and comes back to where it began."""

from collections.abc import Mapping, Sequence


def cycle_in(targets: Mapping[str, Sequence[str]]) -> list[str]:
    """The members of one circle in their order, the empty list when there is none; `targets` is what follows each."""
    finished: set[str] = set()
    for start in targets:
        # A dict for its order and its speed.
        trail: dict[str, None] = {}
        # Each entry of the stack is an environment's targets not yet followed; the trail is the way to it.
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
