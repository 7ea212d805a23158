"""Where a binary comes from: PATH, the cache, a build."""

import json
from pathlib import Path

import pytest

from tests.toolchain.workshop import Workshop, executable
from toolchain import ToolchainError, resolve


def test_a_binary_on_path_that_is_recent_enough_is_used(workshop: Workshop) -> None:
    own = workshop.put_on_path("kubectl", says="Client Version: v1.32.4-dispatcher")
    [kubectl] = resolve(workshop.binaries("kubectl"))
    assert (kubectl.path, kubectl.is_found) == (own, True)
    assert workshop.built == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kubectl", "Client Version: v1.28.15"),
        ("kube-apiserver", "Kubernetes v1.32.9"),
        ("kube-controller-manager", "Kubernetes v1.32.9"),
        ("etcd", "etcd Version: 3.4.99"),
        ("pulumi", "v3.258.9"),
        ("kubectl", "it is on strike"),
        ("kubectl", ""),
    ],
)
def test_a_binary_on_path_that_is_too_old_or_prints_no_version_is_not_used(
    workshop: Workshop, name: str, says: str
) -> None:
    workshop.put_on_path(name, says)
    [resolved] = resolve(workshop.binaries(name))
    assert not resolved.is_found
    assert workshop.built == [name]


def test_a_program_on_path_that_cannot_run_is_not_used(workshop: Workshop) -> None:
    workshop.put_on_path("etcd", says="").write_text("#!/no/such/interpreter\n")
    [etcd] = resolve(workshop.binaries("etcd"))
    assert not etcd.is_found


def test_a_pulumi_on_path_brings_its_own_language_host_and_provider(workshop: Workshop) -> None:
    workshop.put_on_path("pulumi", says="v4.0.0")
    resolved = resolve(workshop.binaries("pulumi", "pulumi-language-python", "pulumi-resource-kubernetes"))
    assert [each.binary.name for each in resolved] == ["pulumi"]
    assert workshop.built == []


def test_with_pulumi_its_language_host_and_provider_are_built(workshop: Workshop) -> None:
    names = ["pulumi", "pulumi-language-python", "pulumi-resource-kubernetes"]
    assert {each.binary.name for each in resolve(workshop.binaries(*names))} == set(names)
    assert set(workshop.built) == set(names)


def test_our_own_link_on_path_is_not_taken_for_the_users_binary(workshop: Workshop) -> None:
    [first] = resolve(workshop.binaries("etcd"))
    (workshop.path / "etcd").symlink_to(first.path)
    [second] = resolve(workshop.binaries("etcd"))
    assert second == first


def test_what_is_in_the_cache_is_not_built_again(workshop: Workshop) -> None:
    first = resolve(workshop.binaries())
    built = len(workshop.built)
    assert resolve(workshop.binaries()) == first
    assert len(workshop.built) == built == len(first)


def test_after_a_change_of_a_go_mod_only_its_binaries_are_built_again(workshop: Workshop) -> None:
    resolve(workshop.binaries())
    before = len(workshop.built)
    (workshop.sources / "pulumi" / "go.sum").open("a").write("example.org/module v1.0.0 h1:x\n")
    resolve(workshop.binaries())
    assert workshop.built[before:] == ["pulumi"]


def test_a_build_gets_the_version_and_cannot_change_what_is_pinned(workshop: Workshop) -> None:
    [apiserver] = resolve(workshop.binaries("kube-apiserver"))
    [call] = map(json.loads, workshop.calls)
    linker = call["arguments"][call["arguments"].index("-ldflags") + 1]
    assert f"-X k8s.io/component-base/version.gitVersion=v{apiserver.binary.release}" in linker
    assert call["flags"] == "-mod=readonly"


def test_a_build_finds_the_files_it_embeds_and_leaves_the_sources_alone(workshop: Workshop) -> None:
    sources = sorted(workshop.sources.rglob("*"))
    resolve(workshop.binaries("pulumi-resource-kubernetes"))
    call = json.loads(workshop.calls[-1])
    assert "schema.json" in call["files"], f"Go found only {call['files']}"
    assert sorted(workshop.sources.rglob("*")) == sources


def test_companions_of_a_binary_are_next_to_it_and_executable(workshop: Workshop) -> None:
    [host] = resolve(workshop.binaries("pulumi-language-python"))
    for name in host.binary.companions:
        assert executable(host.path.parent / name), f"{name} is missing in {host.path.parent}"


def test_without_go_the_error_names_what_is_missing_and_what_to_install(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(ToolchainError, match=r"missing: etcd, pulumi\..*\n  Install Go 1\.25\.\d+ or newer"):
        resolve(workshop.binaries("pulumi", "etcd"))


def test_without_go_what_is_in_the_cache_can_be_used(workshop: Workshop) -> None:
    first = resolve(workshop.binaries())
    (workshop.path / "go").unlink()
    assert resolve(workshop.binaries()) == first
