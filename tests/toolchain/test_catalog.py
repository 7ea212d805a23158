"""What is built, and in which version."""

import tomllib
from pathlib import Path

import pytest

from tests.toolchain.workshop import Workshop
from toolchain import ToolchainError, Version, catalog
from toolchain.catalog import pinned


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("v3.259.0\n", Version(3, 259, 0)),
        ("v3.260.0-dev.0+abcdef", Version(3, 260, 0)),
        ("Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n", Version(1, 32, 4)),
        ('Client Version: version.Info{Major:"1", Minor:"29", GitVersion:"v1.29.3+k3s1"}', Version(1, 29, 3)),
        ("etcd Version: 3.5.21\nGit SHA: a17edfd\nGo Version: go1.23.7\n", Version(3, 5, 21)),
        ("Kubernetes v1.33.3", Version(1, 33, 3)),
        ("bash: command not found", None),
        ("release 7.1 of the year", None),
        ("", None),
    ],
)
def test_a_version_is_found_in_the_output_of_a_program(output: str, version: Version | None) -> None:
    assert Version.find(output) == version


def test_versions_are_those_of_the_go_mod_files(workshop: Workshop) -> None:
    go_mod = workshop.sources / "kubernetes" / "go.mod"
    pinned = str(workshop.binaries("etcd")[0].release)
    go_mod.write_text(
        go_mod.read_text().replace(f"go.etcd.io/etcd/server/v3 v{pinned}", "go.etcd.io/etcd/server/v3 v3.99.1")
    )
    assert workshop.binaries("etcd")[0].release == Version(3, 99, 1)


def test_a_comment_names_the_release_of_a_module_without_tags(workshop: Workshop) -> None:
    go_mod = workshop.sources / "pulumi" / "go.mod"
    go_mod.write_text(
        "module example\n\nrequire (\n"
        "\tgithub.com/pulumi/pulumi/pkg/v3 v3.0.0-20260115033456-f47bc2d6f199 // indirect; release 3.7.2\n"
        ")\n"
    )
    assert workshop.binaries("pulumi")[0].release == Version(3, 7, 2)


def test_a_go_mod_that_pins_nothing_is_named(workshop: Workshop) -> None:
    (workshop.sources / "kubernetes" / "go.mod").write_text("module example\n")
    with pytest.raises(ToolchainError, match=r"sources/kubernetes/go\.mod: no line requires github\.com/pulumi/"):
        workshop.binaries()


def test_a_go_mod_that_is_missing_is_named(workshop: Workshop) -> None:
    (workshop.sources / "pulumi" / "go.mod").unlink()
    with pytest.raises(ToolchainError, match=r"sources/pulumi/go\.mod: No such file"):
        workshop.binaries()


def test_the_kubernetes_provider_is_the_release_of_the_locked_python_package() -> None:
    lock = tomllib.loads((Path(__file__).parents[2] / "uv.lock").read_text())
    locked = next(package["version"] for package in lock["package"] if package["name"] == "pulumi-kubernetes")
    provider = next(binary for binary in catalog() if binary.name == "pulumi-resource-kubernetes")
    assert str(provider.release) == locked, "the provider and the package that uses it must be of the same release"


# The libraries of the engine, the provider and Kubernetes that take longest to compile.
LIBRARIES = (
    "github.com/golang/glog",
    "github.com/hashicorp/hcl/v2",
    "github.com/spf13/cobra",
    "github.com/zclconf/go-cty",
    "golang.org/x/crypto",
    "golang.org/x/net",
    "golang.org/x/sys",
    "golang.org/x/text",
    "google.golang.org/grpc",
    "google.golang.org/protobuf",
)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_several_go_mods_name_is_compiled_once(library: str) -> None:
    versions = {folder.name: pinned(folder, library) for folder in {binary.folder for binary in catalog()}}
    assert len(set(versions.values())) == 1, f"Go's cache shares no other version: {versions}"
