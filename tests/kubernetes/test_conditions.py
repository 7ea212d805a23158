"""Acceptance is a condition that OpenChoreo's controllers have set on the object as it is now."""

from typing import Any

import pytest

from choreo_components.api import kind_of
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.kubernetes.conditions import accepted
from choreo_components.kubernetes.objects import Live, resource_of


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [
        ("Environment", {"type": "Ready", "status": "True", "observedGeneration": 2}, True),
        ("Environment", {"type": "Ready", "status": "True", "observedGeneration": 1}, False),
        ("Environment", {"type": "Ready", "status": "False", "observedGeneration": 2}, False),
        ("Environment", {"type": "Created", "status": "True", "observedGeneration": 2}, False),
        ("DeployableArtifact", {"type": "Available", "status": "True", "observedGeneration": 1}, True),
    ],
)
def test_an_object_is_accepted_when_its_kinds_condition_says_so_of_what_it_is_now(
    kind: str, condition: dict[str, Any], expected: bool
) -> None:
    found = {"metadata": {"name": "web", "generation": 2}, "status": {"conditions": [condition]}}
    of = kind_of(API_VERSION, kind)
    assert accepted(Live(resource_of(of), found), of) is expected
