"""What is declared is checked with what it refers to, whether that is in the stack or in the cluster."""

import asyncio
from typing import cast

from choreo_components.components.preparation import missing
from choreo_components.config.findings import Finding
from choreo_components.kubernetes.client import Cluster
from choreo_components.plan.references import Found
from choreo_components.preflight.conflicts import conflicts
from choreo_components.preflight.lookup import look_up
from tests.declaring import Manifest, Stack, stack
from tests.preflight.test_existing import world
from tests.preflight.test_terminating import World
from tests.standin.openchoreo_v1alpha1 import samples
from tests.standin.openchoreo_v1alpha1.samples import manifest

PIPELINE = samples.pipeline("acme", ("development", ["staging"]))
PLATFORM = (samples.project("acme"), samples.component("acme"), PIPELINE)


def looked_up(found: Stack, there: World) -> Found:
    return asyncio.run(look_up(cast(Cluster, there), [each.target for each in found.plan.outside]))


def conflicting(found: Stack, there: World) -> list[Finding]:
    return asyncio.run(conflicts(cast(Cluster, there), found.plan, looked_up(found, there)))


def unfit(found: Stack, *there: Manifest) -> list[Finding]:
    """What does not work together, as far as it exists."""
    live = {target: each for target, each in looked_up(found, world(*there)).items() if each is not None}
    return missing(found.plan.outside, live)


# --- What autoDeploy makes or changes --------------------------------------------------------------------------------


def test_a_binding_that_the_auto_deploy_of_a_live_component_makes_too_is_an_error() -> None:
    found = stack(samples.release_binding("acme", "development", name="mine"))
    [finding] = conflicting(found, world(*PLATFORM))
    assert finding.where.field == "choreo:resources[0].metadata.name"
    assert finding.message == (
        "should be 'web-development': autoDeploy of component 'web' makes the binding of that name in the first "
        "environment of the pipeline, 'development', and with two of them the component is not deployed at all"
    )


def test_a_release_that_the_auto_deploy_of_a_live_component_sets_back_is_an_error() -> None:
    found = stack(samples.release_binding("acme", "development", releaseName="web-1"))
    [finding] = conflicting(found, world(*PLATFORM))
    assert finding.where.field == "choreo:resources[0].spec.releaseName"


def test_in_other_environments_and_without_auto_deploy_the_release_is_the_stacks() -> None:
    promoted = stack(samples.release_binding("acme", "staging", releaseName="web-1"))
    assert conflicting(promoted, world(*PLATFORM)) == []
    first = stack(samples.release_binding("acme", "development", releaseName="web-1"))
    assert (
        conflicting(first, world(samples.project("acme"), samples.component("acme", autoDeploy=False), PIPELINE)) == []
    )


def test_a_project_of_before_types_is_accepted() -> None:
    older = samples.project("acme")
    del older["spec"]["type"]
    found = stack(samples.release_binding("acme", "development", name="mine"))
    assert conflicting(found, world(older, samples.component("acme"), PIPELINE)) == []


# --- What does not work together -------------------------------------------------------------------------------------


def test_a_namespace_without_its_label_is_reported_once() -> None:
    found = stack(PIPELINE, samples.project_type("acme"))
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme"}}
    [finding] = unfit(found, namespace)
    assert finding.where.field == "choreo:resources[1].metadata.namespace", "types come before pipelines"
    assert finding.message == (
        "namespace 'acme' has no label openchoreo.dev/control-plane=true, without which OpenChoreo's own tools do "
        "not find what is in it; declare the namespace in a stack, or kubectl label namespace acme "
        "openchoreo.dev/control-plane=true (1 more refer to it)"
    )
    assert unfit(found, samples.tenant("acme")) == []


def test_a_key_that_a_live_secret_reference_does_not_have_is_an_error() -> None:
    workload = samples.workload("acme")
    reference = {"key": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "pasword"}}}
    workload["spec"]["container"]["env"] = [reference]
    secret = manifest("SecretReference", "db", "acme", {"data": [{"secretKey": "password"}, {"secretKey": "user"}]})
    [finding] = unfit(stack(workload), secret)
    assert finding.where.field == "choreo:resources[0].spec.container.env[0].valueFrom.secretKeyRef.key"
    assert finding.message == "SecretReference 'db' has no key 'pasword'; its keys: password, user"


def test_a_workflow_that_a_live_type_does_not_allow_is_an_error() -> None:
    component = samples.component("acme", workflow={"name": "docker"})
    [finding] = unfit(stack(component), samples.component_type("acme"))
    assert finding.where.field == "choreo:resources[0].spec.workflow.name"
    allowed = samples.component_type("acme", allowedWorkflows=[{"kind": "ClusterWorkflow", "name": "docker"}])
    assert unfit(stack(component), allowed) == []


def test_the_binding_of_a_project_is_found_in_the_cluster_whatever_its_name() -> None:
    found = stack(samples.release_binding("acme", "development"))
    bound = samples.project_release_binding("acme", "development", name="mine")
    [target] = [each.target for each in found.plan.outside if each.target.kind == "ProjectReleaseBinding"]
    assert looked_up(found, world(bound))[target] == bound
    assert looked_up(found, world(samples.project_release_binding("acme", "staging")))[target] is None


def test_a_binding_without_that_of_its_project_is_a_warning() -> None:
    found = stack(samples.release_binding("acme", "development"))
    [finding] = [
        each for each in missing(found.plan.outside, looked_up(found, world(*PLATFORM))) if "Binding" in each.message
    ]
    assert finding.severity.value == "warning"
    assert finding.message == (
        "no ProjectReleaseBinding 'shop-development' in namespace 'acme': neither in this stack nor in the cluster; "
        "without one, project 'shop' has no namespace in 'development'"
    )
