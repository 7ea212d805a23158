"""core.choreo.dev/v1 as a generation: the API of OpenChoreo before its release 0.3."""

from typing import Final

from choreo_components.api.core_v1 import API_VERSION, data_planes, hierarchy, labels, names
from choreo_components.api.core_v1.holds import hold
from choreo_components.api.core_v1.order import ORDER
from choreo_components.api.core_v1.ownership import OWNERSHIP
from choreo_components.api.core_v1.teardown import TEARDOWN
from choreo_components.api.generation import DataPlanes, Generation, Kind, Namespaces, deferred


def _kinds() -> tuple[Kind, ...]:
    from choreo_components.api.core_v1.kinds import KINDS

    return KINDS


_HERE = __name__.rpartition(".")[0]

GENERATION: Final = Generation(
    api_version=API_VERSION,
    load=_kinds,
    order=ORDER,
    identify=deferred(f"{_HERE}.identity", "identify"),
    metadata=deferred(f"{_HERE}.identity", "metadata"),
    references=deferred(f"{_HERE}.references", "references"),
    checks=deferred(f"{_HERE}.checks", "checks"),
    checks_together=deferred(f"{_HERE}.checks", "checks_together"),
    named=hierarchy.named,
    promoted=hierarchy.promoted_environments,
    cell_of=hierarchy.cell_of,
    waits=lambda _: True,
    serves_production=data_planes.is_production,
    secrets=deferred(f"{_HERE}.secrets", "secrets"),
    namespaces=Namespaces(
        name=names.data_plane_namespace,
        labels=labels.data_plane_namespace_labels,
        cell_labels=labels.CELL_LABELS,
        of_environment=labels.environment_namespace_selector,
        varying=frozenset({labels.ENVIRONMENT_NAME}),
        of_organization=labels.organization_namespaces_selector,
        tenant_labels=labels.organization_namespace_labels,
        tenant=labels.organization_of_namespace,
        reserved=labels.OF_DATA_PLANES,
        maker=None,
        builds=names.organization_of_builds,
        built_by="Build",
    ),
    teardown=TEARDOWN,
    data_planes=DataPlanes(
        of_environment=data_planes.of_environment,
        field=data_planes.OF_ENVIRONMENT,
        connection=data_planes.connection,
        connection_field=data_planes.CONNECTION,
        connection_key=names.CONNECTION_KEY,
        connection_labels=labels.connection_labels,
        connections=labels.connections_selector,
        connected=hierarchy.connected,
        kubeconfig=data_planes.kubeconfig,
        hosts=data_planes.hosts,
        connection_is_read=False,
    ),
    ownership=OWNERSHIP,
    hold=hold,
    other_groups=("openchoreo.dev",),
    finalizers=labels.PREFIX,
)
"""All that choreo knows of core.choreo.dev/v1."""
