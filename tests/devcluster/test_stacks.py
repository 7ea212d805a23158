"""The stacks of a checkout: in which order they come up."""

from pathlib import Path

import pytest
import yaml

from devcluster.errors import ClusterError
from devcluster.stacks import stacks
from tests.checkout import CHECKOUT


def write(folder: Path, name: str, *resources: dict[str, object], **config: object) -> None:
    """A stack with these resources."""
    (folder / "stacks").mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: test\nstackConfigDir: stacks\n")
    settings = {"choreo:controllers": "absent", "choreo:resources": list(resources), **config}
    (folder / "stacks" / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": settings}))


def declared(kind: str, name: str, namespace: str | None = None, **spec: object) -> dict[str, object]:
    """An object."""
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"apiVersion": "core.choreo.dev/v1", "kind": kind, "metadata": metadata, "spec": spec}


def environment(name: str, **spec: object) -> dict[str, object]:
    """An environment of the organization acme."""
    return declared("Environment", name, "acme", dataPlaneRef="plane", gateway={"dnsPrefix": name}, **spec)


def test_the_stacks_of_this_checkout_come_up_organization_first_and_production_last() -> None:
    assert stacks(CHECKOUT) == [
        "acme",
        "platform",
        "default-development",
        "default-staging",
        "development",
        "staging",
        "default-production",
        "production",
        "default",
    ]


def test_a_stack_comes_after_the_ones_that_it_needs_whatever_their_names(tmp_path: Path) -> None:
    write(tmp_path, "a-environment", environment("development"))
    write(tmp_path, "z-organization", declared("Organization", "acme"))
    assert stacks(tmp_path) == ["z-organization", "a-environment"]


def test_a_pipeline_does_not_wait_for_the_environments_it_names(tmp_path: Path) -> None:
    path = {"sourceEnvironmentRef": "development", "targetEnvironmentRefs": []}
    pipeline = declared("DeploymentPipeline", "pipeline", "acme", promotionPaths=[path])
    write(tmp_path, "organization", declared("Organization", "acme"), pipeline)
    write(tmp_path, "development", environment("development"))
    assert stacks(tmp_path) == ["organization", "development"]


def test_stacks_that_need_each_other_are_refused(tmp_path: Path) -> None:
    project = declared("Project", "portal", "acme", deploymentPipelineRef="pipeline")
    path = {"sourceEnvironmentRef": "development", "targetEnvironmentRefs": []}
    pipeline = declared("DeploymentPipeline", "pipeline", "acme", promotionPaths=[path])
    write(tmp_path, "one", declared("Organization", "acme"), project)
    write(tmp_path, "two", pipeline)
    with pytest.raises(ClusterError, match=r"these stacks need each other: (one -> two -> one|two -> one -> two)"):
        stacks(tmp_path)


def test_what_is_wrong_in_a_stack_is_reported_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, "broken", environment("development", isProduction="no"))
    place = r"stacks/Pulumi\.broken\.yaml:\d+: .*spec\.isProduction"
    with pytest.raises(ClusterError, match=f"{place}: error: should be true or false"):
        stacks(tmp_path)
