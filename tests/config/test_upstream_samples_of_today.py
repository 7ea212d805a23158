"""OpenChoreo's samples of today's API are accepted unchanged; what cannot work in them is reported at its place.

The table is upstream_samples_of_today.yaml: the findings about each, except those about references; none about a sample
that is not in it. Other files in the same folders, which are not objects of OpenChoreo, are left out.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.plan.builder import plan
from tests.upstream import UPSTREAM

FOLDER = UPSTREAM / "samples" / "openchoreo.dev_v1alpha1"
TABLE: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("upstream_samples_of_today.yaml").read_text())


MADE = ("ProjectRelease", "RenderedRelease", "ResourceRelease")
"""The kinds that only controllers make: declaring one is refused, whether it is valid or not."""


def is_ours(document: Any) -> bool:
    """Whether it is an object of OpenChoreo that people declare, or a namespace for such."""
    api_version, kind = document["apiVersion"], document["kind"]
    return (api_version == API_VERSION and kind not in MADE) or (api_version, kind) == ("v1", "Namespace")


SAMPLES = [
    str(file.relative_to(FOLDER))
    for file in sorted(FOLDER.rglob("*.yaml"))
    if all(map(is_ours, filter(None, yaml.safe_load_all(file.read_text()))))
]

with_samples = pytest.mark.skipif(not SAMPLES, reason=f"no copy of OpenChoreo's samples at {FOLDER}")


def reported(sample: str) -> list[str]:
    """The findings about a sample, without its name."""
    read, findings = settings.read(Document({"choreo:manifests": [sample]}, "inline"), FOLDER)
    found = [*findings, *plan(read).findings]
    ordered = sorted(found, key=lambda each: (each.where.line or 0, each.where.field))
    return [str(each).removeprefix(f"{sample}:") for each in ordered]


@with_samples
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_accepted_or_refused_for_what_is_wrong_with_it(sample: str) -> None:
    assert reported(sample) == TABLE.get(sample, [])


@with_samples
def test_the_table_has_no_other_files() -> None:
    assert TABLE.keys() <= set(SAMPLES)


@with_samples
def test_most_of_them_are_objects_of_openchoreo() -> None:
    assert len(SAMPLES) > 100
