"""The cluster's definitions: an object that does not fit them is refused at preview, and nothing is applied."""

from typing import Any

from tests import declaring
from tests.engine.workspace import Workspace

SERVES_LATER = (
    "the cluster's DataPlane is that of OpenChoreo v0.2.0, but this one is written for OpenChoreo before v0.2.0: it "
    "would drop spec.kubernetesCluster.connectionConfigRef, spec.kubernetesCluster.featureFlags, "
    "and it requires spec.registry, spec.kubernetesCluster.credentials"
)
SERVES_EARLIER = (
    "the cluster's DataPlane is that of OpenChoreo before v0.2.0, but this one is written for OpenChoreo v0.2.0: it "
    "would drop spec.kubernetesCluster.credentials, spec.registry, "
    "and it requires spec.kubernetesCluster.connectionConfigRef, spec.kubernetesCluster.featureFlags"
)


def assert_refused(workspace: Workspace, organization: str, plane: dict[str, Any], message: str) -> None:
    """The data plane is refused, with this message alone, and its organization is not made either."""
    workspace.stack("planes", {"choreo:resources": [declaring.organization(organization), plane]})
    for said in (workspace.preview("planes", fails=True).said, workspace.up("planes", fails=True).said):
        assert message in said
        assert "1 error in what this stack declares; nothing was applied" in said
        assert "Pulumi.planes.yaml:" in said
        assert "Traceback" not in said
    assert {each["type"] for each in workspace.resources("planes")} <= {"pulumi:pulumi:Stack"}
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""


def test_a_data_plane_of_before_v0_2_0_is_refused_where_that_is_served(later: Workspace, organization: str) -> None:
    assert_refused(later, organization, declaring.data_plane("dp", organization), SERVES_LATER)


def test_a_data_plane_of_v0_2_0_is_refused_where_earlier_ones_are_served(
    workspace: Workspace, organization: str
) -> None:
    assert_refused(workspace, organization, declaring.data_plane_with_credentials("dp", organization), SERVES_EARLIER)
