"""Composites of the generations: what a Platform must know of kinds that are more than their object.

Each folder next to this module is a generation, and its module `composites` implements the protocol here.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject
from choreo_components.components.folders import folders
from choreo_components.components.provisioning import Provisioning, SeparateDataPlane
from choreo_components.config.settings import Declared


class ConnectionSecret(Protocol):
    """Makes the Secret that a data plane refers to, with the kubeconfig of its cluster."""

    def __call__(
        self, role: str, name: str, organization: str, data_plane: str, kubeconfig: str, opts: pulumi.ResourceOptions
    ) -> KubernetesObject:
        """The Secret `name`, which is the resource `role` in the program."""
        ...


class Composites(Protocol):
    """The composites of a generation, as a module."""

    COMPOSITES: Mapping[str, type[ObjectComponent]]
    """By kind: the components with more than one child."""

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
        elsewhere: SeparateDataPlane | None,
    ) -> tuple[KubernetesObject, Provisioning | None]:
        """The last resource that belongs to an object `made` in its component: others that need the object follow it.

        For an environment, also its provisioning, whose namespaces are still to be added. `given` and `opts` are those
        of the object; `elsewhere` is its data plane, if that is a separate cluster.
        """
        ...

    def with_former_urn(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """A transformation that adds a resource's URN in states of earlier releases, so that it is not replaced."""
        ...

    def with_environment(self, environment: pulumi.Output[str], body: Mapping[str, Any]) -> dict[str, Any]:
        """An object of an environment, in wire names, with the environment's name from the finalizer's output.

        So the object is replaced when its environment is.
        """
        ...


def composites_of(api_version: str) -> Composites:
    """The composites of a generation."""
    return by_api_version()[api_version]


def former_urns() -> list[pulumi.ResourceTransformation]:
    """The transformations of all generations that add former URNs to resources."""
    return [each.with_former_urn for each in by_api_version().values()]


@cache
def by_api_version() -> Mapping[str, Composites]:
    """The composites of all generations."""
    modules: dict[str, Any] = {
        api_version: import_module(f"choreo_components.components.{folder}.composites")
        for api_version, folder in folders().items()
    }
    return modules
