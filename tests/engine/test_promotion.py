"""A promotion with a real API server, where the stand-in for OpenChoreo's controllers made the releases."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from lightkube import Client, KubeConfig

from devcluster import ControlPlane
from tests.cli.running import choreo
from tests.projects import write
from tests.standin.cluster import Cluster
from tests.standin.openchoreo_v1alpha1 import samples
from tests.standin.openchoreo_v1alpha1.kinds import RESOURCES
from tests.standin.openchoreo_v1alpha1.rendered import ON_PLANES

STAGING = """\
# The project is bound; nothing runs here yet
apiVersion: openchoreo.dev/v1alpha1
kind: ProjectReleaseBinding
metadata: {name: shop-staging, namespace: NAMESPACE}
spec:
  owner: {projectName: shop}
  environment: staging   # its release is seeded
---
apiVersion: openchoreo.dev/v1alpha1
kind: ReleaseBinding
metadata: {name: web-staging, namespace: NAMESPACE}
spec:
  owner: {projectName: shop, componentName: web}
  environment: staging
"""


@pytest.fixture
def cluster(controlled_plane: ControlPlane) -> Iterator[Cluster]:
    """A cluster with a platform, and a component that its controllers deployed to the root environment."""
    config = KubeConfig.from_file(controlled_plane.kubeconfig)
    with Client(config=config, trust_env=False, field_manager="tester") as client:
        made = Cluster(client, {**RESOURCES, **ON_PLANES}, f"acme-{uuid4().hex[:6]}")
        made.create(*samples.platform(made.namespace))
        for environment in ("development", "staging"):
            made.until_says("ProjectReleaseBinding", f"shop-{environment}", "Ready", "True")
        made.create(samples.component(made.namespace), samples.workload(made.namespace))
        made.until_says("ReleaseBinding", "web-development", "Ready", "True")
        yield made


@pytest.fixture
def staging(tmp_path: Path, cluster: Cluster) -> Path:
    """The manifest of the stack `staging`, next to a stack with the platform; no stack has releases."""
    namespace = cluster.namespace
    platform = [each for each in samples.platform(namespace) if each["metadata"]["name"] != "shop-staging"]
    write(
        tmp_path,
        {"platform": [*platform, samples.component(namespace), samples.workload(namespace)], "staging": []},
        {"staging": {"manifests": ["staging.yaml"]}},
    )
    manifest = tmp_path / "staging.yaml"
    manifest.write_text(STAGING.replace("NAMESPACE", namespace))
    return manifest


def test_a_release_that_controllers_made_is_promoted_applied_and_rolled_back(
    cluster: Cluster, staging: Path, controlled_plane: ControlPlane
) -> None:
    before = staging.read_text()
    asked = ("--kubeconfig", controlled_plane.kubeconfig, "-C", staging.parent, "--output", "json")
    step = ("web", "--from", "development", "--to", "staging", *asked)
    first: str = cluster.get("ReleaseBinding", "web-development")["spec"]["releaseName"]

    done = choreo("promote", *step)
    assert (done.exit_code, done.stderr) == (0, "")
    [moved] = json.loads(done.stdout)["promoted"]
    assert (moved["from"], moved["to"], moved["line"]) == (None, first, 15)
    assert staging.read_text() == f"{before}  releaseName: {first}\n"
    _apply(cluster, staging)

    cluster.patch("Workload", "web-workload", {"spec": {"container": {"image": "web:2"}}})
    live = cluster.until(
        "ReleaseBinding", "web-development", lambda each: each["spec"].get("releaseName") not in (first, None)
    )
    second: str = live["spec"]["releaseName"]
    assert choreo("promote", *step).exit_code == 0
    assert staging.read_text() == f"{before}  releaseName: {second}\n"
    _apply(cluster, staging)

    assert choreo("promote", "web", "--to", "staging", "--release", first, *asked).exit_code == 0
    assert staging.read_text() == f"{before}  releaseName: {first}\n"
    nowhere = choreo("promote", "web", "--to", "staging", "--release", "web-never", *asked)
    assert (nowhere.exit_code, nowhere.stderr) == (
        2,
        "error: no ComponentRelease 'web-never': neither in a stack nor in the cluster\n",
    )
    root = choreo("promote", "web", "--to", "development", "--release", first, *asked)
    assert root.exit_code == 2
    assert root.stderr.startswith("error: Component 'web' is deployed to 'development' automatically")


def test_the_seeded_release_of_a_project_is_promoted_with_its_components(
    cluster: Cluster, staging: Path, controlled_plane: ControlPlane
) -> None:
    seeded: str = cluster.get("ProjectReleaseBinding", "shop-development")["spec"]["projectRelease"]
    asked = ("--kubeconfig", controlled_plane.kubeconfig, "-C", staging.parent)
    done = choreo("promote", "--project", "shop", "--from", "development", "--to", "staging", *asked)
    assert (done.exit_code, done.stderr) == (0, "")
    bindings = {each["kind"]: each["spec"] for each in yaml.safe_load_all(staging.read_text())}
    assert bindings["ProjectReleaseBinding"]["projectRelease"] == seeded
    assert f"  environment: staging   # its release is seeded\n  projectRelease: {seeded}\n" in staging.read_text()
    _apply(cluster, staging)


def _apply(cluster: Cluster, manifest: Path) -> None:
    """Applies the objects, as the stack's `pulumi up` does."""
    documents = list(yaml.safe_load_all(manifest.read_text()))
    for each in documents:
        kind, name = each["kind"], each["metadata"]["name"]
        if cluster.find(kind, name) is None:
            cluster.create(each)
        else:
            cluster.patch(kind, name, {"spec": each["spec"]})
    release = documents[-1]["spec"]["releaseName"]
    cluster.until("ReleaseBinding", "web-staging", lambda each: each["spec"]["releaseName"] == release)
    cluster.until_says("ReleaseBinding", "web-staging", "Ready", "True")
