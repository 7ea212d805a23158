"""An installation of the newer Kubernetes provider: what leads Pulumi and our program to it."""

import os
import sys
from pathlib import Path

from tests.checkout import CHECKOUT
from tests.newer_provider.proxy import RELEASE

NAME = "pulumi-resource-kubernetes"

EXECUTABLE = """\
#!{python}
import sys
sys.path.insert(0, {checkout!r})
from tests.newer_provider.proxy import main
main({older!r})
"""


def install(folder: Path, toolchain_bin: Path) -> dict[str, str]:
    """Puts it into the `folder`, next to the toolchain's own plugins; the environment that leads to it.

    The SDK is the one that is installed, under another release: our children ask for the provider of the SDK's release,
    and use nothing else of it.
    """
    home = folder / "pulumi"
    plugins = home / "plugins"
    plugins.mkdir(parents=True)
    for plugin in (toolchain_bin.parent / "pulumi" / "plugins").iterdir():
        (plugins / plugin.name).symlink_to(plugin)
    [older] = plugins.glob(f"resource-kubernetes-v*/{NAME}")
    own = plugins / f"resource-kubernetes-v{RELEASE}"
    own.mkdir()
    executable = own / NAME
    executable.write_text(EXECUTABLE.format(python=sys.executable, checkout=str(CHECKOUT), older=str(older.resolve())))
    executable.chmod(0o755)
    metadata = folder / "sdk" / f"pulumi_kubernetes-{RELEASE}.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: pulumi-kubernetes\nVersion: {RELEASE}\n")
    return {
        "PULUMI_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(folder / "sdk"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
