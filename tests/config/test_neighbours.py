"""Objects of other APIs are declared as they are written: their form is checked, and nothing else."""

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


def told(found: Stack) -> list[str]:
    return [f"{each.severity.value}: {each.where.field}: {each.message}" for each in found.findings]


def sent(*objects: Manifest) -> list[Any]:
    """The neighbours of a stack with these objects, in wire names."""
    found = stack(*objects)
    assert told(found) == []
    return [each.wire for each in found.settings.neighbours]


def from_files(folder: Path, *patterns: str, **files: Any) -> Stack:
    """A stack of these manifests; the files are called as they are, with `.yaml` for `_yaml`."""
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
def test_an_object_of_another_api_is_sent_as_it_is_written(given: Manifest) -> None:
    assert sent(given) == [given]


def test_a_null_is_an_absent_field_and_what_says_nothing_is_left_out() -> None:
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


def test_what_kubectl_has_noted_is_left_out_with_a_warning() -> None:
    config_map = plain("ConfigMap", "settings", "acme")
    config_map["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    found = stack(config_map)
    assert [each.message for each in found.findings] == ["left out: it is a note of kubectl's own, not of the object"]
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
            "Kubernetes has no Environment in v1: the apiVersion of OpenChoreo's is core.choreo.dev/v1 or "
            "openchoreo.dev/v1alpha1",
        ),
        (
            plain("List", "all", items=[]),
            "kind",
            "a list of objects is not taken apart: write the objects one by one, with --- between them",
        ),
        (
            plain("CustomResourceDefinition", "a.example.com", None, "apiextensions.k8s.io/v1"),
            "kind",
            "definitions are not for a stack: with one, all objects of its kind would be deleted, whoever has made "
            "them. Install it beforehand (helm, kubectl apply --server-side), and leave this file out",
        ),
        (
            plain("ConfigMap", "a/b"),
            "metadata.name",
            "Kubernetes would refuse the name 'a/b': it can be no part of a path",
        ),
        (plain("ConfigMap", "a", status={"ready": True}), "status", "set by the cluster: remove it"),
        (plain("ConfigMap", "a") | {"metadata": {}}, "metadata.name", "required, and missing"),
        (
            plain("ConfigMap", "a") | {"metadata": {"name": "a", "uid": "1"}},
            "metadata.uid",
            "set by the cluster: remove it",
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
        (plain("Secret", "a", "acme", data={"a": 1}), "data.a", "should be a text: put it in quotes"),
        (plain("Secret", "a", "acme", stringData="very-secret"), "stringData", "should be a mapping of keys to texts"),
    ],
)
def test_a_mistake_that_no_cluster_need_be_asked_about_is_told_at_its_field(
    given: Manifest, field: str, message: str
) -> None:
    errors = [each for each in told(stack(given)) if each.startswith("error")]
    assert errors == [f"error: choreo:resources[0].{field}: {message}"]


@given(st.sampled_from(["apps/v1", "argoproj.io/v1alpha1", "external-secrets.io/v1", "choreography.example/v1"]))
def test_other_groups_are_none_of_openchoreos(api_version: str) -> None:
    assert not is_of_openchoreo(api_version)


def test_one_object_twice_is_taken_once_or_refused_where_the_two_differ() -> None:
    settings = plain("ConfigMap", "settings", "acme", data={"log": "debug"})
    assert [each.partition("twice")[2] for each in told(stack(settings, settings))] == [
        "; first at Pulumi.test.yaml:5: choreo:resources[0].metadata.name. They are alike: it is taken once"
    ]
    [line] = told(stack(settings, settings | {"data": {"log": "info"}}))
    assert line.startswith("error: choreo:resources[1].metadata.name: ConfigMap 'settings' of namespace 'acme' is ")
    assert line.endswith("They differ in data.log")


# --- Secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_in_a_manifest_is_warned_of_once(tmp_path: Path) -> None:
    secret = plain("Secret", "authority", "acme", stringData={"a": "very-secret", "b": "very-secret"})
    [finding] = from_files(tmp_path, "a.yaml", a_yaml=secret).findings
    assert (str(finding.where), finding.message) == ("a.yaml:6: stringData", IN_MANIFEST)


def test_a_secret_without_contents_is_not_warned_of(tmp_path: Path) -> None:
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
def test_a_namespace_is_a_tenant_where_something_says_so(objects: list[Manifest], is_tenant: bool) -> None:
    found = stack(*objects).settings
    tenants = [each.name for each in found.declared if each.kind == "Namespace"]
    others = [each.name for each in found.neighbours if each.kind == "Namespace"]
    assert (tenants, others) == ((["acme"], []) if is_tenant else ([], ["acme"]))


def test_a_plain_namespace_beside_objects_of_openchoreo_is_warned_of_unless_others_are_in_it() -> None:
    [line] = [each for each in told(stack(namespace(), samples.component("other"))) if "namespace like" in each]
    assert line == (
        "warning: choreo:resources[0].metadata.name: a namespace like any other, as nothing of OpenChoreo in this "
        "stack is in it: give it the label openchoreo.dev/control-plane=true if OpenChoreo's objects of other stacks "
        "are"
    )
    found = stack(namespace(), samples.component("other"), plain("ConfigMap", "settings", "acme"))
    assert [each for each in told(found) if "namespace like" in each] == []


# --- Files that are sent to no cluster ------------------------------------------------------------------------------

KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["a.yaml"]}


@pytest.mark.parametrize("given", [KUSTOMIZATION, {"resources": ["a.yaml"]}], ids=["named", "without a kind"])
def test_a_file_of_kustomizes_is_passed_over_and_named_once_where_a_glob_brings_it(tmp_path: Path, given: Any) -> None:
    found = from_files(tmp_path, "*.yaml", kustomization_yaml=[given, given], a_yaml=declaring.organization())
    assert list(map(str, found.findings)) == [
        "kustomization.yaml: warning: passed over: a file of kustomize's own, which is sent to no cluster"
    ]
    assert [each.name for each in found.settings.declared] == ["acme"]


@pytest.mark.parametrize("patterns", [["kustomization.yaml"], ["kustomization.yaml", "*.yaml"]])
def test_a_file_of_kustomizes_that_is_named_is_an_error(tmp_path: Path, patterns: list[str]) -> None:
    found = from_files(tmp_path, *patterns, kustomization_yaml=KUSTOMIZATION)
    assert list(map(str, found.findings)) == [
        "kustomization.yaml:2: kind: error: a file of kustomize's own, which is sent to no cluster: name the files "
        "that it lists"
    ]


@pytest.mark.parametrize(("pattern", "optional"), [("*.yaml", True), ("flux.yaml", False)])
def test_what_is_fluxs_may_be_meant_for_another_cluster_where_a_glob_brings_it(
    tmp_path: Path, pattern: str, optional: bool
) -> None:
    source = plain("GitRepository", "platform", "flux-system", "source.toolkit.fluxcd.io/v1", spec={})
    [neighbour] = from_files(tmp_path, pattern, flux_yaml=source).settings.neighbours
    assert neighbour.optional is optional


def test_an_object_that_is_called_like_a_namespace_says_nothing_of_it() -> None:
    annotated = samples.component("other", "acme")
    annotated["metadata"]["annotations"] = {"openchoreo.dev/display-name": "Acme"}
    assert [each.name for each in stack(namespace(), annotated).settings.neighbours] == ["acme"]
