"""What Pulumi has encrypted in a stack's file is unknown offline: no error, but named where it hides an object."""

from pathlib import Path
from typing import Any

import yaml

from choreo_components.config.project import read_stack
from choreo_components.plan.workspace import Workspace
from tests import declaring

SEALED = {"secure": "v1:AAAA:BBBB"}


def findings(folder: Path, *resources: dict[str, Any]) -> list[str]:
    """What is found in a stack of these resources."""
    (folder / "Pulumi.yaml").write_text("name: choreo\nruntime: python\n")
    config = {"config": {"choreo:resources": list(resources)}, "encryptionsalt": "v1:salt"}
    (folder / "Pulumi.test.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return [str(finding) for finding in read_stack(folder, "test").findings]


def test_an_encrypted_private_key_counts_as_base64(tmp_path: Path) -> None:
    plane = declaring.data_plane_with_credentials()
    plane["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = SEALED
    assert findings(tmp_path, plane) == []


def test_an_object_that_cannot_be_read_for_an_encrypted_value_is_named(tmp_path: Path) -> None:
    """The value itself is no error: it may be right."""
    environment = declaring.environment()
    environment["spec"]["isProduction"] = SEALED
    for lost in (environment, SEALED, {"apiVersion": "v1", "kind": "Namespace", "metadata": SEALED}):
        [line] = findings(tmp_path, declaring.organization(), lost)
        assert line.endswith(": choreo:resources[1]: warning: is encrypted, in whole or in part; not checked")
    assert not read_stack(tmp_path, "test").complete, "an object could not be read: what it may declare is not known"


def test_of_encrypted_settings_of_another_type_only_manifests_are_named(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: choreo\nruntime: python\n")
    config = {
        "choreo:manifests": [SEALED],
        "choreo:projects": [SEALED],
        "choreo:timeouts": {"ready": SEALED},
    }
    (tmp_path / "Pulumi.test.yaml").write_text(yaml.safe_dump({"config": config}))
    [found] = read_stack(tmp_path, "test").findings
    assert (found.where.field, found.message) == (
        "choreo:manifests[0]",
        "is encrypted, in whole or in part; not checked",
    )


def test_encrypted_host_names_do_not_count_as_the_same(tmp_path: Path) -> None:
    environments = [declaring.environment(name, dns_prefix="x") for name in ("a", "b")]
    for each in environments:
        each["spec"]["gateway"]["dnsPrefix"] = SEALED
    findings(tmp_path, *environments)
    reported = Workspace([read_stack(tmp_path, "test")]).findings(whole=False)
    assert reported == {"test": []}


# --- What is not encrypted -----------------------------------------------------------------------------------------


def test_a_private_key_in_plain_text_is_a_warning_with_the_command_that_encrypts_it(tmp_path: Path) -> None:
    [reported] = findings(tmp_path, declaring.organization(), declaring.data_plane_with_credentials())
    field = "choreo:resources[1].spec.kubernetesCluster.credentials.clientKey"
    assert reported.partition(": warning: ")[0].endswith(f": {field}")
    assert reported.endswith(f"pulumi config set --secret --path '{field}'")
    assert declaring.CREDENTIALS["clientKey"] not in reported


def test_kubeconfigs_in_plain_text_are_warnings_and_their_paths_are_not(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: choreo\nruntime: python\n")
    text = "kind: Config\nusers: [{user: {token: very-secret}}]\n"
    config = {
        "choreo:kubeconfig": text,
        "choreo:dataPlaneKubeconfigs": {"dp": text, "dp.east": text, "by-path": "~/.kube/dp", "sealed": SEALED},
    }
    (tmp_path / "Pulumi.test.yaml").write_text(yaml.safe_dump({"config": config}))
    reported = [str(each) for each in read_stack(tmp_path, "test").findings]
    assert [line.partition("--secret ")[2] for line in reported] == [
        "--path 'choreo:kubeconfig' < FILE",
        "--path 'choreo:dataPlaneKubeconfigs.dp' < FILE",
        "--path 'choreo:dataPlaneKubeconfigs[\"dp.east\"]' < FILE",
    ]
    assert "very-secret" not in "".join(reported)


def test_an_encrypted_name_counts_as_a_name(tmp_path: Path) -> None:
    environment = declaring.environment()
    environment["spec"]["dataPlaneRef"] = SEALED
    environment["metadata"]["name"] = SEALED
    assert findings(tmp_path, environment) == []
