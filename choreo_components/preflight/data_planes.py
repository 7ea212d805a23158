"""A data plane's cluster: the one that environments of an organization run on, and the kubeconfig that leads there.

In this order: what the stack's settings say; the Secret that `connectionConfigRef` names in the organization's
namespace; the credentials that a DataPlane of OpenChoreo 0.2.0 carries itself, as its controllers use them; and else
the control plane's own cluster, which OpenChoreo's controllers before that use in any case (reference: section 8).
"""

import asyncio
import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from choreo_components.api.generation import SECRET
from choreo_components.api.generations import generation_of
from choreo_components.api.names import Use, refusal
from choreo_components.config.kubeconfig_source import is_text
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS
from choreo_components.kubernetes.client import RIGHTS, Cluster, ClusterError, Forbidden, Unreachable, kubeconfig_text
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.kubeconfig import KubeconfigError, local_fields
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS
from choreo_components.plan.nodes import KUBERNETES, Key


@dataclass(frozen=True)
class Connection:
    """The way to a data plane's cluster: the text of a kubeconfig, and who said so.

    `kubeconfig` is None where it is the control plane's own cluster.
    """

    kubeconfig: str | None = field(repr=False)
    origin: str


class NoConnection(ClusterError):
    """Nobody can tell which cluster a data plane is: the message says why, and quotes nothing that may be secret."""


def full_name(data_plane: Mapping[str, Any]) -> str:
    """ORGANIZATION/NAME of a data plane in wire names; of one of all organizations, NAME."""
    metadata = data_plane["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


async def connections(
    cluster: Cluster,
    data_planes: Iterable[Mapping[str, Any]],
    given: Mapping[str, str] | None = None,
    secrets: Mapping[Key, str] | None = None,
    declared: Mapping[Key, Mapping[str, Any]] | None = None,
) -> dict[str, Connection | NoConnection]:
    """Which cluster each of the DataPlanes is, by ORGANIZATION/NAME.

    `cluster` is the control plane, the DataPlanes are in wire names, `given` has the kubeconfigs of the stack's
    settings by the DataPlane's name, and `secrets` those in the Secrets that the stack is about to make of them;
    `declared` is what is in Secrets that it declares. One request for each that refers to another Secret. Raises
    Unreachable when the control plane cannot be asked.
    """

    async def one(data_plane: Mapping[str, Any]) -> Connection | NoConnection:
        try:
            return await connection(cluster, data_plane, given or {}, secrets, declared)
        except NoConnection as problem:
            return problem

    wanted = {full_name(each): each for each in data_planes}
    found = await asyncio.gather(*map(one, wanted.values()))
    return dict(zip(wanted, found, strict=True))


async def connection(
    cluster: Cluster,
    data_plane: Mapping[str, Any],
    given: Mapping[str, str],
    secrets: Mapping[Key, str] | None = None,
    declared: Mapping[Key, Mapping[str, Any]] | None = None,
) -> Connection:
    """Which cluster the DataPlane is. Raises NoConnection, or Unreachable when the control plane cannot be asked."""
    organization, name = data_plane["metadata"].get("namespace") or "", data_plane["metadata"]["name"]
    if name in given:
        return _usable(given[name], DATA_PLANE_KUBECONFIGS)
    known = generation_of(data_plane["apiVersion"]).data_planes
    if reference := known.connection(data_plane):
        if refused := refusal(reference, Use.OBJECT):
            field = known.connection_field[-1]
            raise NoConnection(f"its {field} {reference!r} can be no Secret's name: {refused}")
        origin = f"Secret {organization}/{reference}"
        key = Key(KUBERNETES, SECRET, organization, reference)
        text = (secrets or {}).get(key)
        if text is None and declared and key in declared:
            text = _in_data(declared[key], f"Secret {organization}/{reference}", known.connection_key)
        elif text is None:
            text = await _of_secret(cluster, organization, reference, known.connection_key)
        if text is not None:
            return _usable(text, origin)
    else:
        origin = f"the credentials of {data_plane['kind']} {full_name(data_plane)}"
        try:
            kubeconfig = known.kubeconfig(data_plane)
        except ValueError as problem:
            raise NoConnection(f"{origin} {problem}") from None
        if kubeconfig is not None:
            return _usable(json.dumps(kubeconfig), origin)
    return Connection(None, "the control plane's own cluster")


def _usable(text: str, origin: str) -> Connection:
    try:
        return Connection(kubeconfig_text(text), origin)
    except ClusterError as problem:
        raise NoConnection(f"{origin}: {problem}") from None


async def _of_secret(cluster: Cluster, namespace: str, name: str, key: str) -> str | None:
    """The kubeconfig under the key of a Secret; None where there is no such Secret."""
    try:
        secret = await cluster.get(SECRETS, name, namespace)
    except Unreachable:
        raise
    except Forbidden:
        if await _is_absent(cluster, namespace):
            return None
        raise NoConnection(
            f"the credentials may not get secrets in namespace {namespace!r}, and Secret {name!r} would say which "
            f"cluster it is; {RIGHTS}"
        ) from None
    except ClusterError as problem:
        raise NoConnection(str(problem)) from None
    if secret is None:
        return None
    if (going := deletion(secret)) is not None:
        raise NoConnection(f"{secret} is {going}: it must be gone and created again first")
    return _in_data(secret.manifest.get("data") or {}, f"Secret {namespace}/{name}", key)


def _in_data(data: Mapping[str, Any], secret: str, key: str) -> str:
    """The kubeconfig under the key of what is in a Secret, which is called so."""
    if key not in data:
        keys = ", ".join(sorted(data)) or "none"
        raise NoConnection(f"{secret} has no key {key!r}; its keys: {keys}")
    try:
        text = base64.b64decode(data[key], validate=True).decode()
    except ValueError:
        text = ""
    foreign = foreign_parts(text)
    if foreign:
        raise NoConnection(f"{secret}: the kubeconfig in it {foreign}")
    return text


async def _is_absent(cluster: Cluster, namespace: str) -> bool:
    """Whether there is no such namespace, and so nothing in it: no role can have been granted there yet."""
    try:
        return await cluster.get(NAMESPACES, namespace) is None
    except Unreachable:
        raise
    except ClusterError:
        return False


def foreign_parts(text: str) -> str | None:
    """What keeps a kubeconfig from being handed on by way of a Secret; None where it can be.

    Who may write a Secret must not be able to run commands, or to have files sent to a server, on the machines of all
    who read it. And on another machine they would not be there.
    """
    if not is_text(text):
        return "cannot be read as one"
    try:
        found = local_fields(text)
    except KubeconfigError:
        # Who tries to use it is told why it cannot be.
        return None
    if not found:
        return None
    return f"has {', '.join(found)}: commands and files of one machine; it has to have its credentials in itself"
