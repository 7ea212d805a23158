"""core.choreo.dev/v1 as a generation: the API of OpenChoreo before its release 0.3."""

from typing import Final

from choreo_components.api.core_v1 import data_planes, labels
from choreo_components.api.core_v1.checks import checks, checks_together
from choreo_components.api.core_v1.identity import identify, metadata
from choreo_components.api.core_v1.kinds import KINDS, ORDER
from choreo_components.api.core_v1.models import API_VERSION
from choreo_components.api.core_v1.names import CONNECTION_KEY, data_plane_namespace
from choreo_components.api.core_v1.references import named, placed, promoted_environments, references
from choreo_components.api.generation import DataPlanes, Generation, Namespaces

GENERATION: Final = Generation(
    api_version=API_VERSION,
    kinds=KINDS,
    order=ORDER,
    identify=identify,
    metadata=metadata,
    references=references,
    checks=checks,
    checks_together=checks_together,
    named=named,
    promoted=promoted_environments,
    placed=placed,
    is_production=data_planes.is_production,
    namespaces=Namespaces(
        name=data_plane_namespace,
        labels=labels.data_plane_namespace_labels,
        placement=labels.data_plane_namespace_placement,
        of_environment=labels.environment_namespace_selector,
        of_organization=labels.organization_namespaces_selector,
        tenant_labels=labels.organization_namespace_labels,
        tenant=labels.organization_of_namespace,
        reserved=labels.OF_DATA_PLANES,
    ),
    data_planes=DataPlanes(
        of_environment=data_planes.of_environment,
        field=data_planes.OF_ENVIRONMENT,
        connection=data_planes.connection,
        connection_field=data_planes.CONNECTION,
        connection_key=CONNECTION_KEY,
        connection_labels=labels.connection_labels,
        kubeconfig=data_planes.kubeconfig,
        hosts=data_planes.hosts,
        connection_is_read=False,
    ),
    other_groups=("openchoreo.dev",),
    finalizers=labels.PREFIX,
)
"""All that choreo knows of core.choreo.dev/v1."""
