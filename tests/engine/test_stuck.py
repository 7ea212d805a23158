"""What is stuck: destroy reports what holds it, and resumes from there once it is released."""

from tests.engine import samples
from tests.engine.workspace import Workspace

ADMISSION = "validatingadmissionpolicy,validatingadmissionpolicybinding"


def refusing(organization: str) -> str:
    """An admission policy that forbids deleting Deployments of the organization."""
    return f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: keep-{organization}}}
spec:
  matchConstraints:
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {organization}}}}}
    resourceRules:
      - {{apiGroups: [core.choreo.dev], apiVersions: ["*"], operations: [DELETE], resources: [deployments]}}
  validations:
    - {{expression: "false", message: change freeze}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: keep-{organization}}}
spec: {{policyName: keep-{organization}, validationActions: [Deny]}}
"""


def held(namespace: str) -> str:
    """A ConfigMap that its finalizer holds."""
    return f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: held, namespace: {namespace}, finalizers: [example.com/never]}}
"""


def foreign(namespace: str) -> str:
    """A Project of another organization."""
    return f"""
apiVersion: core.choreo.dev/v1
kind: Project
metadata: {{name: theirs, namespace: {namespace}, labels: {{core.choreo.dev/organization: other}}}}
spec: {{deploymentPipelineRef: pipeline}}
"""


def test_what_holds_an_environment_is_named_step_by_step_and_in_the_end_everything_is_deleted(
    acme: Workspace, organization: str
) -> None:
    config = samples.stack("staging", organization)
    config["choreo:timeouts"] = {"deployments": "8s", "namespaces": "20s"}
    acme.stack("staging", config)
    acme.up("staging")
    selector = f"organization-name={organization},environment-name=staging"
    [own] = acme.kubectl("get", "namespaces", "-l", selector, "-o", "name").split()
    name, stray = own.removeprefix("namespace/"), f"stray-{organization}"

    # An admission policy that refuses.
    acme.create(samples.deployment(organization, "staging", "frozen"))
    acme.create(refusing(organization))
    frozen = ("deployments.core.choreo.dev", "frozen", "-n", organization)
    acme.wait_for_refusal("change freeze", "delete", "--dry-run=server", *frozen)
    said = acme.destroy("staging", fails=True).said
    assert "change freeze" in said, "the policy's own words"
    assert f"kubectl get deployments.core.choreo.dev frozen -n {organization} -o yaml" in said
    assert "Active" in acme.kubectl("get", own), "a namespace was deleted before its Deployments"
    acme.kubectl("delete", ADMISSION, f"keep-{organization}")

    # A namespace whose content remains, and one that is not the environment's.
    acme.create(held(name))
    acme.create(samples.namespace(stray, organization, "staging"))
    acme.create(foreign(stray))
    said = acme.destroy("staging", fails=True).said
    assert f"Namespace {name}: held by kubernetes (Kubernetes' namespace controller" in said
    assert "NamespaceFinalizersRemaining=True" in said
    assert "example.com/never" in said
    assert "namespaces: 1 remaining" in said, "it is silent while it waits"
    said = acme.up("staging", fails=True).said
    assert f"Namespace {name} is being deleted since" in said, "objects that are being deleted were counted as existing"
    assert "wait until it is gone" in said
    acme.kubectl("patch", "configmap", "held", "-n", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')

    said = acme.destroy("staging", fails=True).said
    assert f"Namespace {stray}: it contains Project 'theirs' of organization 'other'" in said
    assert "Active" in acme.kubectl("get", "namespace", stray)
    acme.kubectl("label", "namespace", stray, "organization-name-", "environment-name-")

    acme.destroy("staging")
    assert acme.resources("staging") == []
    assert acme.kubectl("get", "namespaces", "-l", selector, "-o", "name") == ""


def test_a_namespace_whose_labels_were_removed_is_deleted(acme: Workspace, organization: str) -> None:
    acme.stack("staging", samples.stack("staging", organization))
    acme.up("staging")
    selector = f"organization-name={organization},environment-name=staging"
    [own] = acme.kubectl("get", "namespaces", "-l", selector, "-o", "name").split()
    acme.kubectl("label", own, "organization-name-", "environment-name-")
    acme.destroy("staging")
    assert acme.kubectl("get", own, "--ignore-not-found") == ""


def test_an_object_of_the_stack_that_its_own_finalizer_holds_is_named_with_it(
    acme: Workspace, organization: str
) -> None:
    acme.stack("staging", samples.stack("staging", organization) | {"choreo:timeouts": {"delete": "3s"}})
    acme.up("staging")
    environment = ("environments.core.choreo.dev", "staging", "-n", organization)
    acme.kubectl("patch", *environment, "--type=merge", "-p", '{"metadata":{"finalizers":["example.com/never"]}}')

    said = acme.destroy("staging", fails=True).said

    assert f"{organization}/staging" in said
    assert "example.com/never" in said, said
    acme.kubectl("patch", *environment, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    acme.destroy("staging")
    assert acme.resources("staging") == []
