"""Objects of other APIs are declared as written: only their form is checked."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.neighbours import is_of_openchoreo
from choreo_components.config.settings import IN_MANIFEST
from tests import declaring
from tests.declaring import Manifest, Stack, plain, stack
from tests.standin.openchoreo_v1alpha1 import samples


def reported(found: Stack) -> list[str]:
    return [f"{each.severity.value}: {each.where.field}: {each.message}" for each in found.findings]


def sent(*objects: Manifest) -> list[Any]:
    """The neighbours of a stack with these objects, in wire names."""
    found = stack(*objects)
    assert reported(found) == []
    return [each.wire for each in found.settings.neighbours]


def from_files(folder: Path, *patterns: str, **files: Any) -> Stack:
    """A stack of these manifests; the arguments are the names of the files, with `_yaml` for `.yaml`."""
    for name, objects in files.items():
        path = folder / name.replace("_yaml", ".yaml")
        path.write_text(yaml.safe_dump_all(objects if isinstance(objects, list) else [objects], sort_keys=False))
    return stack(folder=folder, manifests=list(patterns))


# --- What is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        plain("ConfigMap", "settings", "acme", data={"log": "debug"}),
        plain("Role", "reader", "acme", "rbac.authorization.k8s.io/v1", rules=[{"verbs": ["get"], "apiGroups": [""]}]),
        plain("ClusterWorkflowTemplate", "build", None, "argoproj.io/v1alpha1", spec={"entrypoint": "a", "n": 0}),
        plain("ClusterRole", "system:reader", None, "rbac.authorization.k8s.io/v1"),
    ],
    ids=["a ConfigMap", "a role", "a kind that only the cluster knows", "a name with a colon"],
)
def test_an_object_of_another_api_is_sent_as_written(given: Manifest) -> None:
    assert sent(given) == [given]


def test_a_null_is_an_absent_field_and_empty_ones_are_left_out() -> None:
    config_map = plain("ConfigMap", "settings", "acme", data={"log": "debug", "level": None}, status={})
    config_map["metadata"] |= {"creationTimestamp": None, "uid": ""}
    assert sent(config_map) == [plain("ConfigMap", "settings", "acme", data={"log": "debug"})]


def test_texts_of_a_secret_are_sent_as_the_api_server_keeps_them() -> None:
    secret = plain("Secret", "authority", "acme", data={"a": "eA=="}, stringData={"a": "y", "b": "z"})
    [made] = sent(secret)
    assert made["data"] == {key: base64.b64encode(text).decode() for key, text in (("a", b"y"), ("b", b"z"))}
    assert "stringData" not in made


def test_a_role_without_rules_is_sent_as_the_api_server_keeps_it() -> None:
    of = "rbac.authorization.k8s.io/v1"
    aggregated = plain("ClusterRole", "all", None, of, aggregationRule={"clusterRoleSelectors": []})
    assert sent(aggregated | {"rules": []}) == [aggregated]


def test_kubectls_record_is_left_out_with_a_warning() -> None:
    config_map = plain("ConfigMap", "settings", "acme")
    config_map["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    found = stack(config_map)
    assert [each.message for each in found.findings] == [
        "left out: kubectl's record, which does not belong to the object"
    ]
    assert found.settings.neighbours[0].annotations == {}


# --- Mistakes --------------------------------------------------------------------------------------------------------


def of_version(api_version: str, kind: str = "Environment") -> Manifest:
    return plain(kind, "development", "acme", api_version)


KNOWN = "known: core.choreo.dev/v1, openchoreo.dev/v1alpha1"


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (of_version("openchoreo.dev/v1alpha2"), "apiVersion", f"unknown apiVersion 'openchoreo.dev/v1alpha2'; {KNOWN}"),
        (of_version("core.choreo.dev/v1beta1"), "apiVersion", f"unknown apiVersion 'core.choreo.dev/v1beta1'; {KNOWN}"),
        (
            of_version("opencoreo.dev/v1alpha1"),
            "apiVersion",
            f"unknown apiVersion 'opencoreo.dev/v1alpha1'; {KNOWN}; did you mean 'openchoreo.dev/v1alpha1'?",
        ),
        (of_version("v1alpha1"), "apiVersion", f"unknown apiVersion 'v1alpha1'; {KNOWN}"),
        (of_version("Not A Group/v1"), "apiVersion", f"unknown apiVersion 'Not A Group/v1'; {KNOWN}"),
        (
            of_version("v1"),
            "apiVersion",
            "Kubernetes has no Environment in v1; the apiVersion of OpenChoreo's Environment is core.choreo.dev/v1 or "
            "openchoreo.dev/v1alpha1",
        ),
        (
            plain("List", "all", items=[]),
            "kind",
            "a list of objects is not supported; write the objects one by one, separated by ---",
        ),
        (
            plain("CustomResourceDefinition", "a.example.com", None, "apiextensions.k8s.io/v1"),
            "kind",
            "a stack cannot declare a definition: deleting it would delete all objects of its kind, whoever created "
            "them; install it beforehand (helm, kubectl apply --server-side), and leave this file out",
        ),
        (
            plain("ConfigMap", "a/b"),
            "metadata.name",
            "Kubernetes would refuse the name 'a/b': it cannot be part of a path",
        ),
        (plain("ConfigMap", "a", status={"ready": True}), "status", "set by the cluster; remove it"),
        (plain("ConfigMap", "a") | {"metadata": {}}, "metadata.name", "required field is missing"),
        (
            plain("ConfigMap", "a") | {"metadata": {"name": "a", "uid": "1"}},
            "metadata.uid",
            "set by the cluster; remove it",
        ),
        (
            plain("ConfigMap", "a") | {"metadata": {"name": "a", "lables": {}}},
            "metadata.lables",
            "unknown field; did you mean labels?",
        ),
        (
            plain("ConfigMap", "a") | {"metadata": {"name": "a", "labels": {"a": 1}}},
            "metadata.labels.a",
            "should be a string, not 1 (put it in quotes)",
        ),
        (plain("Secret", "a", "acme", data={"a": 1}), "data.a", "should be a string; put it in quotes"),
        (
            plain("Secret", "a", "acme", stringData="very-secret"),
            "stringData",
            "should be a mapping of keys to strings",
        ),
    ],
)
def test_a_mistake_that_is_found_without_a_cluster_is_reported_at_its_field(
    given: Manifest, field: str, message: str
) -> None:
    errors = [each for each in reported(stack(given)) if each.startswith("error")]
    assert errors == [f"error: choreo:resources[0].{field}: {message}"]


@given(st.sampled_from(["apps/v1", "argoproj.io/v1alpha1", "external-secrets.io/v1", "choreography.example/v1"]))
def test_other_groups_are_not_openchoreos(api_version: str) -> None:
    assert not is_of_openchoreo(api_version)


def test_an_identical_duplicate_is_ignored_and_a_different_one_refused() -> None:
    settings = plain("ConfigMap", "settings", "acme", data={"log": "debug"})
    assert [each.partition("twice")[2] for each in reported(stack(settings, settings))] == [
        "; first at Pulumi.test.yaml:5: choreo:resources[0].metadata.name. They are identical: the duplicate is ignored"
    ]
    [line] = reported(stack(settings, settings | {"data": {"log": "info"}}))
    assert line.startswith("error: choreo:resources[1].metadata.name: ConfigMap 'settings' of namespace 'acme' is ")
    assert line.endswith("They differ in data.log; remove one of them")


# --- Secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_in_a_manifest_is_one_warning(tmp_path: Path) -> None:
    secret = plain("Secret", "authority", "acme", stringData={"a": "very-secret", "b": "very-secret"})
    [finding] = from_files(tmp_path, "a.yaml", a_yaml=secret).findings
    assert (str(finding.where), finding.message) == ("a.yaml:6: stringData", IN_MANIFEST)


def test_a_secret_without_contents_is_no_warning(tmp_path: Path) -> None:
    secret = plain("Secret", "token", "acme", type="kubernetes.io/service-account-token")
    assert from_files(tmp_path, "a.yaml", a_yaml=secret).findings == []


# --- Namespaces ------------------------------------------------------------------------------------------------------


def namespace(**metadata: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme", **metadata}}


@pytest.mark.parametrize(
    ("objects", "is_tenant"),
    [
        ([namespace()], False),
        ([namespace(), plain("ConfigMap", "settings", "acme")], False),
        ([namespace(labels={"openchoreo.dev/control-plane": "true"})], True),
        ([namespace(annotations={"openchoreo.dev/display-name": "Acme"})], True),
        ([namespace(), samples.component("acme")], True),
        ([namespace(), samples.component("other")], False),
    ],
    ids=["alone", "with others' objects", "labelled", "annotated", "with an object of OpenChoreo's", "of another's"],
)
def test_a_namespace_is_a_tenant_if_something_marks_it(objects: list[Manifest], is_tenant: bool) -> None:
    found = stack(*objects).settings
    tenants = [each.name for each in found.declared if each.kind == "Namespace"]
    others = [each.name for each in found.neighbours if each.kind == "Namespace"]
    assert (tenants, others) == ((["acme"], []) if is_tenant else ([], ["acme"]))


def test_a_plain_namespace_among_objects_of_openchoreo_is_a_warning_unless_others_are_in_it() -> None:
    [line] = [each for each in reported(stack(namespace(), samples.component("other"))) if "plain namespace" in each]
    assert line == (
        "warning: choreo:resources[0].metadata.name: treated as a plain namespace, because no object of OpenChoreo in "
        "this stack is in it; add the label openchoreo.dev/control-plane=true if objects of OpenChoreo in other stacks "
        "are"
    )
    found = stack(namespace(), samples.component("other"), plain("ConfigMap", "settings", "acme"))
    assert [each for each in reported(found) if "plain namespace" in each] == []


# --- Files that are not for a cluster --------------------------------------------------------------------------------

KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["a.yaml"]}


@pytest.mark.parametrize("given", [KUSTOMIZATION, {"resources": ["a.yaml"]}], ids=["named", "without a kind"])
def test_a_kustomize_file_that_a_glob_matches_is_skipped_with_one_warning(tmp_path: Path, given: Any) -> None:
    found = from_files(tmp_path, "*.yaml", kustomization_yaml=[given, given], a_yaml=declaring.organization())
    assert list(map(str, found.findings)) == [
        "kustomization.yaml: warning: skipped: a kustomize file, which is not for a cluster"
    ]
    assert [each.name for each in found.settings.declared] == ["acme"]


@pytest.mark.parametrize("patterns", [["kustomization.yaml"], ["kustomization.yaml", "*.yaml"]])
def test_a_kustomize_file_that_is_named_is_an_error(tmp_path: Path, patterns: list[str]) -> None:
    found = from_files(tmp_path, *patterns, kustomization_yaml=KUSTOMIZATION)
    assert list(map(str, found.findings)) == [
        "kustomization.yaml:2: kind: error: a kustomize file, which is not for a cluster; name the files that it lists"
    ]


@pytest.mark.parametrize(("pattern", "optional"), [("*.yaml", True), ("flux.yaml", False)])
def test_an_object_of_flux_that_a_glob_matches_may_be_for_another_cluster(
    tmp_path: Path, pattern: str, optional: bool
) -> None:
    source = plain("GitRepository", "platform", "flux-system", "source.toolkit.fluxcd.io/v1", spec={})
    [neighbour] = from_files(tmp_path, pattern, flux_yaml=source).settings.neighbours
    assert neighbour.optional is optional


def test_an_object_with_the_name_of_a_namespace_does_not_affect_it() -> None:
    annotated = samples.component("other", "acme")
    annotated["metadata"]["annotations"] = {"openchoreo.dev/display-name": "Acme"}
    assert [each.name for each in stack(namespace(), annotated).settings.neighbours] == ["acme"]
