"""Target clusters: the clusters that stacks are applied to, with the stacks' settings decrypted."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.config.project import NoProject
from choreo_components.inspection.target_clusters import TargetCluster, UnreadableStack, target_clusters
from tests import declaring
from tests.inspection.worlds import kubeconfig

pytestmark = pytest.mark.processes_in_threads

SEALED = {"secure": "v1:abc:def"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without stacks, and no program pulumi on the PATH."""
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def declare(folder: Path, name: str, *objects: declaring.Manifest, **more: Any) -> None:
    config = {"choreo:resources": list(objects), **{f"choreo:{key}": value for key, value in more.items()}}
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}, sort_keys=False))


def pulumi(folder: Path, script: str) -> None:
    """A program pulumi that runs this script."""
    program = folder / "bin" / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def printing(folder: Path, settings: Mapping[str, Any]) -> None:
    """A program pulumi that prints these settings as `pulumi config --json` does."""
    answer = {
        f"choreo:{key}": {"value": value if isinstance(value, str) else json.dumps(value), "secret": True}
        | ({} if isinstance(value, str) else {"objectValue": value})
        for key, value in settings.items()
    }
    (folder / "answer.json").write_text(json.dumps(answer))
    pulumi(folder, f'echo "$PWD $*" > {folder}/asked; exec {os.path.realpath("/bin/cat")} {folder}/answer.json')


def stacks(found: list[TargetCluster]) -> list[list[str]]:
    return [[stack.name for stack in each.stacks] for each in found]


def test_stacks_without_a_kubeconfig_have_the_ambient_one_and_pulumi_is_not_called(folder: Path) -> None:
    declare(folder, "acme", declaring.organization())
    declare(folder, "beta", declaring.organization("beta"))
    (found,) = target_clusters(folder, (), None)
    assert (found.kubeconfig, stacks([found])) == (None, [["acme", "beta"]])
    assert found.organizations == {"acme", "beta"}


def test_organizations_that_a_stack_only_refers_to_are_included(folder: Path) -> None:
    declare(folder, "development", declaring.environment())
    (found,) = target_clusters(folder, ["development"], None)
    assert found.organizations == {"acme"}


def test_an_encrypted_kubeconfig_is_decrypted_by_pulumi_in_the_folder_of_the_project(folder: Path) -> None:
    text = kubeconfig("https://one")
    declare(folder, "acme", declaring.organization(), kubeconfig=SEALED)
    printing(folder, {"resources": [declaring.organization()], "kubeconfig": text})
    (found,) = target_clusters(folder, (), None)
    assert found.kubeconfig == text
    assert (folder / "asked").read_text().split()[:2] == [str(folder), "config"]
    assert found.stacks[0].unknown == frozenset()


def test_a_decrypted_value_has_its_place_in_the_file_and_is_marked_as_secret(folder: Path) -> None:
    declared, sealed = declaring.environment(), declaring.environment()
    sealed["spec"]["gateway"]["dnsPrefix"] = SEALED
    declare(folder, "development", sealed)
    printing(folder, {"resources": [declared]})
    ((stack,),) = [each.stacks for each in target_clusters(folder, (), None)]
    (environment,) = stack.settings.declared
    assert environment.spec.gateway.dns_prefix == "development"
    where = environment.at("spec", "gateway", "dnsPrefix")
    assert stack.secrets == {where.field}
    assert "dnsPrefix" in (folder / "Pulumi.development.yaml").read_text().splitlines()[(where.line or 0) - 1]


def test_with_a_kubeconfig_nothing_is_decrypted_and_unknown_fields_are_recorded(folder: Path) -> None:
    sealed = declaring.environment()
    sealed["spec"]["gateway"]["dnsPrefix"] = SEALED
    declare(folder, "development", sealed, kubeconfig=SEALED)
    (found,) = target_clusters(folder, (), Path("/some/kubeconfig"))
    assert found.kubeconfig == Path("/some/kubeconfig")
    assert found.stacks[0].unknown == {"choreo:resources[0].spec.gateway.dnsPrefix", "choreo:kubeconfig"}


def test_stacks_whose_kubeconfigs_lead_to_one_server_share_it(folder: Path) -> None:
    declare(folder, "a", declaring.organization(), kubeconfig=kubeconfig("https://one"))
    declare(folder, "b", declaring.environment(), kubeconfig=kubeconfig("https://two"))
    declare(folder, "c", declaring.project(), kubeconfig=kubeconfig("https://one", user="other"))
    assert stacks(target_clusters(folder, (), None)) == [["a", "c"], ["b"]]


def test_an_unusable_kubeconfig_is_a_separate_cluster(folder: Path) -> None:
    declare(folder, "a", declaring.organization(), kubeconfig=kubeconfig("https://one"))
    declare(folder, "b", declaring.environment(), kubeconfig="none\n")
    assert stacks(target_clusters(folder, (), None)) == [["a"], ["b"]]


def test_a_cluster_is_reached_by_each_kubeconfig_with_the_stacks_that_have_it(folder: Path) -> None:
    first, other = kubeconfig("https://one"), kubeconfig("https://one", user="other")
    declare(folder, "a", declaring.organization(), kubeconfig=first)
    declare(folder, "b", declaring.project(), kubeconfig=other)
    declare(folder, "c", declaring.environment(organization="beta"), kubeconfig=first)
    (found,) = target_clusters(folder, (), None)
    assert [each.kubeconfig for each in found.ways] == [first, other]
    assert stacks(found.ways) == [["a", "c"], ["b"]]
    assert [each.organizations for each in found.ways] == [{"acme", "beta"}, {"acme"}]


def project(folder: Path, **config: Any) -> None:
    """Writes the project's file, with settings that all its stacks have."""
    settings = {f"choreo:{key}": value for key, value in config.items()}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "test", "runtime": "python", "config": settings}))


class TestProject:
    """Settings of the project apply to its stacks."""

    def test_its_kubeconfig_leads_to_the_cluster_of_a_stack_that_has_none(self, folder: Path) -> None:
        one, two = kubeconfig("https://one"), kubeconfig("https://two")
        project(folder, kubeconfig={"value": one})
        declare(folder, "a", declaring.organization())
        declare(folder, "b", declaring.environment(), kubeconfig=two)
        assert [each.kubeconfig for each in target_clusters(folder, (), None)] == [one, two]

    def test_its_kubeconfig_leads_to_the_cluster_even_without_stacks(self, folder: Path) -> None:
        project(folder, kubeconfig=kubeconfig("https://one"))
        (found,) = target_clusters(folder, (), None, without_stacks=True)
        assert (found.kubeconfig, found.stacks) == (kubeconfig("https://one"), ())


class TestPaths:
    """The path of a kubeconfig in settings is relative to the folder of the project."""

    def test_one_of_the_control_plane(self, folder: Path) -> None:
        text = kubeconfig("https://one")
        (folder / "kubeconfig").write_text(text)
        declare(folder, "a", declaring.organization(), kubeconfig="kubeconfig")
        declare(folder, "b", declaring.project(), kubeconfig=kubeconfig("https://one", user="other"))
        assert stacks(target_clusters(folder, (), None)) == [["a", "b"]]

    def test_one_of_a_data_plane_is_its_text(self, folder: Path) -> None:
        text = kubeconfig("https://one")
        (folder / "east.yaml").write_text(text)
        declare(folder, "a", declaring.organization(), dataPlaneKubeconfigs={"east": "east.yaml"})
        (found,) = target_clusters(folder, (), None)
        assert found.stacks[0].data_plane_kubeconfigs == {"east": text}

    def test_one_that_does_not_exist_is_kept_for_a_later_error(self, folder: Path) -> None:
        declare(folder, "a", declaring.organization(), dataPlaneKubeconfigs={"east": "east.yaml"})
        (found,) = target_clusters(folder, (), None)
        assert found.stacks[0].data_plane_kubeconfigs == {"east": folder / "east.yaml"}


def test_stacks_are_decrypted_at_the_same_time(folder: Path) -> None:
    """Each of the two waits until the other has started."""
    for name in ("a", "b"):
        declare(folder, name, declaring.organization(name), kubeconfig=SEALED)
    both = f"for i in $(seq 100); do set -- {folder}/begun-*; [ $# -gt 1 ] && break; sleep 0.1; done"
    pulumi(folder, f'PATH=/usr/bin:/bin; touch {folder}/begun-$$; {both}; echo "error: $#" >&2; exit 1')
    with pytest.raises(UnreadableStack) as refused:
        target_clusters(folder, (), None)
    assert str(refused.value).count("and it reports: 2;") == 2


class TestUnreadable:
    """The reasons why a stack cannot be read are reported."""

    def refusal(self, folder: Path, kubeconfig: Path | None = None) -> str:
        with pytest.raises(UnreadableStack) as refused:
            target_clusters(folder, (), kubeconfig)
        return str(refused.value)

    def test_without_pulumi_nothing_can_be_decrypted(self, folder: Path) -> None:
        declare(folder, "acme", declaring.organization(), kubeconfig=SEALED)
        assert self.refusal(folder) == (
            "stack 'acme' has encrypted settings, which only Pulumi can decrypt: `pulumi` is not on the PATH; "
            "install it, or select the cluster with --kubeconfig: nothing is decrypted then"
        )

    def test_the_error_of_pulumi_is_reported(self, folder: Path) -> None:
        declare(folder, "acme", declaring.organization(), kubeconfig=SEALED)
        pulumi(folder, "echo 'error: incorrect passphrase' >&2; exit 255")
        assert ", and it reports: incorrect passphrase; fix that" in self.refusal(folder)

    def test_an_invalid_answer_is_not_quoted(self, folder: Path) -> None:
        declare(folder, "acme", declaring.organization(), kubeconfig=SEALED)
        pulumi(folder, "echo '[GEHEIM'")
        assert "GEHEIM" not in self.refusal(folder)

    @pytest.mark.parametrize("setting", ["resources", "manifests", "projects"])
    def test_with_a_kubeconfig_declarations_must_not_be_encrypted_as_a_whole(self, folder: Path, setting: str) -> None:
        declare(folder, "acme", **{setting: SEALED})
        assert f"is unknown: choreo:{setting} is encrypted" in self.refusal(folder, Path("/some/kubeconfig"))

    def test_errors_of_all_stacks_are_reported_with_their_places(self, folder: Path) -> None:
        for name in ("acme", "beta"):
            declare(folder, name, {"kind": "Environment"})
        said = self.refusal(folder)
        assert "what stack 'acme' declares cannot be read:\n  Pulumi.acme.yaml:" in said
        assert "what stack 'beta' declares cannot be read:\n  Pulumi.beta.yaml:" in said

    def test_an_unknown_stack_is_an_error(self, folder: Path) -> None:
        with pytest.raises(NoProject, match="no stack 'nope'"):
            target_clusters(folder, ["nope"], None)


def test_a_kubeconfig_is_in_no_representation(folder: Path) -> None:
    declare(folder, "acme", declaring.organization(), kubeconfig=kubeconfig("https://one"))
    assert "https://one" not in repr(target_clusters(folder, (), None))
