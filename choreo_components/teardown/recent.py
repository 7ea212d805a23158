"""What was there a moment ago: one list for the checks of many environments, which the engine makes one by one.

Good for what is well: what would be reported has to be asked for again, as it may have changed since.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from choreo_components.kubernetes.objects import Live
from choreo_components.teardown.informer import Listed, Selection

RECENT_SECONDS = 10.0
"""How long what a list has found is good for."""


@dataclass(frozen=True)
class _Seen:
    """What a list with these labels (None: with any value) has found, and when it was asked for."""

    labels: Mapping[str, str | None]
    lives: Sequence[Live]
    when: float


_SEEN: WeakKeyDictionary[Any, dict[Any, _Seen]] = WeakKeyDictionary()
"""By cluster, and by what is looked at."""


async def recent(cluster: Listed, selection: Selection) -> list[Live]:
    """What carries the selection's labels, or did so at most RECENT_SECONDS ago.

    The first selection is asked for alone, and with a second one all that are alike. Raises ClusterError.
    """
    seen = _SEEN.setdefault(cluster, {})
    key = (selection.resource, selection.namespace, frozenset(selection.alike.items()))
    known, now = seen.get(key), time.monotonic()
    if known is None or now - known.when > RECENT_SECONDS or known.labels not in (selection.labels, selection.alike):
        labels = selection.labels if known is None or known.labels == selection.labels else selection.alike
        lives, _ = await cluster.list(selection.resource, labels, selection.namespace)
        known = seen[key] = _Seen(labels, lives, now)
    return [live for live in known.lives if selection.matches(live)]
