"""The generations' composites: what a Platform has to know of kinds that are more than their object.

Each folder beside this module is a generation, and its module `composites` has all of the protocol here.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject
from choreo_components.components.folders import folders
from choreo_components.components.provisioning import Elsewhere, Provisioning
from choreo_components.config.settings import Declared


class ConnectionSecret(Protocol):
    """Makes the Secret that a data plane refers to, with the kubeconfig of its own cluster in it."""

    def __call__(
        self, role: str, name: str, organization: str, data_plane: str, kubeconfig: str, opts: pulumi.ResourceOptions
    ) -> KubernetesObject:
        """The Secret `name`, called `role` in the program."""
        ...


class Composites(Protocol):
    """The composites of a generation, a module."""

    COMPOSITES: Mapping[str, type[ObjectComponent]]
    """By kind: the components that have more children than one."""

    connection_secret: ConnectionSecret | None
    """None: data planes have no credentials, and refer to no Secret."""

    def surround(
        self,
        component: ObjectComponent,
        role: str,
        made: KubernetesObject,
        declared: Declared,
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
        elsewhere: Elsewhere | None,
    ) -> tuple[KubernetesObject, Provisioning | None]:
        """What comes with an object that was `made` in its component: whatever needs it has to come after that.

        With an environment comes its provisioning, whose namespaces are still to be added. `given` and `opts` are what
        the object was made with; `elsewhere` is its data plane, where that is a cluster of its own.
        """
        ...

    def with_former_urn(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """A transformation: what a resource was called in states of earlier releases, so that it is not replaced."""
        ...

    def by_way_of(self, environment: pulumi.Output[str], body: Mapping[str, Any]) -> dict[str, Any]:
        """An object of an environment, in wire names, with the environment's name as the finalizer has it.

        So the object is made anew when its environment is.
        """
        ...


def composites_of(api_version: str) -> Composites:
    """Those of the generation."""
    return by_api_version()[api_version]


def former_urns() -> list[pulumi.ResourceTransformation]:
    """The transformations of all generations that give resources their former URNs."""
    return [each.with_former_urn for each in by_api_version().values()]


@cache
def by_api_version() -> Mapping[str, Composites]:
    """The composites of all generations."""
    modules: dict[str, Any] = {
        api_version: import_module(f"choreo_components.components.{folder}.composites")
        for api_version, folder in folders().items()
    }
    return modules
