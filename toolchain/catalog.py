"""The catalog: which binaries there are, what each is built from, and which version its go.mod pins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from toolchain.errors import ToolchainError

HERE = Path(__file__).resolve().parent


class Version(NamedTuple):
    """A release number. Whatever follows the three numbers (`-dispatcher`, `+k3s1`) is not part of it."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def find(cls, text: str) -> "Version | None":
        """The first release number in a text, or None where there is none."""
        match = re.search(r"(?<![\d.])v?(\d+)\.(\d+)\.(\d+)", text)
        return cls(*map(int, match.groups())) if match else None


@dataclass(frozen=True)
class Binary:
    """A program of the toolchain, and the recipe that builds it."""

    name: str
    """The file's name."""
    folder: Path
    """The folder with the go.mod and go.sum that it is built with."""
    package: str
    """The Go package to build."""
    module: str
    """The Go module that the version is of, and that `embedded` and `companions` are copied from."""
    release: Version
    """The release of `module` which go.mod pins."""
    stamps: tuple[str, ...] = ()
    """Values the linker writes into the program, as `variable=value`."""
    least: Version | None = None
    """The oldest version accepted from the machine. None: a program of the machine is never used."""
    asks_version: tuple[str, ...] = ("--version",)
    """The arguments that make it print its version."""
    is_asset: bool = False
    """Whether it belongs into the folder that KUBEBUILDER_ASSETS names."""
    seconds: int = 0
    """CPU seconds that its build takes where other binaries of the same go.mod are built before it."""
    shared_seconds: int = 0
    """CPU seconds that the first build of its go.mod takes in addition, for what all of them use."""
    belongs_to: str = ""
    """The binary which brings this one along when it is on the machine, so that it need not be built."""
    is_command: bool = True
    """Whether it belongs on PATH. A plugin does not: the engine warns about every plugin it finds there."""
    embedded: Mapping[str, str] = field(default_factory=dict)
    """Files the build needs beside its sources: name -> path in `module`."""
    companions: Mapping[str, str] = field(default_factory=dict)
    """Executables that have to lie beside the program: name -> path in `module`."""


def catalog(folder: Path = HERE) -> Sequence[Binary]:
    """All binaries, in the order that builds them soonest: the longest build first.

    Raises ToolchainError where a go.mod is missing or does not pin what is built from it."""
    provider = pinned(folder / "pulumi-resource-kubernetes", "github.com/pulumi/pulumi-kubernetes/provider/v4")
    engine = pinned(folder / "pulumi", "github.com/pulumi/pulumi/pkg/v3")
    host = pinned(folder / "pulumi-language-python", "github.com/pulumi/pulumi/sdk/v3")
    etcd = pinned(folder / "etcd", "go.etcd.io/etcd/server/v3")
    kubernetes = pinned(folder / "kubernetes", "k8s.io/kubernetes")
    return [
        Binary(
            name="pulumi-resource-kubernetes",
            folder=folder / "pulumi-resource-kubernetes",
            package=".",
            module="github.com/pulumi/pulumi-kubernetes/provider/v4",
            release=provider,
            stamps=(f"main.version={provider}",),
            seconds=700,
            belongs_to="pulumi",
            is_command=False,
            embedded={"schema.json": "cmd/pulumi-resource-kubernetes/schema.json"},
        ),
        Binary(
            name="pulumi",
            folder=folder / "pulumi",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            module="github.com/pulumi/pulumi/pkg/v3",
            release=engine,
            stamps=(f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{engine}",),
            least=engine,
            asks_version=("version",),
            seconds=640,
        ),
        *(
            Binary(
                name=name,
                folder=folder / "kubernetes",
                package=f"k8s.io/kubernetes/cmd/{name}",
                module="k8s.io/kubernetes",
                release=kubernetes,
                stamps=(
                    f"k8s.io/component-base/version.gitVersion=v{kubernetes}",
                    f"k8s.io/component-base/version.gitMajor={kubernetes.major}",
                    f"k8s.io/component-base/version.gitMinor={kubernetes.minor}",
                ),
                least=least,
                asks_version=asks_version,
                is_asset=name != "kube-controller-manager",
                seconds=seconds,
                shared_seconds=500,
            )
            for name, least, asks_version, seconds in [
                ("kube-apiserver", kubernetes._replace(patch=0), ("--version",), 190),
                ("kube-controller-manager", kubernetes._replace(patch=0), ("--version",), 200),
                ("kubectl", Version(1, 29, 0), ("version", "--client"), 60),
            ]
        ),
        Binary(
            name="etcd",
            folder=folder / "etcd",
            package="go.etcd.io/etcd/server/v3",
            module="go.etcd.io/etcd/server/v3",
            release=etcd,
            least=etcd._replace(patch=0),
            is_asset=True,
            seconds=90,
        ),
        Binary(
            name="pulumi-language-python",
            folder=folder / "pulumi-language-python",
            package="github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
            module="github.com/pulumi/pulumi/sdk/v3",
            release=host,
            stamps=(f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{host}",),
            belongs_to="pulumi",
            seconds=90,
            companions={
                "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
                "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
            },
        ),
    ]


def pinned(folder: Path, module: str) -> Version:
    """The version of a module that a folder's go.mod requires.

    A module without release tags is required by a pseudo-version; a comment behind it then says the release:
    `example.org/module v0.0.0-20260101000000-0123456789ab // release 4.25.0`."""
    go_mod = folder / "go.mod"
    try:
        text = go_mod.read_text()
    except OSError as error:
        raise ToolchainError(f"{go_mod}: {error.strerror}; it pins the version of {module}") from error
    line = re.search(rf"^(?:require)?\s+{re.escape(module)} (v\S+)(?:.*\brelease (\S+))?", text, re.MULTILINE)
    version = Version.find(line[2] or line[1]) if line else None
    if version is None:
        raise ToolchainError(f"{go_mod}: no line requires {module} in a version such as v1.2.3")
    return version


def go_version(folder: Path) -> Version:
    """The oldest Go that a folder's go.mod can be built with."""
    match = re.search(r"^go (\d+)\.(\d+)(?:\.(\d+))?", (folder / "go.mod").read_text(), re.MULTILINE)
    if match is None:
        raise ToolchainError(f"{folder / 'go.mod'}: no line says the Go version, such as `go 1.25.0`")
    return Version(int(match[1]), int(match[2]), int(match[3] or 0))
