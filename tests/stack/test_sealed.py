"""What Pulumi has encrypted in a stack's file is not known offline, and nothing is said of it."""

from pathlib import Path
from typing import Any

import yaml

from choreo_components.project import read_stack
from tests.stack import declaring

SEALED = {"secure": "v1:AAAA:BBBB"}


def findings(folder: Path, *resources: dict[str, Any]) -> list[str]:
    """What is found in a stack of these resources."""
    (folder / "Pulumi.yaml").write_text("name: choreo\nruntime: python\n")
    config = {"config": {"choreo:resources": list(resources)}, "encryptionsalt": "v1:salt"}
    (folder / "Pulumi.test.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return [str(finding) for finding in read_stack(folder, "test").findings]


def test_an_encrypted_private_key_is_taken_for_base64(tmp_path: Path) -> None:
    plane = declaring.data_plane_with_credentials()
    plane["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = SEALED
    assert findings(tmp_path, plane) == []


def test_an_encrypted_name_is_taken_for_a_name(tmp_path: Path) -> None:
    environment = declaring.environment()
    environment["spec"]["dataPlaneRef"] = SEALED
    environment["metadata"]["name"] = SEALED
    assert findings(tmp_path, environment) == []
