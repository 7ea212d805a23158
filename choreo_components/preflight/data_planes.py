"""A data plane's cluster: the one that environments of an organization run on, and its kubeconfig.

The kubeconfig is, in this order: that in the stack's settings; that in the Secret that `connectionConfigRef` names in
the organization's namespace; or the credentials in a DataPlane of OpenChoreo 0.2.0, which its controllers use.
Otherwise it is the control plane's own cluster, which earlier controllers always use (reference: section 8).
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
    """The connection to a data plane's cluster: the text of a kubeconfig, and its origin.

    `kubeconfig` is None if it is the control plane's own cluster.
    """

    kubeconfig: str | None = field(repr=False)
    origin: str


class NoConnection(ClusterError):
    """It is unknown which cluster a data plane is: the message says why, and quotes nothing that may be secret."""


def full_name(data_plane: Mapping[str, Any]) -> str:
    """ORGANIZATION/NAME of a data plane in wire names; NAME of a cluster-wide one."""
    metadata = data_plane["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


async def connections(
    cluster: Cluster,
    data_planes: Iterable[Mapping[str, Any]],
    given: Mapping[str, str] | None = None,
    secrets: Mapping[Key, str] | None = None,
    declared: Mapping[Key, Mapping[str, Any]] | None = None,
) -> dict[str, Connection | NoConnection]:
    """The cluster of each of the DataPlanes, by ORGANIZATION/NAME.

    `cluster` is the control plane, and the DataPlanes are in wire names. `given` has the kubeconfigs in the stack's
    settings by the DataPlane's name, `secrets` those in the Secrets that the stack will make of them, and `declared`
    the data of Secrets that it declares. One request for each DataPlane that refers to another Secret. Raises
    Unreachable if the control plane cannot be asked.
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
    """The cluster of the DataPlane. Raises NoConnection, or Unreachable if the control plane cannot be asked."""
    organization, name = data_plane["metadata"].get("namespace") or "", data_plane["metadata"]["name"]
    if name in given:
        return _usable(given[name], DATA_PLANE_KUBECONFIGS)
    known = generation_of(data_plane["apiVersion"]).data_planes
    if reference := known.connection(data_plane):
        if refused := refusal(reference, Use.OBJECT):
            field = known.connection_field[-1]
            raise NoConnection(f"its {field} {reference!r} cannot be the name of a Secret: {refused}")
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
    """The kubeconfig under the key of a Secret; None if there is no such Secret."""
    try:
        secret = await cluster.get(SECRETS, name, namespace)
    except Unreachable:
        raise
    except Forbidden:
        if await _is_absent(cluster, namespace):
            return None
        raise NoConnection(
            f"the credentials cannot get secrets in namespace {namespace!r}, where Secret {name!r} says which cluster "
            f"it is; {RIGHTS}"
        ) from None
    except ClusterError as problem:
        raise NoConnection(str(problem)) from None
    if secret is None:
        return None
    if (deleted := deletion(secret)) is not None:
        raise NoConnection(f"{secret} is {deleted}; wait until it is gone, then create it again")
    return _in_data(secret.manifest.get("data") or {}, f"Secret {namespace}/{name}", key)


def _in_data(data: Mapping[str, Any], secret: str, key: str) -> str:
    """The kubeconfig under the key in the data of a Secret; `secret` is its name in messages."""
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
    """Whether there is no such namespace, and so no Secret in it: no role can have been granted there yet."""
    try:
        return await cluster.get(NAMESPACES, namespace) is None
    except Unreachable:
        raise
    except ClusterError:
        return False


def foreign_parts(text: str) -> str | None:
    """Why a kubeconfig cannot be passed on in a Secret; None if it can.

    Users who may write a Secret must not be able to run commands on the machines of all who read it, or to have files
    sent to a server from there. These do not exist on another machine, either.
    """
    if not is_text(text):
        return "cannot be read as one"
    try:
        found = local_fields(text)
    except KubeconfigError:
        # Using it reports why it is invalid.
        return None
    if not found:
        return None
    return f"has {', '.join(found)}: commands and files of one machine; it must contain its credentials itself"
