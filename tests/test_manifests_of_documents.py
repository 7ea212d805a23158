"""The manifests in documents: each is what `choreo validate` takes, together with the others of its document."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from choreo_components.config.findings import Finding
from choreo_components.config.project import read_stacks
from choreo_components.plan.workspace import Workspace
from tests.checkout import CHECKOUT
from tests.shells import PROSE

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)
OBJECT = re.compile(r"^apiVersion:", re.M)


def manifests(document: Path) -> dict[str, list[str]]:
    """The blocks with whole objects, by the API that their last one is of."""
    found = defaultdict(list)
    for block in BLOCK.findall(document.read_text(encoding="utf-8")):
        if OBJECT.search(block):
            *_, last = yaml.safe_load_all(block)
            found[last["apiVersion"].replace("/", "-")].append(block)
    return found


HAVING = [each for each in PROSE if manifests(each)]


@pytest.mark.parametrize("document", HAVING, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_the_manifests_of_a_document_have_no_findings(document: Path, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: documents\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    for name, blocks in manifests(document).items():
        (tmp_path / f"{name}.yaml").write_text("\n---\n".join(blocks))
        settings = {"config": {"choreo:manifests": [f"{name}.yaml"]}}
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(settings))
    assert findings(tmp_path) == []


def findings(project: Path) -> list[Finding]:
    """What `choreo validate` finds in all stacks of a project."""
    return [finding for group in Workspace(read_stacks(project)).findings(whole=True).values() for finding in group]
