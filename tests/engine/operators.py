"""An operator: a user with a service account's token, and with the rights of docs/permissions or fewer."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import yaml
from lightkube import ApiError, Client, KubeConfig, codecs
from lightkube.models.authentication_v1 import TokenRequestSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace, ServiceAccount, ServiceAccountToken
from lightkube.resources.rbac_authorization_v1 import ClusterRole
from lightkube.types import PatchType

from choreo_components.kubernetes.client import Cluster, ClusterError, Unauthorized
from choreo_components.kubernetes.objects import NAMESPACES, Resource
from devcluster import private
from tests.checkout import CHECKOUT

PERMISSIONS = CHECKOUT / "docs" / "permissions"
SECONDS_TO_TAKE_EFFECT = 30.0

CORE_V1 = ("control-plane", "data-plane")
V1ALPHA1 = ("v1alpha1/control-plane", "data-plane")
"""The files with the roles for each API; both include the one for data planes."""


@dataclass(frozen=True)
class Right:
    """A verb of a role in docs/permissions, and the resources that it applies to.

    The resources are `namespaced` where the role is bound in an organization's namespace.
    """

    role: str
    verb: str
    resources: tuple[Resource, ...]
    more: str = ""
    """Distinguishes the rules of one role after the first: the resource that the rule begins with."""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.role, self.verb, self.more)))


def rights(files: Sequence[str] = CORE_V1) -> Iterator[Right]:
    """Every verb of every rule in these files of docs/permissions."""
    documents = _documents(files)
    in_namespaces = {each["roleRef"]["name"] for each in documents if each["kind"] == "RoleBinding"}
    for role in documents:
        for index, rule in enumerate(role.get("rules", [])):
            name, (group,) = role["metadata"]["name"], rule["apiGroups"]
            resources = [Resource(group, "v1", "", plural, name in in_namespaces) for plural in rule["resources"]]
            more = resources[0].plural if index else ""
            yield from (Right(name, verb, tuple(resources), more) for verb in rule["verbs"])


def _documents(files: Sequence[str]) -> list[dict[str, Any]]:
    texts = [(PERMISSIONS / f"{file}.yaml").read_text() for file in files]
    return [document for text in texts for document in yaml.safe_load_all(text)]


@dataclass(frozen=True)
class _Operator:
    account: str
    organization: str | None
    files: Sequence[str]


class Operators:
    """Makes operators on a control plane, and deletes everything it made when it closes."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        """`folder` is where their kubeconfigs are kept."""
        self._administrator = kubeconfig
        self._folder = folder
        self._client = Client(config=KubeConfig.from_file(kubeconfig), trust_env=False)
        self._namespace = f"operators-{uuid4().hex[:8]}"
        self._made: list[Any] = []
        self._operators: dict[Path, _Operator] = {}

    def __enter__(self) -> Self:
        self._create(Namespace(metadata=ObjectMeta(name=self._namespace)))
        return self

    def __exit__(self, *_: object) -> None:
        for each in reversed(self._made):
            try:
                self._client.delete(type(each), each.metadata.name, namespace=each.metadata.namespace)
            except ApiError as problem:
                # A RoleBinding is deleted with its namespace.
                if problem.status.code != 404:
                    raise
        self._client.close()

    def operator(self, organization: str | None, without: Right | None = None, files: Sequence[str] = CORE_V1) -> Path:
        """The kubeconfig of a new operator of an organization (None: of all), without the right.

        The operator has the roles of the files, and nothing else.
        """
        account = f"operator-{uuid4().hex[:8]}"
        self._create(ServiceAccount(metadata=ObjectMeta(name=account, namespace=self._namespace)))
        for document in _documents(files):
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
        self._operators[path] = _Operator(account, organization, files)
        asyncio.run(_until([each for each in rights(files) if each != without], path, organization))
        return path

    @contextmanager
    def revoked(self, kubeconfig: Path, right: Right) -> Iterator[None]:
        """Takes the right from the operator with this kubeconfig for as long as the context is open."""
        operator = self._operators[kubeconfig]
        [role] = [each for each in _documents(operator.files) if _is_of(each, right)]
        self._grant(operator, right, [each for rule in role["rules"] for each in _less(rule, right)])
        asyncio.run(_until([right], kubeconfig, operator.organization, allowed=False))
        try:
            yield
        finally:
            self._grant(operator, right, role["rules"])
            asyncio.run(_until([right], kubeconfig, operator.organization))

    def _grant(self, operator: _Operator, right: Right, rules: Sequence[dict[str, Any]]) -> None:
        """Gives the role that has the right these rules."""
        patch = [{"op": "replace", "path": "/rules", "value": rules}]
        self._client.patch(ClusterRole, f"{right.role}-{operator.account}", patch, patch_type=PatchType.JSON)

    def dismiss(self, kubeconfig: Path) -> None:
        """Ends the operator with this kubeconfig: the credentials are no longer valid."""
        account = next(each for each in self._made if each.metadata.name == kubeconfig.stem)
        self._made.remove(account)
        self._client.delete(ServiceAccount, account.metadata.name, namespace=self._namespace)
        asyncio.run(_until_refused(kubeconfig))

    def _theirs(
        self, document: dict[str, Any], account: str, organization: str | None, without: Right | None
    ) -> dict[str, Any]:
        """A document of docs/permissions for this operator alone."""
        metadata = document["metadata"]
        if without is not None and _is_of(document, without):
            document["rules"] = [each for rule in document["rules"] for each in _less(rule, without)]
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


def _is_of(document: dict[str, Any], right: Right) -> bool:
    """Whether it is the role that has the right."""
    return bool((document["kind"], document["metadata"]["name"]) == ("ClusterRole", right.role))


def _less(rule: dict[str, Any], without: Right) -> list[dict[str, Any]]:
    """The rule without the right, which may apply to a part of its resources."""
    affected = [resource.plural for resource in without.resources if resource.plural in rule["resources"]]
    kept = [plural for plural in rule["resources"] if plural not in affected]
    verbs = [verb for verb in rule["verbs"] if verb != without.verb]
    less = [{**rule, "resources": affected, "verbs": verbs}] if affected and verbs else []
    return [{**rule, "resources": kept}, *less] if kept else less


async def _until(awaited: Sequence[Right], kubeconfig: Path, organization: str | None, *, allowed: bool = True) -> None:
    """Waits until the API server applies the roles, a moment after they were made or changed."""
    deadline = time.monotonic() + SECONDS_TO_TAKE_EFFECT
    waiting = list(awaited)
    async with Cluster(str(kubeconfig)) as cluster:
        while waiting:
            assert time.monotonic() < deadline, f"not in force: {', '.join(map(str, waiting))}"
            first = waiting[0].resources[0]
            namespace = organization if first.namespaced else None
            if await cluster.allowed(waiting[0].verb, first, namespace) is allowed:
                del waiting[0]
            else:
                await asyncio.sleep(0.02)


async def _until_refused(kubeconfig: Path) -> None:
    """Waits until the API server refuses the token, which it has accepted before: it caches that for 10 seconds."""
    deadline = time.monotonic() + SECONDS_TO_TAKE_EFFECT
    async with Cluster(str(kubeconfig)) as cluster:
        while time.monotonic() < deadline:
            try:
                await cluster.get(NAMESPACES, "kube-system")
            except Unauthorized:
                return
            except ClusterError:
                # A role may be missing as long as the token is valid.
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the token is still accepted")
