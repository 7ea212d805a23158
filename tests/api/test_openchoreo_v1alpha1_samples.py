"""OpenChoreo's own samples of openchoreo.dev/v1alpha1 are read, found right, and sent as they are."""

from typing import Any

import pytest
import yaml

from choreo_components.api.constraints import violations
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.kinds import KINDS
from tests.upstream import UPSTREAM

FOLDER = UPSTREAM / "samples" / "openchoreo.dev_v1alpha1"
MODELS = {kind.kind: kind.model for kind in KINDS}


def samples() -> list[Any]:
    """The objects in the samples, but for scaffolds that have no spec yet, each with the file that it is in."""
    return [
        pytest.param(document, id=f"{file.relative_to(FOLDER)}-{document['kind']}-{document['metadata']['name']}")
        for file in sorted(FOLDER.rglob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
        if isinstance(document, dict) and document["apiVersion"] == API_VERSION and document["spec"]
        # A scaffold of a Project, from before it had to have a type.
        if file.name != "openchoreo_v1alpha1_project.yaml"
    ]


SAMPLES = samples()

with_samples = pytest.mark.skipif(not SAMPLES, reason=f"no copy of OpenChoreo's samples at {FOLDER}")


def holds(ours: Any, theirs: Any) -> bool:
    """Whether ours has all that theirs has, but for zero values; ours may also have defaults."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return all(holds(ours.get(name), value) for name, value in theirs.items())
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(holds, ours, theirs))
    return bool(ours == theirs and type(ours) is type(theirs)) or (ours is None and not theirs)


@with_samples
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_read_found_right_and_sent_whole(sample: dict[str, Any]) -> None:
    sent = MODELS[sample["kind"]].from_wire(sample).to_wire()
    assert list(violations(MODELS[sample["kind"]], sent)) == []
    assert holds(sent, sample)


@with_samples
def test_there_are_samples_of_most_kinds() -> None:
    assert len({sample.values[0]["kind"] for sample in SAMPLES}) > 30
