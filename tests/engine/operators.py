"""An operator: somebody who comes with a service account's token, and has the rights of docs/permissions or fewer."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import yaml
from lightkube import Client, KubeConfig, codecs
from lightkube.models.authentication_v1 import TokenRequestSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace, ServiceAccount, ServiceAccountToken

from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Resource
from devcluster import private
from tests.engine.workspace import CHECKOUT

PERMISSIONS = CHECKOUT / "docs" / "permissions"
SECONDS_TO_TAKE_EFFECT = 30.0

IN_ORGANIZATIONS = ("choreo-objects", "choreo-connections")
"""The roles that are bound in an organization's namespace."""


@dataclass(frozen=True)
class Right:
    """A verb of a role in docs/permissions, and resources that the role has it on."""

    role: str
    verb: str
    resources: tuple[Resource, ...]

    def __str__(self) -> str:
        return f"{self.role}-{self.verb}"


def rights(file: str = "*") -> Iterator[Right]:
    """Every verb of every role in docs/permissions, or in one of its files."""
    for role in _documents(file):
        for rule in role.get("rules", []):
            name, (group,) = role["metadata"]["name"], rule["apiGroups"]
            resources = [Resource(group, "v1", "", plural, name in IN_ORGANIZATIONS) for plural in rule["resources"]]
            yield from (Right(name, verb, tuple(resources)) for verb in rule["verbs"])


def _documents(file: str) -> list[dict[str, Any]]:
    files = sorted(PERMISSIONS.glob(f"{file}.yaml"))
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


class Operators:
    """Makes operators on a control plane, and takes away all that it has made when it closes."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        """`folder` is where their kubeconfigs are kept."""
        self._administrator = kubeconfig
        self._folder = folder
        self._client = Client(config=KubeConfig.from_file(kubeconfig), trust_env=False)
        self._namespace = f"operators-{uuid4().hex[:8]}"
        self._made: list[Any] = []

    def __enter__(self) -> Self:
        self._create(Namespace(metadata=ObjectMeta(name=self._namespace)))
        return self

    def __exit__(self, *_: object) -> None:
        for each in reversed(self._made):
            self._client.delete(type(each), each.metadata.name, namespace=each.metadata.namespace)
        self._client.close()

    def operator(self, organization: str | None, without: Right | None = None, file: str = "*") -> Path:
        """The kubeconfig of a new operator of an organization (None: of all), who lacks the right.

        With a `file`, its roles are all that the operator has.
        """
        account = f"operator-{uuid4().hex[:8]}"
        self._create(ServiceAccount(metadata=ObjectMeta(name=account, namespace=self._namespace)))
        for document in _documents(file):
            self._create(codecs.from_dict(self._theirs(document, account, organization, without)))
        path = self._folder / f"{account}.kubeconfig"
        config = yaml.safe_load(self._administrator.read_text())
        token = self._client.create(
            ServiceAccountToken(metadata=ObjectMeta(), spec=TokenRequestSpec(audiences=[])),
            account,
            namespace=self._namespace,
        )
        config["users"][0]["user"] = {"token": token.status.token}  # type: ignore[union-attr]
        private.write(path, yaml.safe_dump(config))
        asyncio.run(_in_force(path, organization, without, file))
        return path

    def dismiss(self, kubeconfig: Path) -> None:
        """Ends the operator with this kubeconfig: the credentials are good for nothing from now on."""
        account = next(each for each in self._made if each.metadata.name == kubeconfig.stem)
        self._made.remove(account)
        self._client.delete(ServiceAccount, account.metadata.name, namespace=self._namespace)

    def _theirs(
        self, document: dict[str, Any], account: str, organization: str | None, without: Right | None
    ) -> dict[str, Any]:
        """A document of docs/permissions for this operator alone."""
        metadata = document["metadata"]
        if without is not None and (document["kind"], metadata["name"]) == ("ClusterRole", without.role):
            document["rules"] = [each for rule in document["rules"] for each in _lacking(rule, without)]
        metadata["name"] += f"-{account}"
        if "roleRef" in document:
            document["roleRef"]["name"] += f"-{account}"
            document["subjects"] = [{"kind": "ServiceAccount", "name": account, "namespace": self._namespace}]
        if document["kind"] == "RoleBinding":
            metadata["namespace"] = organization
            if organization is None:
                document["kind"] = "ClusterRoleBinding"
                del metadata["namespace"]
        return document

    def _create(self, made: Any) -> None:
        self._client.create(made, namespace=made.metadata.namespace)
        self._made.append(made)


def _lacking(rule: dict[str, Any], without: Right) -> list[dict[str, Any]]:
    """What the rule becomes without the right, which may be one to a part of its resources alone."""
    lacking = [resource.plural for resource in without.resources]
    kept = [plural for plural in rule["resources"] if plural not in lacking]
    less = {**rule, "resources": lacking, "verbs": [verb for verb in rule["verbs"] if verb != without.verb]}
    return [{**rule, "resources": kept}, less] if kept else [less]


async def _in_force(kubeconfig: Path, organization: str | None, without: Right | None, file: str) -> None:
    """Waits until the API server has heard of the roles: a moment after they were made."""
    deadline = time.monotonic() + SECONDS_TO_TAKE_EFFECT
    waiting = [right for right in rights(file) if right != without]
    async with Cluster(str(kubeconfig)) as cluster:
        while waiting:
            assert time.monotonic() < deadline, f"not in force: {', '.join(map(str, waiting))}"
            first = waiting[0].resources[0]
            if await cluster.allowed(waiting[0].verb, first, organization if first.namespaced else None):
                del waiting[0]
            else:
                await asyncio.sleep(0.05)
