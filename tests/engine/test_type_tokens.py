"""Type tokens: a stack that was brought up with earlier names of components has no changes."""

import pytest

from tests.engine.foreign import REMOTE
from tests.engine.workspace import Workspace

BEFORE = """
from choreo_components.components import base

base.token = lambda module, name: f"choreo:index:{name}"
base.former_tokens = lambda module, name: []
"""
"""Turns our components into those of a release before the generations."""

PYTHON = """
import pulumi
from choreo_components import Controllers, DataPlane, Environment, Organization

organization = Organization(pulumi.Config().require("organization"), {"controllers": Controllers.ABSENT})
plane = DataPlane("plane", {
    "organization": organization.namespace,
    "controllers": Controllers.ABSENT,
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": "elsewhere-connection",
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
})
Environment("development", {
    "organization": organization.namespace,
    "controllers": Controllers.ABSENT,
    "dataPlaneRef": plane.name,
    "projects": ["portal"],
})
"""

FOREIGN = (
    REMOTE
    + """
organization = Remote("Organization", pulumi.Config().require("organization"), {"controllers": "absent"})
plane = Remote("DataPlane", "plane", {
    "organization": organization.namespace,
    "controllers": "absent",
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": "elsewhere-connection",
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
})
Remote("Environment", "development", {
    "organization": organization.namespace,
    "controllers": "absent",
    "dataPlaneRef": plane.name,
    "projects": ["portal"],
})
"""
)


@pytest.fixture
def before(workspace: Workspace, organization: str) -> Workspace:
    """A workspace whose stack `tokens` is up with the earlier components."""
    workspace.project({"__main__.py": BEFORE + PYTHON}, name="tokens")
    workspace.stack("tokens")
    workspace.run("config", "set", "--stack", "tokens", "organization", organization)
    workspace.up("tokens")
    assert "choreo:index:Environment" in types(workspace)
    return workspace


def types(workspace: Workspace) -> set[str]:
    """The types of the components in the state."""
    return {each["type"] for each in workspace.resources("tokens") if not each["custom"]}


def test_nothing_changes_when_components_get_a_generation(before: Workspace) -> None:
    # An earlier SDK still uses these names.
    before.project({"__main__.py": FOREIGN.replace("choreo:core/v1:", "choreo:index:")}, name="tokens")
    assert before.up("tokens").changes.keys() == {"unchanged"}
    before.project({"__main__.py": PYTHON}, name="tokens")
    assert before.up("tokens").changes.keys() == {"unchanged"}
    kinds = ("Organization", "DataPlane", "Environment")
    assert types(before) == {"pulumi:pulumi:Stack", *(f"choreo:core/v1:{kind}" for kind in kinds)}
    before.destroy("tokens")
    assert before.resources("tokens") == []
