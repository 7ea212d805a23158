"""The catalog: which binaries there are, what each is built from, and which version its go.mod pins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from toolchain.errors import ToolchainError

HERE = Path(__file__).resolve().parent

SHARED_SECONDS = 200
"""CPU seconds that the libraries of Kubernetes take, which all that is built on them compile once."""


class Version(NamedTuple):
    """A release number. What follows the three numbers (`-dispatcher`, `+k3s1`) is not part of it."""

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
    """The Go module that has the version, and that `embedded` and `companions` are copied from."""
    release: Version
    """The release of `module` which go.mod pins."""
    stamps: tuple[str, ...] = ()
    """Values the linker writes into the program, as `variable=value`."""
    least: Version | None = None
    """The oldest version accepted from the machine. None: a program of the machine is never used."""
    asks_version: tuple[str, ...] = ("--version",)
    """The arguments that make it print its version."""
    is_asset: bool = False
    """Whether it belongs in the folder that KUBEBUILDER_ASSETS names."""
    seconds: int = 0
    """CPU seconds of its build after other binaries of the same go.mod."""
    shared_seconds: int = 0
    """Additional CPU seconds of the first build of its go.mod, for what all of them use."""
    belongs_to: str = ""
    """The binary that comes with this one if it is on the machine, so that it need not be built."""
    is_command: bool = True
    """Whether it belongs on PATH. A plugin does not: the engine warns about every plugin it finds there."""
    unoptimized: tuple[str, ...] = ()
    """Patterns of packages that no command of a checkout runs: clients of clouds, for example. Go compiles them as they
    are written, in two thirds of the time; what runs is optimized as ever."""
    embedded: Mapping[str, str] = field(default_factory=dict)
    """Files that the build needs in addition to its sources: name -> path in `module`."""
    companions: Mapping[str, str] = field(default_factory=dict)
    """Executables that must be next to the program: name -> path in `module`."""


def catalog(folder: Path = HERE) -> Sequence[Binary]:
    """All binaries, in the order that builds them soonest: what all others share, then the longest build.

    Raises ToolchainError where a go.mod is missing or does not pin what is built from it."""
    shared = folder / "kubernetes"
    provider = pinned(shared, "github.com/pulumi/pulumi-kubernetes/provider/v4")
    kubernetes = pinned(shared, "k8s.io/kubernetes")
    etcd = pinned(shared, "go.etcd.io/etcd/server/v3")
    engine = pinned(folder / "pulumi", "github.com/pulumi/pulumi/pkg/v3")
    host = pinned(folder / "pulumi-language-python", "github.com/pulumi/pulumi/sdk/v3")
    return [
        Binary(
            name="pulumi-language-python",
            folder=folder / "pulumi-language-python",
            package="github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
            module="github.com/pulumi/pulumi/sdk/v3",
            release=host,
            stamps=(f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{host}",),
            belongs_to="pulumi",
            seconds=75,
            companions={
                "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
                "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
            },
        ),
        Binary(
            name="pulumi-resource-kubernetes",
            folder=shared,
            package=".",
            module="github.com/pulumi/pulumi-kubernetes/provider/v4",
            release=provider,
            stamps=(f"main.version={provider}",),
            seconds=380,
            shared_seconds=SHARED_SECONDS,
            belongs_to="pulumi",
            is_command=False,
            # What YAML and Helm components of the provider declare: they are not used here.
            unoptimized=("github.com/pulumi/pulumi-kubernetes/sdk/v4/...",),
            embedded={"schema.json": "cmd/pulumi-resource-kubernetes/schema.json"},
        ),
        *(
            Binary(
                name=name,
                folder=shared,
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
                shared_seconds=SHARED_SECONDS,
            )
            for name, least, asks_version, seconds in [
                ("kube-controller-manager", kubernetes._replace(patch=0), ("--version",), 150),
                ("kube-apiserver", kubernetes._replace(patch=0), ("--version",), 60),
                ("kubectl", Version(1, 29, 0), ("version", "--client"), 20),
            ]
        ),
        Binary(
            name="etcd",
            folder=shared,
            package="go.etcd.io/etcd/server/v3",
            module="go.etcd.io/etcd/server/v3",
            release=etcd,
            least=etcd._replace(patch=0),
            is_asset=True,
            seconds=30,
            shared_seconds=SHARED_SECONDS,
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
            seconds=270,
            # Clients of clouds, for backends and secrets: local ones are files and passphrases. pb33f reads the
            # description of Pulumi Cloud's API, for `pulumi cloud`, and is as large as all that is the engine's own.
            unoptimized=(
                "github.com/aws/...",
                "github.com/Azure/...",
                "github.com/AzureAD/...",
                "github.com/envoyproxy/...",
                "github.com/hashicorp/vault/...",
                "github.com/pb33f/...",
                "cloud.google.com/...",
                "google.golang.org/api/...",
            ),
        ),
    ]


def pinned(folder: Path, module: str) -> Version:
    """The version of a module that a folder's go.mod requires.

    A module without release tags is required by a pseudo-version; a comment after it names the release:
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
    """The oldest Go version that can build a folder's go.mod."""
    match = re.search(r"^go (\d+)\.(\d+)(?:\.(\d+))?", (folder / "go.mod").read_text(), re.MULTILINE)
    if match is None:
        raise ToolchainError(f"{folder / 'go.mod'}: no line says the Go version, such as `go 1.25.0`")
    return Version(int(match[1]), int(match[2]), int(match[3] or 0))
