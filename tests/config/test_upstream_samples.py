"""OpenChoreo's samples are accepted unchanged, alone or together; what cannot work in them is reported at its place.

The table of findings is upstream_samples.yaml. Each sample is read as the manifest of a stack on an empty cluster.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from choreo_components.components.preparation import missing
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.plan.builder import plan
from tests.declaring import Manifest
from tests.upstream import CONFLICTING, FOLDER, SAMPLES, default_organization, not_in_samples, with_samples

pytestmark = with_samples

TABLE = yaml.safe_load(Path(__file__).with_name("upstream_samples.yaml").read_text())

APPLICATIONS = [
    name for name in SAMPLES if name.startswith("deploying-applications/") and "add-new-project" not in name
]
"""Those that are for the organization of the Helm chart."""


def reported(samples: Sequence[str], inline: Sequence[Manifest] = ()) -> list[str]:
    """The findings in the order of their places; of a single sample without its name."""
    values = {"choreo:manifests": list(samples), "choreo:resources": list(inline)}
    read, findings = settings.read(Document(values, "inline"), FOLDER)
    planned = plan(read)
    nothing = {reference.target: None for reference in planned.outside}
    findings += [*planned.findings, *missing(planned.outside, nothing)]
    assert all(finding.where.line for finding in findings)
    ordered = sorted(findings, key=lambda each: (each.where.file, each.where.line or 0, each.where.field))
    lines = [str(finding) for finding in ordered]
    return [line.removeprefix(f"{samples[0]}:") for line in lines] if len(samples) == 1 else lines


def test_the_table_has_all_samples() -> None:
    assert sorted(TABLE["alone"]) == SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_alone(name: str) -> None:
    assert reported([name]) == TABLE["alone"][name]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_finds_all_it_needs_in_the_organization_of_the_helm_chart(name: str) -> None:
    assert reported([name], default_organization()) == []


def test_all_samples_in_one_stack() -> None:
    assert reported(SAMPLES) == TABLE["all together"]


def test_all_samples_that_can_be_together() -> None:
    assert (
        reported([name for name in SAMPLES if name not in CONFLICTING], not_in_samples())
        == TABLE["that can be together"]
    )


@pytest.mark.parametrize("left_out", CONFLICTING)
def test_no_more_of_them_can(left_out: str) -> None:
    others = [name for name in SAMPLES if name not in CONFLICTING or name == left_out]
    assert [line for line in reported(others, not_in_samples()) if re.search("error: .* They differ in ", line)]
