"""Composites: the kinds of openchoreo.dev/v1alpha1 that are more than their object, for a Platform.

See `generations.Composites`.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.hierarchy import IN_ENVIRONMENTS
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject
from choreo_components.components.generations import ConnectionSecret
from choreo_components.components.openchoreo_v1alpha1.environment import Environment
from choreo_components.components.provisioning import Provisioning, SeparateDataPlane, reference_to
from choreo_components.config.settings import Declared

COMPOSITES: Mapping[str, type[ObjectComponent]] = {Environment.__name__: Environment}
"""By kind: the components with more than one child."""

connection_secret: ConnectionSecret | None = None
"""Planes have no credentials: their agents connect to the control plane."""


def surround(
    component: ObjectComponent,
    role: str,
    made: KubernetesObject,
    declared: Declared,
    given: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    elsewhere: SeparateDataPlane | None,
) -> tuple[KubernetesObject, Provisioning | None]:
    """The object `made` in its component, which has no further resources, and the provisioning of an environment."""
    target = declared.data_plane
    reference = None if target is None else reference_to(target)
    provisioning = Provisioning(
        GENERATION, role, made, declared.organization, reference, given, opts, component, elsewhere
    )
    return made, provisioning


def with_former_urn(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """None: no state of an earlier release has objects of this API."""
    return None


def with_environment(environment: pulumi.Output[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """An object of an environment, with the environment's name from the finalizer's output.

    A pipeline, which follows finalizers too, belongs to none of its environments, and is not changed.
    """
    if body["kind"] not in IN_ENVIRONMENTS:
        return dict(body)
    return {**body, "spec": {**body["spec"], "environment": environment}}
