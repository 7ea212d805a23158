"""What blocks: the text that a person gets for what is still there, while it is waited for and at the deadline."""

from collections.abc import Iterable, Iterator, Mapping

from choreo_components.kubernetes.deletion import finalizers, holder
from choreo_components.kubernetes.objects import Live

NOTHING: Mapping[str, int] = {}
"""No object that was made again."""


def waiting(what: str, remaining: Mapping[str, Live], refused: Mapping[str, str], *, shrinking: bool) -> str:
    """One line about what is still waited for; what has no deletionTimestamp, or a finalizer, is told first."""
    if not remaining:
        return f"{what}: the API server has not said yet what is there"
    ordered = sorted(remaining.values(), key=lambda live: (str(live) not in refused, str(live)))
    told = ", ".join(_short(live, refused) for live in ordered[:3])
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return f"{what}: {len(ordered)} left ({'shrinking' if shrinking else 'stuck'}): {told}{more}"


def _short(live: Live, refused: Mapping[str, str]) -> str:
    if str(live) in refused:
        return f"{live} (its deletion is refused)"
    held = [name for name in finalizers(live) if name != "kubernetes"]
    return f"{live} (held by {', '.join(held)})" if held else str(live)


def blocked(
    lives: Iterable[Live],
    deadline: str,
    refused: Mapping[str, str],
    unreachable: Exception | None,
    made_again: Mapping[str, int] = NOTHING,
    *,
    awaited: bool = False,
) -> str:
    """What stands after the deadline: each object, its finalizers, its conditions, and how to look at it.

    `refused` has by object what the API server answered to its deletion. `unreachable` is why nobody has answered
    lately: what stands is then what was seen last. `made_again` is how often each was. What is `awaited` is for others
    to delete.
    """
    ordered = sorted(lives, key=str)
    if not ordered and made_again:
        # For a moment, none of it was there.
        again = ", ".join(f"{name} was deleted and made again {_times(count)}" for name, count in made_again.items())
        return f"after {deadline}, it does not end: {again}; the next destroy goes on from here"
    if not ordered:
        why = unreachable or "the API server has not answered"
        return f"after {deadline}, nobody knows what is still there; the next destroy goes on from here: {why}"
    seen = "still there" if unreachable is None else f"still there when last seen, and then {unreachable}"
    lines = [f"after {deadline}, {len(ordered)} {seen}; nothing was forced, and the next destroy goes on from here:"]
    for live in ordered:
        lines += _standing(live, refused.get(str(live)), certain=unreachable is None, awaited=awaited)
        if times := made_again.get(str(live)):
            lines.append(f"    was deleted and made again {_times(times)} meanwhile")
    return "\n".join(lines)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _standing(live: Live, refusal: str | None, *, certain: bool, awaited: bool) -> Iterator[str]:
    """One object that still stands: who holds it, what it says about itself, and the command that looks at it."""
    held = finalizers(live)
    if refusal is not None and not live.deleting:
        yield f"  {live}: {refusal}"
    elif not live.deleting and awaited:
        yield f"  {live}: its deletion {'has not' if certain else 'may not have'} begun"
    elif not live.deleting:
        yield f"  {live}: its deletion {'was not' if certain else 'may not have been'} accepted"
    else:
        yield f"  {live}: held by {', '.join(map(holder, held))}" if held else f"  {live}: no finalizer holds it"
    yield from (f"    {line}" for line in (*live.condition_lines, live.inspect))
