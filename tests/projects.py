"""Projects of several stacks, written as people write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.declaring import Manifest


def write(
    folder: Path, stacks: Mapping[str, Sequence[Manifest]], more: Mapping[str, Mapping[str, Any]] | None = None
) -> Path:
    """A project in the folder with these stacks; `more` are further settings of theirs, {"dev": {"projects": […]}}."""
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    for name, objects in stacks.items():
        further = {f"choreo:{key}": value for key, value in ((more or {}).get(name) or {}).items()}
        text = yaml.safe_dump({"config": {**further, "choreo:resources": list(objects)}}, sort_keys=False)
        (folder / f"Pulumi.{name}.yaml").write_text(text)
    return folder
