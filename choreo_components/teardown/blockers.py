"""Blockers: the messages about remaining objects and what blocks their deletion, while waiting and at the deadline."""

from collections.abc import Iterable, Iterator, Mapping

from choreo_components.kubernetes.deletion import finalizers, holder
from choreo_components.kubernetes.objects import Live

NOTHING: Mapping[str, int] = {}
"""No object was created again."""


def waiting(what: str, remaining: Mapping[str, Live], refused: Mapping[str, str], *, shrinking: bool) -> str:
    """One line about what is still waited for, objects whose deletion is refused first."""
    if not remaining:
        return f"{what}: waiting for the API server to list what exists"
    ordered = sorted(remaining.values(), key=lambda live: (str(live) not in refused, str(live)))
    shown = ", ".join(_short(live, refused) for live in ordered[:3])
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return f"{what}: {len(ordered)} remaining ({'shrinking' if shrinking else 'stuck'}): {shown}{more}"


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
    created_again: Mapping[str, int] = NOTHING,
    *,
    awaited: bool = False,
) -> str:
    """What remains at the deadline: each object, its finalizers, its conditions, and the command that inspects it.

    `refused` has, by object, the API server's answer to its deletion. `unreachable` is why the server has not answered
    lately: the objects are then the last ones seen. `created_again` counts by object how often it was. With `awaited`,
    others delete the objects.
    """
    ordered = sorted(lives, key=str)
    if not ordered and created_again:
        # At the deadline, none of them existed.
        again = ", ".join(f"{name} {_again(count)}" for name, count in created_again.items())
        return f"timed out after {deadline}: {again}; stop what creates it, and destroy again"
    if not ordered:
        why = unreachable or "the API server has not answered"
        return f"timed out after {deadline}, and what remains is unknown; the next destroy resumes from here: {why}"
    seen = "" if unreachable is None else f" when last seen, and then {unreachable}"
    lines = [
        f"timed out after {deadline} with {len(ordered)} remaining{seen}; "
        "nothing was forced, and the next destroy resumes from here:"
    ]
    for live in ordered:
        lines += _remaining(live, refused.get(str(live)), certain=unreachable is None, awaited=awaited)
        if times := created_again.get(str(live)):
            lines.append(f"    {_again(times)} in the meantime: stop what creates it")
    return "\n".join(lines)


def _again(count: int) -> str:
    return f"was deleted and created again {'once' if count == 1 else f'{count} times'}"


def _remaining(live: Live, refusal: str | None, *, certain: bool, awaited: bool) -> Iterator[str]:
    """One remaining object: what holds it, its conditions, and the command that inspects it."""
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
