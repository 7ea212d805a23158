"""What a machine has already: in KUBEBUILDER_ASSETS, and on PATH."""

import pytest

from tests.toolchain.workshop import Workshop
from toolchain import install, resolve

NEW_ENOUGH = {
    "etcd": "etcd Version: 3.5.21",
    "kube-apiserver": "Kubernetes v1.34.0",
    "kubectl": "Client Version: v1.34.0",
}


@pytest.fixture
def assets(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop with the programs that envtest brings, and nothing on PATH."""
    for name, says in NEW_ENOUGH.items():
        workshop.put_on_path(name, says, workshop.assets)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(workshop.assets))
    return workshop


@pytest.mark.parametrize("name", NEW_ENOUGH)
def test_what_envtest_brings_is_used(assets: Workshop, name: str) -> None:
    [found] = resolve(assets.binaries(name))
    assert (found.path, found.is_found) == (assets.assets / name, True)
    assert assets.built == []


def test_assets_come_before_path(assets: Workshop) -> None:
    assets.put_on_path("etcd", "etcd Version: 3.6.0")
    [etcd] = resolve(assets.binaries("etcd"))
    assert etcd.path == assets.assets / "etcd"


def test_path_is_used_where_assets_are_too_old(assets: Workshop) -> None:
    assets.put_on_path("etcd", "etcd Version: 3.4.30", assets.assets)
    own = assets.put_on_path("etcd", "etcd Version: 3.6.0")
    [etcd] = resolve(assets.binaries("etcd"))
    assert etcd.path == own


def test_other_programs_in_the_folder_are_not_used(assets: Workshop) -> None:
    assets.put_on_path("pulumi", "v4.0.0", assets.assets)
    [pulumi] = resolve(assets.binaries("pulumi"))
    assert not pulumi.is_found


def test_a_missing_folder_is_like_none(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(workshop.home / "nowhere"))
    [etcd] = resolve(workshop.binaries("etcd"))
    assert not etcd.is_found


def test_with_pulumi_and_assets_only_the_controllers_are_built(assets: Workshop) -> None:
    assets.put_on_path("pulumi", "v4.0.0")
    install(assets.home / "checkout" / "bin", assets.binaries())
    assert assets.built == ["kube-controller-manager"]


def test_links_to_assets_are_used_if_the_variable_is_unset(assets: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    destination = assets.home / "checkout" / "bin"
    install(destination, assets.binaries("etcd"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS")
    monkeypatch.setenv("PATH", f"{destination}:{assets.path}")
    [etcd] = resolve(assets.binaries("etcd"))
    assert etcd.path == destination / "etcd"
    assert assets.built == []
