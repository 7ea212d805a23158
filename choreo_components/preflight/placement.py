"""Placement: which cluster each environment of a plan runs on, and what prevents it from running there."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Role, Target
from choreo_components.api.generations import generation_of
from choreo_components.config.findings import Finding, Location, error, warning
from choreo_components.config.options import Controllers
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS, Declared, Kubeconfig
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden, kubeconfig_text
from choreo_components.kubernetes.objects import NAMESPACES
from choreo_components.plan.environment_context import environment_context
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Found
from choreo_components.preflight.data_planes import Connection, connections, foreign_parts
from choreo_components.preflight.lookup import look_up
from choreo_components.preflight.permissions import denied
from choreo_components.preflight.terminating import terminating_namespaces


class Placement:
    """The clusters of the data planes of a plan's environments, and how to reach them.

    Problems are collected in `findings`.
    """

    def __init__(self, plan: Plan, controllers: Controllers, given: Mapping[str, Kubeconfig]) -> None:
        """`given` are the kubeconfigs of the stack's settings by the data planes' names."""
        self.connections: dict[str, Connection] = {}
        """By ORGANIZATION/NAME: the connections to the data planes that the environments run on."""
        self.findings: list[Finding] = []
        self.terminating: list[Finding] = []
        """Errors about namespaces on data planes on separate clusters that are being deleted."""
        self._plan = plan
        self._controllers = controllers
        self._given = given
        self._passed_on = {node.key: node.data_plane for node in plan.secrets}
        """By Secret that the plan makes: the DataPlane whose kubeconfig is in it."""
        self._texts = dict(self._usable())
        self._secrets = {
            key: self._texts[data_plane.name]
            for key, data_plane in self._passed_on.items()
            if data_plane.name in self._texts
        }
        """The kubeconfigs in the Secrets that the plan makes; several data planes may name the same Secret."""
        self._declared = {
            node.key: node.neighbour.wire.get("data") or {} for node in plan.neighbours if node.neighbour.is_secret
        }
        """The data of the Secrets that the plan declares, which are created as declared before they are used."""
        self._settled: set[str] = set()
        """Data planes about which nothing more can be found out, and whose problems are reported."""
        self._environments: dict[str, list[Declared]] = defaultdict(list)
        for node in plan.of_role(Role.ENVIRONMENT):
            if (data_plane := node.declared.data_plane) is not None:
                self._environments[data_plane.full_name].append(node.declared)
        for name in self._environments:
            own = name.rpartition("/")[2]
            if own in self._texts:
                self.connections[name] = Connection(self._texts[own], DATA_PLANE_KUBECONFIGS)
            elif own in given:
                self._settled.add(name)

    @property
    def remote(self) -> dict[Key, str]:
        """The environments whose data plane is a separate cluster, and that data plane as ORGANIZATION/NAME."""
        return {
            Key.of(each): name
            for name, group in self._environments.items()
            if name in self.connections and self.connections[name].kubeconfig is not None
            for each in group
        }

    async def locate(self, cluster: Cluster, live: Found) -> None:
        """Finds out which clusters the data planes are.

        `cluster` is the control plane, and `live` what was already looked up there. Raises ClusterError if it cannot be
        asked.
        """
        live = {**live, **await look_up(cluster, [target for target in self._targets() if target not in live])}
        self.findings += self._unknown(live)
        wanted: dict[str, Mapping[str, Any]] = {}
        for name, group in self._environments.items():
            manifest = environment_context(group[0], self._plan, live).data_plane
            if manifest is not None:
                wanted[name] = manifest
            elif group[0].data_plane in live:
                self._settled.add(name)
        found = await connections(cluster, wanted.values(), self._texts, self._secrets, self._declared)
        for name, connection in found.items():
            if isinstance(connection, Connection):
                self.connections[name] = connection
            else:
                self._settled.add(name)
                self.findings.append(self._about(name, str(connection)))
        for name in wanted:
            self.findings += self._ignored_by_controllers(name, wanted[name])

    async def check(self) -> None:
        """Checks whether each data plane on a separate cluster answers, and what the credentials may do there.

        Also for one that no environment of the plan runs on, if others will find the kubeconfig in the plan's Secret.
        """

        remote = self.remote

        async def one(name: str) -> list[Finding]:
            connection = self.connections[name]
            try:
                async with Cluster(connection.kubeconfig) as cluster:
                    rights, leaving = await asyncio.gather(
                        denied(cluster, self._plan, self._controllers, remote, name),
                        terminating_namespaces(cluster, self._plan, remote, name),
                    )
                    self.terminating += leaving
                    return rights
            except Forbidden as problem:
                return [
                    warning(
                        self._where(name), f"{problem}; not checked what the credentials may do on data plane {name!r}"
                    )
                ]
            except ClusterError as problem:
                return [self._about(name, f"{problem} (by {connection.origin})")]

        async def passed_on(name: str) -> list[Finding]:
            try:
                async with Cluster(self._texts[name]) as cluster:
                    await cluster.allowed("get", NAMESPACES)
            except ClusterError as problem:
                return [error(self._given[name].where, f"data plane {name!r}: {problem}")]
            return []

        used = set(remote.values())
        unused = {each.name for each in self._passed_on.values() if each.full_name not in used}
        tried = [*map(one, sorted(used)), *map(passed_on, sorted(unused & self._texts.keys()))]
        self.findings += [finding for answer in await asyncio.gather(*tried) for finding in answer]

    def undecided(self) -> Iterator[Finding]:
        """An error for each data plane whose cluster is unknown because the control plane could not be asked."""
        for name in self._environments.keys() - self.connections.keys() - self._settled:
            yield self._about(name, "could not read from the control plane which cluster it is; nothing was applied")

    def _targets(self) -> Iterator[Target]:
        """Data planes outside the stack, also those that only the settings name."""
        for group in self._environments.values():
            if (data_plane := group[0].data_plane) is not None and self._plan.index.find(data_plane) is None:
                yield data_plane
        for name in self._given:
            yield from self._only_given(name)

    def _usable(self) -> Iterator[tuple[str, str]]:
        """The names and texts of the usable kubeconfigs in the settings."""
        passed_on = {each.name for each in self._passed_on.values()}
        for name, kubeconfig in self._given.items():
            try:
                text = kubeconfig_text(kubeconfig.given)
            except ClusterError as problem:
                self.findings.append(error(kubeconfig.where, str(problem)))
                continue
            if name in passed_on and (foreign := foreign_parts(text)):
                message = f"cannot be in the Secret of data plane {name!r}: the kubeconfig {foreign}"
                self.findings.append(error(kubeconfig.where, message))
                continue
            yield name, text

    def _only_given(self, name: str) -> Sequence[Target]:
        """The data planes that a name in the settings may mean if the stack neither declares nor refers to one."""
        owners = {(node.key.organization, node.declared.generation.api_version) for node in self._plan.own}
        targets = dict.fromkeys(
            generation_of(api_version).named(kind.kind, organization, name)
            for organization, api_version in sorted(owners)
            for kind in generation_of(api_version).of_role(Role.DATA_PLANE)
            # Cluster-wide objects have no data planes of an organization.
            if organization or not kind.namespaced
        )
        if any(self._plan.index.find(each) or each.full_name in self._environments for each in targets):
            return []
        return list(targets)

    def _unknown(self, live: Found) -> Iterator[Finding]:
        for name, kubeconfig in self._given.items():
            targets = self._only_given(name)
            if targets and all(each in live and live[each] is None for each in targets):
                organizations = ", ".join(repr(each.organization) for each in targets if each.organization)
                where = f" in organization {organizations}" if organizations else ""
                message = f"no data plane {name!r}{where}: neither in this stack nor in the cluster"
                yield error(kubeconfig.where, message)

    def _ignored_by_controllers(self, name: str, manifest: Mapping[str, Any]) -> Iterator[Finding]:
        connection = self.connections.get(name)
        if self._controllers is Controllers.ABSENT or connection is None or connection.kubeconfig is None:
            return
        known = self._environments[name][0].generation.data_planes
        if not known.connection_is_read and known.connection(manifest):
            message = (
                f"data plane {name.rpartition('/')[2]!r} is a separate cluster (according to {connection.origin}), but "
                f"OpenChoreo's controllers that know {known.connection_field[-1]} do not read it, and run workloads in "
                "their own cluster"
            )
            yield warning(self._where(name), message)

    def _about(self, name: str, problem: str) -> Finding:
        first, *others = self._environments[name]
        more = f" and {len(others)} more" if others else ""
        message = f"data plane {name.rpartition('/')[2]!r} of environment {first.name!r}{more}: {problem}"
        return error(self._where(name), message)

    def _where(self, name: str) -> Location:
        first = self._environments[name][0]
        return first.at(*first.generation.data_planes.field)
