"""The examples: the objects that each declares, and their order."""

import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pulumi
import pytest

from choreo_components.components import preparation
from choreo_components.preflight.run import Survey
from tests.components.registering import Registrations, registered

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def _a_preflight_without_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(*_: Any, **__: Any) -> Survey:
        return Survey()

    monkeypatch.setattr(preparation, "survey", answer)


def program(example: str, monkeypatch: pytest.MonkeyPatch, controllers: str = "present") -> Registrations:
    """What the example registers, run in its folder."""
    folder = EXAMPLES / example
    monkeypatch.chdir(folder)

    def run() -> None:
        pulumi.runtime.set_all_config({"choreo:controllers": controllers})
        runpy.run_path(str(folder / "__main__.py"))

    return registered(run)


def objects(found: Registrations) -> Counter[str]:
    """How many objects of each kind there are."""
    return Counter(each.type.rpartition(":")[2] for each in found.custom if each.type.startswith("kubernetes:"))


def test_the_readmes_program_has_the_objects_of_its_stack_except_for_the_namespace() -> None:
    text = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    source = text.partition("```python\n")[2].partition("```\n")[0]
    found = registered(lambda: exec(source, {}))
    assert objects(found) == {"DataPlane": 1, "Environment": 1}
    assert "west-dataplane" in found["staging-environment"].depends_on


def test_core_v1_is_an_organization_whose_environments_have_a_namespace_for_its_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = program("core_v1", monkeypatch, "absent")
    once = dict.fromkeys(("Organization", "DataPlane", "DeploymentPipeline", "Project"), 1)
    assert objects(found) == {**once, "Environment": 2, "Namespace": 3}
    assert {"development-finalizer", "staging-finalizer"} <= found["standard-deploymentpipeline"].depends_on


def test_v1alpha1_is_a_namespace_whose_environments_each_bind_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    found = program("v1alpha1", monkeypatch)
    stages = "development", "staging", "production"
    kinds = "Namespace", "DataPlane", "DeploymentPipeline", "ProjectType", "Project", "ComponentType", "Component"
    once = dict.fromkeys((*kinds, "Workload"), 1)
    assert objects(found) == {**once, "Environment": 3, "ProjectReleaseBinding": 3}
    assert {f"{stage}-finalizer" for stage in stages} <= found["standard-deploymentpipeline"].depends_on
    assert "west-dataplane" in found["development-environment"].depends_on
    assert "catalog-component" in found["catalog-workload"].depends_on


def test_platform_has_the_objects_of_its_lists_and_of_its_manifests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = program("platform", monkeypatch)
    kinds = "Namespace", "DataPlane", "DeploymentPipeline", "ProjectType", "ComponentType", "Component", "Workload"
    assert objects(found) == {
        **dict.fromkeys(kinds, 1),
        "Environment": 3,
        "Project": 2,
        "ProjectReleaseBinding": 6,
    }
    assert found.outputs["shop"]["environments"].keys() == {
        f"example-platform/{stage}" for stage in ("development", "staging", "production")
    }
