"""The owner that keeps a field live after it has left its manifest is reported, with the command that hands it over."""

import json
import shlex
from typing import Any

import pytest

from choreo_components.adopt.manifest import manifest_of
from choreo_components.adopt.ownership import kept_by_others, written_by_pulumi
from choreo_components.kubernetes.objects import Live
from tests import declaring
from tests.adopt.living import edited, live, living

SPEC: dict[str, Any] = {"f:spec": {".": {}, "f:dataPlaneRef": {}}}


def owned(*entries: tuple[str, str, dict[str, Any]], **more: Any) -> Live:
    """An environment whose fields have these owners: each the manager, the operation and the fields."""
    fields = [{"manager": name, "operation": operation, "fieldsV1": each} for name, operation, each in entries]
    return live(declaring.environment(), managedFields=[each | more for each in fields])


def reported(made: Live) -> list[str]:
    return list(kept_by_others([manifest_of(made)], living(made)))


def test_field_owners_are_reported_with_a_command_that_moves_the_fields_to_kubectl() -> None:
    made = owned(
        ("kubectl-client-side-apply", "Update", SPEC),
        ("helm", "Update", SPEC | {"f:metadata": {"f:annotations": {"f:note": {}}}}),
        ("argocd-controller", "Apply", SPEC),
    )
    edited(made)["metadata"]["annotations"]["note"] = "x"
    [line] = reported(made)
    said, _, command = line.partition("\n    ")
    assert said == (
        "Environment acme/development: helm owns metadata.annotations, spec and argocd-controller owns spec; "
        "fields that you remove from the manifest stay in the cluster until you run this command:"
    )
    *words, patch = shlex.split(command)
    assert " ".join(words) == "kubectl patch environments.core.choreo.dev development -n acme --type=json -p"
    assert json.loads(patch) == [
        {"op": "test", "path": "/metadata/managedFields/1/manager", "value": "helm"},
        {"op": "replace", "path": "/metadata/managedFields/1/manager", "value": "kubectl-helm"},
        {"op": "test", "path": "/metadata/managedFields/2/manager", "value": "argocd-controller"},
        {"op": "replace", "path": "/metadata/managedFields/2/manager", "value": "kubectl-argocd-controller"},
    ]


def test_a_name_that_an_entry_has_already_is_given_to_no_other() -> None:
    """Of two entries with one name, the API server drops one, and its fields have no owner for ever."""
    [line] = reported(owned(("kubectl-helm", "Update", SPEC), ("helm", "Update", SPEC), ("helm", "Apply", SPEC)))
    patch = json.loads(shlex.split(line.partition("\n    ")[2])[-1])
    assert [each["value"] for each in patch if each["op"] == "replace"] == ["kubectl1-helm", "kubectl2-helm"]


@pytest.mark.parametrize(
    ("manager", "operation"),
    [
        ("kubectl-client-side-apply", "Update"),
        ("kubectl", "Apply"),
        ("before-first-apply", "Update"),
        ("pulumi-kubernetes", "Update"),
        ("pulumi-kubernetes-choreo", "Apply"),
        ("manager", "Update"),
    ],
)
def test_whom_the_kubernetes_provider_takes_over_and_openchoreos_controllers_need_no_command(
    manager: str, operation: str
) -> None:
    assert reported(owned((manager, operation, SPEC))) == []


def test_a_program_of_pulumi_hands_over_to_stacks_of_choreo() -> None:
    [line] = reported(owned(("pulumi-kubernetes-1a", "Apply", SPEC), ("pulumi-kubernetes-choreo", "Apply", SPEC)))
    assert "pulumi-kubernetes-1a owns spec" in line
    assert "pulumi-kubernetes-choreo owns" not in line


@pytest.mark.parametrize(
    "fields",
    [
        {"f:metadata": {"f:finalizers": {}}},
        {"f:metadata": {"f:labels": {"f:core.choreo.dev/name": {}}}},
        {"f:metadata": {"f:annotations": {"f:kubectl.kubernetes.io/last-applied-configuration": {}}}},
    ],
    ids=["finalizers", "labels that follow", "what kubectl keeps for itself"],
)
def test_an_owner_of_nothing_in_the_manifest_is_not_reported(fields: dict[str, Any]) -> None:
    assert reported(owned(("helm", "Update", fields))) == []


def test_an_owner_of_the_status_is_not_reported() -> None:
    assert reported(owned(("helm", "Update", SPEC), subresource="status")) == []


def test_what_pulumi_has_written_before_is_known() -> None:
    for manager, expected in (("pulumi-kubernetes-1a", ["development"]), ("helm", [])):
        made = owned((manager, "Apply", SPEC))
        found = written_by_pulumi([manifest_of(made)], living(made))
        assert [each.name for each in found] == expected
