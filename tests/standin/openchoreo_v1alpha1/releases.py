"""Releases: an object and everything that it refers to at a moment, under a name with the hash of the content."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Key


def hash_of(content: Mapping[str, Any]) -> str:
    """The hash that a release's name ends with. Not upstream's, which depends on its Go types."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]


async def ensure(api: Api, kind: str, of: Live, content: Mapping[str, Any]) -> tuple[str, str]:
    """Creates the release of this content if it is missing; returns its name and hash."""
    digest = hash_of(content)
    name = f"{of.name}-{digest}"
    if api.get(kind, Key(of.namespace, name)) is None:
        await api.create(api.resources[kind], {"metadata": {"name": name, "namespace": of.namespace}, "spec": content})
    return name, digest
