"""A user: a service account with its own token, which can lose the token or its rights."""

import asyncio
import time
from pathlib import Path

from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import NAMESPACES
from tests.engine.workspace import Workspace
from tests.faults.proxy import Proxy

SECONDS_TO_TAKE_EFFECT = 60
PATIENCE = 0.2
"""Seconds between two checks."""


class User:
    """A user with all rights, whose kubeconfig leads through the proxy."""

    def __init__(self, name: str, administrator: Workspace, network: Proxy, folder: Path) -> None:
        """Makes the account with the administrator's workspace, and the kubeconfig in the folder."""
        self.kubeconfig = folder / f"{name}.kubeconfig"
        self._name = name
        self._kubectl = administrator.kubectl
        self._network = network
        self._direct = folder / f"{name}-direct.kubeconfig"
        self._kubectl("create", "clusterrolebinding", name, "--clusterrole=cluster-admin", f"--user={name}")
        self.renew()

    def lose_rights(self) -> None:
        """Removes all rights."""
        self._bind("[]")
        self._until("403")

    def regain_rights(self) -> None:
        """Grants all rights again."""
        self._bind(f'[{{"kind":"ServiceAccount","name":"{self._name}","namespace":"default"}}]')
        self._until("")

    def revoke(self) -> None:
        """Makes the token invalid."""
        self._kubectl("delete", "serviceaccount", self._name)
        self._until("401")

    def renew(self) -> None:
        """Gets a new token, and writes it to the kubeconfig."""
        self._kubectl("delete", "serviceaccount", self._name, "--ignore-not-found")
        self._kubectl("create", "serviceaccount", self._name)
        token = {"token": self._kubectl("create", "token", self._name).strip()}
        self._network.kubeconfig(self.kubeconfig, token)
        self._network.kubeconfig(self._direct, token, through=False)
        self.regain_rights()

    def _bind(self, subjects: str) -> None:
        patch = f'[{{"op":"add","path":"/subjects","value":{subjects}}}]'
        self._kubectl("patch", "clusterrolebinding", self._name, "--type=json", "-p", patch)

    def _until(self, refusal: str) -> None:
        """Waits until the API server refuses the user with this status; "" means that it does not."""
        deadline = time.monotonic() + SECONDS_TO_TAKE_EFFECT
        while (answer := asyncio.run(self._refusal())) != refusal:
            assert time.monotonic() < deadline, f"the user is still answered {answer or 200}"
            time.sleep(PATIENCE)

    async def _refusal(self) -> str:
        try:
            async with Cluster(str(self._direct)) as cluster:
                await cluster.list(NAMESPACES, {"no-object": "has-this"})
        except ClusterError as problem:
            return next(status for status in ("401", "403") if f"answers {status}" in str(problem))
        return ""
