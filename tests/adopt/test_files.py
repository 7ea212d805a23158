"""The files of an adoption appear all together or not at all, and nothing of the user's is overwritten."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.adopt import files
from choreo_components.adopt.files import Occupied, write
from choreo_components.adopt.partition import Stack, divide
from choreo_components.api import ApiObject
from choreo_components.config.options import Controllers
from choreo_components.config.project import read_stack
from choreo_components.config.settings import Settings
from tests import declaring
from tests.adopt.living import acme


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that keeps its stacks in a separate folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\nstackConfigDir: stacks\n")
    return tmp_path


def of_acme() -> list[tuple[Stack, str]]:
    """The stacks of an organization with one environment."""
    return [(each.stack, "{}") for each in divide(acme(), "acme").stacks]


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_stack_has_its_settings_and_a_file_for_each_object(project: Path) -> None:
    write(project, of_acme())
    assert tree(project / "stacks") == [
        "Pulumi.acme-development.yaml",
        "Pulumi.acme.yaml",
        "acme-development/deployments/web-development.yaml",
        "acme-development/environments/development.yaml",
        "acme/components/web.yaml",
        "acme/dataplanes/dp-local.yaml",
        "acme/deployableartifacts/web-1.yaml",
        "acme/deploymentpipelines/pipeline.yaml",
        "acme/deploymenttracks/web-main.yaml",
        "acme/organizations/acme.yaml",
        "acme/projects/shop.yaml",
    ]
    assert (
        (project / "stacks" / "Pulumi.acme-development.yaml").read_text()
        == """\
config:
  choreo:controllers: absent
  choreo:manifests:
    - stacks/acme-development/*/*.yaml
  choreo:projects:
    - shop
"""
    )


def test_what_is_written_is_read_as_it_was_planned(project: Path) -> None:
    write(project, of_acme())
    for each in divide(acme(), "acme").stacks:
        read = read_stack(project, each.stack.name)
        assert read.findings == ()
        assert _objects(read.settings) == _objects(each.settings)


def _objects(read: Settings) -> dict[tuple[str, str], ApiObject]:
    return {(each.kind, each.name): each.object for each in read.declared}


def test_what_pulumi_has_written_is_kept(project: Path) -> None:
    (project / "stacks").mkdir()
    file = project / "stacks" / "Pulumi.acme.yaml"
    file.write_text("encryptionsalt: v1:x=\nconfig:\n  kubernetes:context: kind\n")
    write(project, of_acme())
    kept = yaml.safe_load(file.read_text())
    assert (kept["encryptionsalt"], kept["config"]["kubernetes:context"]) == ("v1:x=", "kind")
    assert kept["config"]["choreo:controllers"] == "absent"


def test_a_file_that_only_its_owner_may_read_stays_so(project: Path) -> None:
    (project / "stacks").mkdir()
    file = project / "stacks" / "Pulumi.acme.yaml"
    file.write_text("encryptionsalt: v1:x=\n")
    file.chmod(0o600)
    write(project, of_acme())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_project_may_keep_its_stacks_outside_of_its_folder(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project / "Pulumi.yaml").write_text(f"name: mine\nruntime: python\nstackConfigDir: {elsewhere}\n")
    written = write(project, of_acme())
    assert [each.settings for each in written] == [
        elsewhere / "Pulumi.acme.yaml",
        elsewhere / "Pulumi.acme-development.yaml",
    ]
    for each in divide(acme(), "acme").stacks:
        assert _objects(read_stack(project, each.stack.name).settings) == _objects(each.settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"config: [1]\n", "should be a mapping of settings"),
        (b"config: {a: [\n", "Pulumi.acme.yaml"),
        (b"config: {a: '\xff'}\n", "UTF-8"),
        (b"config: {other:a: b}\n", "put each setting on a separate line"),
        (b"config: {}\n---\nconfig: {}\n", "put each setting on a separate line"),
    ],
)
def test_a_stacks_file_that_cannot_be_extended_is_an_error_and_nothing_is_written(
    project: Path, text: bytes, message: str
) -> None:
    (project / "stacks").mkdir()
    (project / "stacks" / "Pulumi.acme.yaml").write_bytes(text)
    before = tree(project)
    with pytest.raises(Occupied, match=message):
        write(project, of_acme())
    assert tree(project) == before


def test_a_setting_without_a_namespace_is_one_of_ours_in_a_project_of_that_name(project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: choreo\nruntime: python\nstackConfigDir: stacks\n")
    (project / "stacks").mkdir()
    (project / "stacks" / "Pulumi.acme.yaml").write_text("config:\n  manifests: [a.yaml]\n")
    with pytest.raises(Occupied, match=r"has settings already \(manifests\)"):
        write(project, of_acme())


@pytest.mark.parametrize(
    "there",
    ["stacks/Pulumi.acme-development.yaml", "stacks/acme/projects/mine.yaml", ".choreo/import-acme-development.json"],
)
def test_nothing_is_overwritten_and_then_nothing_is_written(project: Path, there: str) -> None:
    (project / there).parent.mkdir(parents=True)
    (project / there).write_text("config: {choreo:controllers: present}\n")
    before = tree(project)
    with pytest.raises(Occupied, match=r"settings already|exists already"):
        write(project, of_acme())
    assert tree(project) == before


def test_a_disk_that_is_full_half_way_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(project)

    def full(stack: Stack, *_: Any) -> str:
        if stack.name == "acme-development":
            raise OSError("no space left on device")
        return "config: {}\n"

    monkeypatch.setattr(files, "_settings", full)
    with pytest.raises(OSError, match="no space"):
        write(project, of_acme())
    assert tree(project) == before


def test_the_import_file_is_private_and_git_does_not_see_it(project: Path) -> None:
    write(project, of_acme())
    imports = project / ".choreo" / "import-acme.json"
    assert stat.S_IMODE(imports.stat().st_mode) == 0o600
    assert (project / ".choreo" / ".gitignore").read_text() == "*\n"


def test_a_secret_is_in_no_file_and_its_object_is_inline_without_it(project: Path) -> None:
    plane = declaring.data_plane()
    plane["spec"]["kubernetesCluster"]["credentials"] = {"apiServerURL": "https://x", "clientKey": "c2VjcmV0"}
    stack = Stack("acme", Controllers.ABSENT, (declaring.organization(), plane))

    (written,) = write(project, [(stack, "{}")])

    assert [each.setting for each in written.secrets] == [
        "choreo:resources[0].spec.kubernetesCluster.credentials.clientKey"
    ]
    inline = yaml.safe_load((project / written.settings).read_text())["config"]["choreo:resources"]
    assert inline[0]["spec"]["kubernetesCluster"]["credentials"] == {"apiServerURL": "https://x"}
    assert not [path for path in tree(project) if "c2VjcmV0" in (project / path).read_text()]


def test_a_name_that_is_too_long_for_a_file_is_cut(project: Path) -> None:
    stack = Stack("acme", Controllers.ABSENT, (declaring.component("a" * 253), declaring.component("a" * 252)))
    write(project, [(stack, "{}")])
    assert len(list((project / "stacks" / "acme" / "components").iterdir())) == 2


def test_a_project_in_json_gets_json(project: Path) -> None:
    (project / "Pulumi.yaml").rename(project / "Pulumi.json")
    assert json.loads(files._settings(of_acme()[0][0], project / "Pulumi.acme.json", Path("acme")))["config"]
