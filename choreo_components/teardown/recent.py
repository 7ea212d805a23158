"""Recent lists: one list serves the checks of many environments, which the engine makes one by one.

It is good enough to see that nothing is wrong. Before a problem is reported, the object must be read again, as it may
have changed since.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from choreo_components.kubernetes.objects import Live
from choreo_components.teardown.informer import Listed, Selection

RECENT_SECONDS = 10.0
"""How long the result of a list is used."""


@dataclass(frozen=True)
class _Seen:
    """The result of a list with these labels (None: with any value), and when it was requested."""

    labels: Mapping[str, str | None]
    lives: Sequence[Live]
    when: float


_SEEN: WeakKeyDictionary[Any, dict[Any, _Seen]] = WeakKeyDictionary()
"""By cluster, and by what was listed."""


async def recent(cluster: Listed, selection: Selection) -> list[Live]:
    """The objects with the selection's labels, as they were at most RECENT_SECONDS ago.

    The first selection is listed alone, the second together with all that are alike. Raises ClusterError.
    """
    seen = _SEEN.setdefault(cluster, {})
    key = (selection.resource, selection.namespace, frozenset(selection.alike.items()))
    known, now = seen.get(key), time.monotonic()
    if known is None or now - known.when > RECENT_SECONDS or known.labels not in (selection.labels, selection.alike):
        labels = selection.labels if known is None or known.labels == selection.labels else selection.alike
        lives, _ = await cluster.list(selection.resource, labels, selection.namespace)
        known = seen[key] = _Seen(labels, lives, now)
    return [live for live in known.lives if selection.matches(live)]
