"""Labels and annotations for data-plane namespaces: those for admission policies, and none of OpenChoreo's own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.annotations import APPLIED, LARGEST
from choreo_components.api.core_v1 import labels
from choreo_components.config.findings import error
from choreo_components.config.namespace_metadata import problems
from tests import declaring
from tests.declaring import stack

OWN = labels.data_plane_namespace_labels("acme", "shop", "development")


def reported(value: Any) -> list[str]:
    return [f"{problem.field}: {problem.message}" for problem in problems(value)]


OWN_BYTES = sum(map(len, (*APPLIED, *APPLIED.values())))
"""The bytes of the annotations that every namespace of ours has."""


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"labels": None, "annotations": {}},
        {"labels": {"pod-security.kubernetes.io/enforce": "restricted", "team": ""}},
        {"labels": {"kubernetes.io/anything-else": "a"}, "annotations": {"Example.COM/Owner": "any text\nat all"}},
        {"annotations": {"example.com/long": "a" * (LARGEST - len("example.com/long") - OWN_BYTES)}},
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_kubernetes_accepts_is_accepted(value: Any) -> None:
    assert reported(value) == []


@pytest.mark.parametrize(
    "key",
    [
        *OWN,
        "environment-id",
        "component-name",
        "core.choreo.dev/organization",
        "Core.Choreo.dev/organization",
        "openchoreo.dev/environment",
        "sub.openchoreo.dev/environment",
        "pulumi.com/patchForce",
        "kubernetes.io/metadata.name",
        "kubectl.kubernetes.io/last-applied-configuration",
    ],
)
def test_a_key_that_belongs_to_another_owner_cannot_be_set(key: str) -> None:
    [line] = reported({"annotations": {key: "x"}})
    assert "may set this key; remove it" in line


@pytest.mark.parametrize("key", ["notchoreo.dev/x", "example.pulumi.com.example/x", "my-managed-by"])
def test_a_key_that_only_looks_like_one_can(key: str) -> None:
    assert reported({"labels": {key: "x"}, "annotations": {key: "x"}}) == []


@given(key=st.text(), value=st.text())
def test_accepted_labels_leave_openchoreos_own_unchanged(key: str, value: str) -> None:
    if not reported({"labels": {key: value}}):
        assert {**OWN, key: value}.items() >= OWN.items()
        assert not key.startswith(labels.PREFIX)


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        ("team", "", "should be a mapping with labels and annotations, not 'team'"),
        ({"label": {}}, ".label", "unknown field; valid fields: labels, annotations"),
        ({"labels": ["team"]}, ".labels", "should be a mapping of keys to strings, not a list"),
        ({"labels": {"team": True}}, ".labels.team", "should be a string, not true (put it in quotes)"),
        ({"annotations": {"team": 1}}, ".annotations.team", "should be a string, not 1 (put it in quotes)"),
        ({"labels": {"team": None}}, ".labels.team", "should be a string, not null"),
        (
            {"labels": {"team": "-"}},
            ".labels.team",
            "Kubernetes would refuse the label '-': only letters, digits, '-', '_' and '.' are allowed in it, "
            "with a letter or digit first and last",
        ),
        (
            {"labels": {"managed-by": "me"}},
            ".labels.managed-by",
            "only OpenChoreo may set this key; remove it",
        ),
        (
            {"labels": {"a" * 64: "x"}},
            f".labels.{'a' * 64}",
            "Kubernetes would refuse the label's key: only letters, digits, '-', '_' and '.' are allowed in it, at "
            "most 63 with a letter or digit first and last, after a prefix like example.com/ or none",
        ),
    ],
    ids=lambda each: str(each)[:50],
)
def test_what_is_wrong_is_a_finding_at_its_place(value: Any, field: str, message: str) -> None:
    found = stack(declaring.organization(), namespaceMetadata=value)
    snippet = field.rpartition(".")[2] or "namespaceMetadata"
    assert found.findings == [error(found.at(f"{snippet}:", f"choreo:namespaceMetadata{field}"), message)]
    assert not found.settings.namespace_metadata.labels


def test_annotations_that_are_too_long_together_are_a_finding() -> None:
    value = {f"example.com/{number}": "a" * (LARGEST // 2) for number in range(2)}
    assert reported({"annotations": value}) == [
        f"annotations: {262_170 + OWN_BYTES:,} bytes of annotations, more than Kubernetes' 262,144"
    ]


def test_the_setting_keeps_its_place() -> None:
    found = stack(declaring.organization(), namespaceMetadata={"labels": {"team": "blue"}})
    assert found.findings == []
    assert found.settings.namespace_metadata.labels == {"team": "blue"}
    assert found.settings.namespace_metadata.where == found.at("choreo:namespaceMetadata", "choreo:namespaceMetadata")
