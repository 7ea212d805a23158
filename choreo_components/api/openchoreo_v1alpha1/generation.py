"""openchoreo.dev/v1alpha1 as a generation: the API of every release of OpenChoreo since 0.3."""

from collections.abc import Mapping
from typing import Any, Final

from choreo_components.api.generation import (
    NAMESPACE,
    DataPlanes,
    Earlier,
    Generation,
    Kind,
    NamespaceMaker,
    Namespaces,
    deferred,
)
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, data_planes, hierarchy, labels, names
from choreo_components.api.openchoreo_v1alpha1.holds import hold
from choreo_components.api.openchoreo_v1alpha1.order import ORDER
from choreo_components.api.openchoreo_v1alpha1.ownership import OWNERSHIP
from choreo_components.api.openchoreo_v1alpha1.promotion import PROMOTION
from choreo_components.api.openchoreo_v1alpha1.replacements import replacement
from choreo_components.api.openchoreo_v1alpha1.teardown import TEARDOWN


def _kinds() -> tuple[Kind, ...]:
    from choreo_components.api.openchoreo_v1alpha1.kinds import KINDS

    return tuple(sorted(KINDS, key=lambda kind: ORDER.index(kind.kind)))


def _project_binding(namespace: str, project: str, environment: str) -> Mapping[str, Any]:
    """The ProjectReleaseBinding of a project in an environment; its release is for a controller to fill in."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ProjectReleaseBinding",
        "metadata": {
            "name": names.binding(project, environment),
            "namespace": namespace,
            "labels": {labels.PROJECT: project},
        },
        "spec": {"owner": {"projectName": project}, "environment": environment},
    }


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
    waits=deferred(f"{_HERE}.readiness", "waits"),
    serves_production=data_planes.is_production,
    secrets=deferred(f"{_HERE}.secrets", "secrets"),
    namespaces=Namespaces(
        name=names.data_plane_namespace,
        labels=labels.data_plane_namespace_labels,
        cell_labels=labels.CELL_LABELS,
        of_environment=labels.environment_selector,
        varying=frozenset({labels.ENVIRONMENT}),
        of_organization=labels.namespaces_selector,
        tenant_labels=labels.tenant_labels,
        tenant=labels.tenant,
        reserved=labels.OF_DATA_PLANES,
        maker=NamespaceMaker("ProjectReleaseBinding", _project_binding),
        builds=names.namespace_of_workflows,
        built_by="WorkflowRun",
    ),
    teardown=TEARDOWN,
    data_planes=DataPlanes(
        of_environment=data_planes.of_environment,
        field=data_planes.OF_ENVIRONMENT,
        connection=lambda _: None,
        connection_field=(),
        connection_key="",
        connection_labels=lambda *_: {},
        connections=None,
        connected=lambda _: None,
        kubeconfig=lambda _: None,
        hosts=data_planes.hosts,
        connection_is_read=False,
        unreachable=data_planes.unreachable,
    ),
    ownership=OWNERSHIP,
    sole=hierarchy.sole,
    hold=hold,
    replacement=replacement,
    earlier=(
        Earlier(
            "OpenChoreo v1.1 or earlier",
            kinds=frozenset({"ProjectReleaseBinding"}),
            fields=frozenset({("Project", ("spec", "type"))}),
        ),
    ),
    answers_dry_runs=True,
    kinds_of_kubernetes=frozenset({("v1", NAMESPACE)}),
    tenant="namespace",
    other_groups=("core.choreo.dev",),
    finalizers=labels.PREFIX,
    promotion=PROMOTION,
)
"""All that choreo knows of openchoreo.dev/v1alpha1."""
