"""The stand-in does what OpenChoreo's controllers were seen to do."""

import json
from typing import Any

from tests.engine import samples
from tests.standin.conftest import Kubectl
from tests.standin.manager import Errors


def test_a_zero_value_is_gone_when_the_controller_adds_its_finalizer(kubectl: Kubectl, organization: str) -> None:
    environment = _environment(organization, "qa", isProduction=False)
    said = kubectl("create", "-f", "-", "-o", "jsonpath={.spec.isProduction}", manifest=[environment])
    assert said == "false", "it was sent"
    ready = ("wait", "--for=condition=Ready", "environments.core.choreo.dev/qa", "-n", organization, "--timeout=60s")
    assert "met" in kubectl(*ready)
    live = json.loads(kubectl("get", "environments.core.choreo.dev", "qa", "-n", organization, "-o", "json"))
    assert live["metadata"]["finalizers"] == ["core.choreo.dev/environment-cleanup"]
    assert live["spec"] == {"dataPlaneRef": "dp-local", "gateway": {"dnsPrefix": "qa"}}


def test_controllers_own_no_declared_field_though_they_write_whole_objects(kubectl: Kubectl, organization: str) -> None:
    kinds = "dataplanes,environments,projects".replace(",", ".core.choreo.dev,") + ".core.choreo.dev"
    found = json.loads(kubectl("get", kinds, "-n", organization, "-o", "json", "--show-managed-fields"))["items"]
    assert len(found) == 3
    for live in found:
        written = [
            entry["fieldsV1"]
            for entry in live["metadata"]["managedFields"]
            if entry["manager"] == "manager" and "subresource" not in entry
        ]
        assert [list(each) for each in written] == [["f:metadata"]], f"{live['kind']}: {written}"
        assert list(written[0]["f:metadata"]) == ["f:finalizers"], f"{live['kind']}: {written}"


def test_a_project_whose_pipeline_was_deleted_first_hangs_and_cannot_be_changed(
    kubectl: Kubectl, organization: str, errors: Errors
) -> None:
    project = ("projects.core.choreo.dev", "customer-portal", "-n", organization)
    pipeline = ("deploymentpipelines.core.choreo.dev", "pipeline-dev-stage-prod", "-n", organization)
    assert "deleted" in kubectl("delete", *pipeline, "--timeout=60s"), "it has no finalizer"

    assert "timed out" in kubectl("delete", *project, "--timeout=3s")

    assert any(
        "Project customer-portal: cannot retrieve the deployment pipeline" in each for each in errors.of(organization)
    )
    said = kubectl("label", *project, "a=b")
    assert "denied the request: deployment pipeline 'pipeline-dev-stage-prod'" in said, "every update is refused"


def test_a_project_under_a_hashed_name_hangs_until_a_pipeline_has_the_name_that_it_refers_to(
    kubectl: Kubectl, organization: str, errors: Errors
) -> None:
    """`choreoctl create` hashes the pipeline's metadata.name as well, and refers to it by its label."""
    declared = {each["kind"]: each for each in samples.stack("acme", organization)["choreo:resources"]}
    own = {"core.choreo.dev/organization": organization}

    def called(kind: str, name: str, label: str) -> dict[str, Any]:
        labels = {**own, "core.choreo.dev/name": label}
        return {**declared[kind], "metadata": {"name": name, "namespace": organization, "labels": labels}}

    pipeline = called("DeploymentPipeline", "acme-default-pipeline-78a7d704", "default-pipeline")
    kubectl("create", "-f", "-", manifest=[pipeline])
    made = ("deploymentpipelines.core.choreo.dev", pipeline["metadata"]["name"], "-n", organization)
    assert "met" in kubectl("wait", "--for=condition=Available", *_one(made), "--timeout=60s")
    project = called("Project", "acme-shop-792c6b74", "shop") | {"spec": {"deploymentPipelineRef": "default-pipeline"}}
    assert "created" in kubectl("create", "-f", "-", manifest=[project])
    hashed = ("projects.core.choreo.dev", "acme-shop-792c6b74", "-n", organization)
    assert "met" in kubectl("wait", "--for=condition=Created", *_one(hashed), "--timeout=60s")

    assert "timed out" in kubectl("delete", *hashed, "--timeout=3s")
    missing = "Project acme-shop-792c6b74: cannot retrieve the deployment pipeline 'default-pipeline'"
    assert any(missing in each for each in errors.of(organization))

    kubectl("create", "-f", "-", manifest=[called("DeploymentPipeline", "default-pipeline", "default-pipeline")])
    kubectl("wait", "--for=delete", *_one(hashed), "--timeout=60s")
    assert "NotFound" in kubectl("get", *hashed)


def test_a_project_without_its_pipeline_or_a_second_time_is_refused(kubectl: Kubectl, organization: str) -> None:
    declared = next(
        each for each in samples.stack("acme", organization)["choreo:resources"] if each["kind"] == "Project"
    )
    own = {"core.choreo.dev/organization": organization, "core.choreo.dev/name": "shop"}
    metadata = {"name": "shop", "namespace": organization}
    nowhere: dict[str, Any] = {**declared, "metadata": {**metadata, "labels": own}}
    nowhere["spec"] = {"deploymentPipelineRef": "nowhere"}
    assert "deployment pipeline 'nowhere'" in kubectl("create", "-f", "-", manifest=[nowhere])
    again = {**declared, "metadata": {**metadata, "labels": {**own, "core.choreo.dev/name": "customer-portal"}}}
    assert "already exists" in kubectl("create", "-f", "-", manifest=[again])
    unlabelled = {**declared, "metadata": metadata}
    assert "required labels missing" in kubectl("create", "-f", "-", manifest=[unlabelled])


def test_an_organization_does_not_notice_the_deletion_of_a_namespace_that_it_did_not_make(kubectl: Kubectl) -> None:
    kubectl("create", "namespace", "before")
    declared = {"apiVersion": "core.choreo.dev/v1", "kind": "Organization", "metadata": {"name": "before"}}
    kubectl("apply", "-f", "-", manifest=[declared])
    organization = ("organizations.core.choreo.dev", "before")
    assert "met" in kubectl("wait", "--for=condition=Ready", *_one(organization), "--timeout=60s")

    assert "timed out" in kubectl("delete", *organization, "--cascade=background", "--timeout=15s")

    assert "NotFound" in kubectl("get", "namespace", "before")
    kubectl("annotate", *organization, "touched=yes")
    kubectl("wait", "--for=delete", *_one(organization), "--timeout=60s")
    assert "NotFound" in kubectl("get", *organization)


def test_deleting_a_data_plane_deletes_its_environments(kubectl: Kubectl, organization: str) -> None:
    plane = ("dataplanes.core.choreo.dev", "dp-local", "-n", organization)
    environment = ("environments.core.choreo.dev", "development", "-n", organization)
    assert "timed out" not in kubectl("delete", *plane, "--timeout=60s")
    assert "NotFound" in kubectl("get", *environment)


def test_an_environment_without_its_data_plane_is_ready_and_cannot_be_finalized(
    kubectl: Kubectl, organization: str, errors: Errors
) -> None:
    declared = _environment(organization, "lost", dataPlaneRef="nowhere")
    kubectl("create", "-f", "-", manifest=[declared])
    environment = ("environments.core.choreo.dev", "lost", "-n", organization)
    assert "met" in kubectl("wait", "--for=condition=Ready", *_one(environment), "--timeout=60s")
    assert "timed out" in kubectl("delete", *environment, "--timeout=3s")
    expected = f"environment 'lost' refers to a non-existent dataplane 'nowhere' on organization '{organization}'"
    assert any(expected in each for each in errors.of(organization))


def _environment(organization: str, name: str, **spec: Any) -> dict[str, Any]:
    own = {"core.choreo.dev/organization": organization, "core.choreo.dev/name": name}
    return {
        "apiVersion": "core.choreo.dev/v1",
        "kind": "Environment",
        "metadata": {"name": name, "namespace": organization, "labels": own},
        "spec": {"dataPlaneRef": "dp-local", "gateway": {"dnsPrefix": name}, **spec},
    }


def _one(words: tuple[str, ...]) -> tuple[str, ...]:
    """Turns the arguments of `kubectl get` for one object into those of `kubectl wait`."""
    return (f"{words[0]}/{words[1]}", *words[2:])
