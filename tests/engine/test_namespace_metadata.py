"""An admission policy that requires labels on namespaces: the setting adds them from the first request on."""

import json

from tests.engine import samples
from tests.engine.test_stuck import ADMISSION
from tests.engine.workspace import Workspace

ENFORCE = "pod-security.kubernetes.io/enforce"


def wanting(organization: str) -> str:
    """An admission policy that refuses data-plane namespaces of the organization without a Pod Security level."""
    return f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: levels-{organization}}}
spec:
  matchConstraints:
    objectSelector: {{matchLabels: {{organization-name: {organization}}}}}
    resourceRules:
      - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [namespaces]}}
  validations:
    - {{expression: "'{ENFORCE}' in object.metadata.labels", message: say how its pods are secured}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: levels-{organization}}}
spec: {{policyName: levels-{organization}, validationActions: [Deny]}}
"""


def test_namespaces_have_the_labels_of_the_setting_from_the_first_request_and_lose_them_with_it(
    acme: Workspace, organization: str
) -> None:
    config = samples.stack("staging", organization)
    acme.create(wanting(organization))
    refused = samples.namespace(f"refused-{organization}", organization, "staging")
    acme.wait_for_refusal("say how", "create", "--dry-run=server", "-f", "-", manifest=refused)
    acme.stack("staging", config)
    assert "say how its pods are secured" in acme.up("staging", fails=True).said

    for path, value in ((f'labels["{ENFORCE}"]', "restricted"), ('annotations["example.com/owner"]', "Blue Team")):
        acme.run("config", "set", "--path", f"choreo:namespaceMetadata.{path}", value, "--stack", "staging")
    acme.up("staging")
    selector = f"organization-name={organization},environment-name=staging"
    [before] = json.loads(acme.kubectl("get", "namespaces", "-l", selector, "-o", "json"))["items"]
    assert before["metadata"]["labels"][ENFORCE] == "restricted"
    assert before["metadata"]["annotations"]["example.com/owner"] == "Blue Team"
    assert before["metadata"]["labels"]["managed-by"] == "choreo-deployment-controller"
    acme.up("staging", "--expect-no-changes")

    acme.kubectl("delete", ADMISSION, f"levels-{organization}")
    acme.run("config", "rm", "choreo:namespaceMetadata", "--stack", "staging")
    assert acme.up("staging").changes.get("updated") == 1
    after = json.loads(acme.kubectl("get", "namespace", before["metadata"]["name"], "-o", "json"))
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["labels"].keys() == before["metadata"]["labels"].keys() - {ENFORCE}
    assert "example.com/owner" not in after["metadata"]["annotations"]
