"""Composites: the kinds of core.choreo.dev/v1 that are more than their object, for a Platform.

See `generations.Composites`.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject
from choreo_components.components.core_v1.connection import connection_secret
from choreo_components.components.core_v1.data_plane import DataPlane
from choreo_components.components.core_v1.environment import Environment
from choreo_components.components.core_v1.former_urns import with_former_urn
from choreo_components.components.core_v1.organization import Organization, organization_namespace
from choreo_components.components.provisioning import Provisioning, SeparateDataPlane
from choreo_components.config.settings import Declared

__all__ = ["COMPOSITES", "connection_secret", "surround", "with_environment", "with_former_urn"]

COMPOSITES: Mapping[str, type[ObjectComponent]] = {
    each.__name__: each for each in (Organization, DataPlane, Environment)
}
"""By kind: the components with more than one child."""


def surround(
    component: ObjectComponent,
    role: str,
    made: KubernetesObject,
    declared: Declared,
    given: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    elsewhere: SeparateDataPlane | None,
) -> tuple[KubernetesObject, Provisioning | None]:
    """The last resource that belongs to an object `made` in its component, and the provisioning of an environment."""
    match component:
        case Organization():
            return organization_namespace(role, made, declared.name, given, opts, component), None
        case Environment():
            data_plane = declared.spec.data_plane_ref
            provisioning = Provisioning(
                GENERATION, role, made, declared.organization, data_plane, given, opts, component, elsewhere
            )
            return made, provisioning
        case _:
            return made, None


def with_environment(environment: pulumi.Output[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """An object of an environment, with the environment's name from the finalizer's output."""
    metadata = body["metadata"]
    return {**body, "metadata": {**metadata, "labels": {**metadata["labels"], labels.ENVIRONMENT: environment}}}
