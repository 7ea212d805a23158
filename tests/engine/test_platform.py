"""A Platform in a program: it has the safety of a stack, in programs in any language."""

import yaml

from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from tests.engine import samples
from tests.engine.watching import Watcher
from tests.engine.workspace import Outcome, Workspace

DEPLOYMENTS, ENVIRONMENTS = (resource_named("core.choreo.dev/v1", kind) for kind in ("Deployment", "Environment"))

PYTHON = """
import pulumi
import yaml
from choreo_components import Platform

objects = yaml.safe_load(open("objects.yaml"))
platform = Platform("shop", {"resources": objects, "manifests": ["manifests/*.yaml"], "controllers": "absent"})
other = Platform("other", {"resources": yaml.safe_load(open("other.yaml")), "controllers": "absent"})
pulumi.export("environments", platform.environments)
"""

FOREIGN = """
import pulumi
import yaml

class Remote(pulumi.ComponentResource):
    def __init__(self, name, props):
        super().__init__("choreo:index:Platform", name, {**props, "environments": None}, None, remote=True)

config = pulumi.Config()
objects = yaml.safe_load(open("objects.yaml"))
platform = Remote("shop", {
    "resources": objects,
    "manifests": ["manifests/*.yaml"],
    "controllers": "absent",
    "kubeconfig": config.require_secret("kubeconfig"),
})
pulumi.export("environments", platform.environments)
"""


def program(workspace: Workspace, text: str, organization: str) -> None:
    """Writes a program with the objects of an organization and an environment, with the workload in a manifest."""
    acme, development = (samples.stack(name, organization)["choreo:resources"] for name in ("acme", "development"))
    workspace.project({"__main__.py": text, "objects.yaml": yaml.safe_dump([*acme, development[0]])}, name="program")
    (workspace.folder / "manifests").mkdir()
    (workspace.folder / "manifests" / "app.yaml").write_text(yaml.safe_dump_all(development[1:]))


def held_to_order(workspace: Workspace, organization: str) -> Outcome:
    """Destroys the stack; objects are deleted in order."""
    with Watcher(workspace.kubeconfig, [DEPLOYMENTS, NAMESPACES, ENVIRONMENTS]) as watcher:
        destroyed = workspace.destroy("dev")
    own = [
        each for each in watcher.events if each.namespace == organization or each.has(organization_name=organization)
    ]
    gone = [each.kind for each in own if each.type == "DELETED"]
    assert gone == ["Deployment", "Namespace", "Environment"]
    assert workspace.resources("dev") == []
    return destroyed


def test_a_platform_in_a_python_program_is_checked_first_and_deleted_in_order(
    workspace: Workspace, organization: str
) -> None:
    program(workspace, PYTHON, organization)
    other = samples.stack("acme", f"{organization}-b")["choreo:resources"]
    wrong = [each | ({"spec": {"colour": "blue"}} if each["kind"] == "Project" else {}) for each in other]
    (workspace.folder / "other.yaml").write_text(yaml.safe_dump(wrong))
    workspace.stack("dev")
    place = next(index for index, each in enumerate(wrong) if each["kind"] == "Project")
    said = workspace.preview("dev", fails=True).said
    assert f"Platform 'other': resources[{place}].spec.colour: error: " in said
    assert f"Platform 'other': resources[{place}].spec.deploymentPipelineRef: error: required field is missing" in said

    (workspace.folder / "other.yaml").write_text(yaml.safe_dump(other))
    said = workspace.up("dev").said
    assert f"dp-{organization}"[:20] in said, "the environments are an output"
    assert workspace.up("dev").changes.keys() == {"unchanged"}
    held_to_order(workspace, organization)


def test_a_hosted_platform_gives_a_program_in_any_language_the_same_safety(
    workspace: Workspace, organization: str
) -> None:
    program(workspace, FOREIGN, organization)
    workspace.stack("dev")
    kubeconfig = workspace.kubeconfig.read_text()
    workspace.run("config", "set", "--secret", "--stack", "dev", "kubeconfig", given=kubeconfig)
    manifest = workspace.folder / "manifests" / "app.yaml"
    right = manifest.read_text()
    manifest.write_text(right.replace("deploymentArtifactRef:", "deploymentArtifact:"))
    said = workspace.preview("dev", fails=True).said
    assert "manifests/app.yaml:" in said
    assert "spec.deploymentArtifactRef: error: required field is missing" in said

    manifest.write_text(right)
    said = workspace.up("dev").said
    assert f"dp-{organization}"[:20] in said, "the environments are an output"
    assert workspace.up("dev").changes.keys() == {"unchanged"}
    assert yaml.safe_load(kubeconfig)["users"][0]["user"].popitem()[1] not in workspace.state("dev")
    held_to_order(workspace, organization)
