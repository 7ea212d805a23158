"""A plan: what a stack becomes in the cluster, in which order, and in which order it is deleted."""

import dataclasses
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.generations import generations
from choreo_components.config.settings import Settings
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import FinalizerNode, Key, NamespaceNode, ObjectNode, Plan
from tests import declaring
from tests.declaring import Manifest, Stack, stack

WHOLE = (
    declaring.deployment(),
    declaring.artifact(),
    declaring.track(),
    declaring.component(),
    declaring.project(),
    declaring.pipeline(),
    declaring.environment(),
    declaring.data_plane(),
    declaring.organization(),
)
"""An organization with a deployment, declared in an order in which nothing could be created."""


def names(keys: Iterable[Key]) -> list[str]:
    """The keys as KIND/NAME."""
    return [f"{key.kind}/{key.name}" for key in keys]


def needs(found: Stack | Plan, kind: str, name: str) -> list[str]:
    """What a node comes after."""
    planned = found.plan if isinstance(found, Stack) else found
    return names(next(each for key, each in planned.needs.items() if (key.kind, key.name) == (kind, name)))


def namespaces(found: Stack) -> dict[str, str]:
    """The namespaces of a plan: PROJECT/ENVIRONMENT, and their names."""
    return {node.key.name: node.name for node in found.plan.nodes if isinstance(node, NamespaceNode)}


def outside(found: Stack) -> list[str]:
    """What a stack refers to and does not declare, without organizations."""
    return [
        str(each.target).replace("core.choreo.dev/", "")
        for each in found.plan.outside
        if each.target.kind != "Organization"
    ]


# --- Order ---------------------------------------------------------------------------------------------------------


def test_objects_are_created_in_the_order_of_what_they_refer_to() -> None:
    assert names(node.key for node in stack(*WHOLE).plan.nodes) == [
        "Organization/acme",
        "DataPlane/dp-local",
        "Environment/development",
        "DeploymentPipeline/pipeline",
        "Project/shop",
        "Component/web",
        "DeploymentTrack/web-main",
        "DeployableArtifact/web-1",
        "Namespace/shop/development",
        "EnvironmentFinalizer/development",
        "Deployment/web-development",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Organization", "acme", []),
        ("DataPlane", "dp-local", ["Organization/acme"]),
        ("Environment", "development", ["DataPlane/dp-local"]),
        ("DeploymentPipeline", "pipeline", ["Environment/development"]),
        ("Project", "shop", ["DeploymentPipeline/pipeline"]),
        ("Component", "web", ["Project/shop"]),
        ("DeploymentTrack", "web-main", ["Component/web"]),
        ("DeployableArtifact", "web-1", ["DeploymentTrack/web-main"]),
        ("Namespace", "shop/development", ["Environment/development", "Project/shop"]),
        (
            "EnvironmentFinalizer",
            "development",
            ["Environment/development", "DeployableArtifact/web-1", "Namespace/shop/development"],
        ),
        (
            "Deployment",
            "web-development",
            [
                "Environment/development",
                "DeploymentTrack/web-main",
                "DeployableArtifact/web-1",
                "EnvironmentFinalizer/development",
            ],
        ),
    ],
)
def test_each_comes_after_what_it_refers_to(kind: str, name: str, expected: list[str]) -> None:
    assert needs(stack(*WHOLE), kind, name) == expected


def test_the_organization_is_needed_directly_where_nothing_else_is() -> None:
    found = stack(declaring.organization(), declaring.environment(), declaring.component())
    assert needs(found, "Environment", "development") == ["Organization/acme"]
    assert needs(found, "Component", "web") == ["Organization/acme"]


def test_an_endpoint_comes_after_its_deployment() -> None:
    found = stack(*WHOLE, declaring.endpoint())
    assert needs(found, "Endpoint", "web-port") == ["Deployment/web-development"]


def test_a_deployment_comes_after_the_build_that_makes_its_artifact() -> None:
    found = stack(declaring.build("web-1"), declaring.deployment(artifact="web-1"))
    assert needs(found, "Deployment", "web-development") == ["Build/web-1"]


def test_an_artifact_comes_after_its_build_and_its_configuration() -> None:
    made = declaring.artifact(build="web-build")
    made["spec"]["configuration"] = {"application": {"envFrom": [{"configurationGroupRef": {"name": "redis"}}]}}
    found = stack(made, declaring.build(), declaring.configuration_group())
    assert needs(found, "DeployableArtifact", "web-1") == ["ConfigurationGroup/redis", "Build/web-build"]


def test_objects_of_two_organizations_are_independent() -> None:
    found = stack(*WHOLE, *(declaring.environment(organization="other"), declaring.data_plane(organization="other")))
    other = [key for key in found.plan.needs if key.organization == "other"]
    assert names(key for each in other for key in found.plan.needs[each] if key.organization != "other") == []
    assert outside(found) == []


# --- Waits ---------------------------------------------------------------------------------------------------------


def waits(found: Stack) -> dict[str, str | None]:
    return {node.key.kind: node.wait for node in found.plan.nodes if isinstance(node, ObjectNode)}


def test_each_object_is_waited_for_by_the_condition_of_its_kind() -> None:
    everything = (*WHOLE, declaring.build(), declaring.configuration_group())
    assert waits(stack(*everything)) == {
        "Organization": "Ready",
        "DataPlane": "Created",
        "Environment": "Ready",
        "DeploymentPipeline": "Available",
        "Project": "Created",
        "Component": "Created",
        "DeploymentTrack": "Available",
        "ConfigurationGroup": None,
        "Build": None,
        "DeployableArtifact": "Available",
        "Deployment": "Ready",
    }


def test_without_controllers_nothing_is_waited_for() -> None:
    assert set(waits(stack(*WHOLE, controllers="absent")).values()) == {None}


# --- Namespaces ----------------------------------------------------------------------------------------------------


def test_an_environment_alone_has_no_namespace() -> None:
    assert namespaces(stack(declaring.environment())) == {}


def test_a_namespace_has_the_name_that_openchoreo_gives_it() -> None:
    assert namespaces(stack(declaring.environment(), projects=["shop"])) == {
        "shop/development": data_plane_namespace("acme", "shop", "development")
    }


def test_a_project_has_a_namespace_in_each_environment_that_its_pipeline_reaches() -> None:
    found = stack(
        declaring.environment("development"),
        declaring.environment("staging"),
        declaring.environment("elsewhere"),
        declaring.pipeline(promotions=[("development", ["staging"])]),
        declaring.project(),
    )
    assert list(namespaces(found)) == ["shop/development", "shop/staging"]


def test_a_pipeline_of_another_stack_may_reach_any_environment() -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"), declaring.project())
    assert list(namespaces(found)) == ["shop/development", "shop/staging"]


def test_a_project_has_no_namespace_in_another_organizations_environment() -> None:
    found = stack(declaring.environment(organization="other"), declaring.project(organization="acme"))
    assert namespaces(found) == {}


def test_a_deployment_adds_the_namespace_of_its_project() -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"), declaring.deployment())
    assert list(namespaces(found)) == ["shop/development"]


def test_projects_of_other_stacks_have_a_namespace_in_each_environment() -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"), projects=["portal"])
    assert list(namespaces(found)) == ["portal/development", "portal/staging"]
    assert outside(found).count("Project with name=portal") == 2


def test_a_project_that_is_named_and_declared_is_not_looked_up() -> None:
    found = stack(declaring.environment("staging"), declaring.pipeline(), declaring.project(), projects=["shop"])
    assert needs(found, "Namespace", "shop/staging") == ["Environment/staging", "Project/shop"]
    assert "Project with name=shop" not in outside(found)


# --- Finalizers ----------------------------------------------------------------------------------------------------


def test_each_environment_has_a_finalizer_after_its_own_namespaces() -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"), projects=["shop"])
    assert needs(found, "EnvironmentFinalizer", "development") == [
        "Environment/development",
        "Namespace/shop/development",
    ]
    assert needs(found, "EnvironmentFinalizer", "staging") == ["Environment/staging", "Namespace/shop/staging"]


def test_a_finalizer_sweeps_before_the_workloads_of_deployments_are_deleted() -> None:
    """Also for a workload that no deployment of this stack uses: an unknown one may use it."""
    found = stack(declaring.environment(), declaring.component(), declaring.build(), declaring.configuration_group())
    assert needs(found, "EnvironmentFinalizer", "development") == [
        "Environment/development",
        "Component/web",
        "ConfigurationGroup/redis",
        "Build/web-build",
    ]


def test_a_finalizer_does_not_depend_on_the_workloads_of_another_organization() -> None:
    found = stack(declaring.environment(), declaring.component(organization="other"))
    assert needs(found, "EnvironmentFinalizer", "development") == ["Environment/development"]


def test_a_deployment_is_deleted_before_the_finalizer_of_its_own_environment_only() -> None:
    found = stack(
        declaring.environment("development"),
        declaring.environment("staging"),
        declaring.deployment(environment="development"),
    )
    assert "EnvironmentFinalizer/development" in needs(found, "Deployment", "web-development")
    assert "EnvironmentFinalizer/staging" not in needs(found, "Deployment", "web-development")


def test_a_deployment_to_another_stacks_environment_has_no_finalizer_here() -> None:
    found = stack(declaring.deployment())
    assert needs(found, "Deployment", "web-development") == []


# --- Outside -------------------------------------------------------------------------------------------------------


def test_what_the_stack_declares_is_not_looked_up() -> None:
    assert stack(*WHOLE).plan.outside == ()


def test_what_the_stack_does_not_declare_is_to_be_looked_up() -> None:
    assert outside(stack(declaring.deployment())) == [
        "DeploymentTrack with project=shop, component=web, name=main",
        "Environment with name=development",
        "DeployableArtifact 'web-1'",
    ]


def test_the_organization_of_another_stack_is_to_be_looked_up() -> None:
    found = stack(declaring.data_plane())
    assert [(each.target.kind, each.target.name) for each in found.plan.outside] == [("Organization", "acme")]


def test_every_kind_has_its_place_in_the_order() -> None:
    for generation in generations().values():
        no_kinds = {"data-plane namespace", "EnvironmentFinalizer", "Secret"}
        assert set(generation.by_name) == set(generation.order) - no_kinds, generation.api_version


# --- Any objects -----------------------------------------------------------------------------------------------------

ORGANIZATIONS = st.sampled_from(["acme", "other"])
ENVIRONMENTS = st.sampled_from(["development", "staging", "production"])
PROJECTS = st.sampled_from(["shop", "portal"])
ARTIFACTS = st.sampled_from(["web-1", "web-2", "web-build"])
OBJECTS = st.one_of(
    st.builds(declaring.organization, ORGANIZATIONS),
    st.builds(declaring.data_plane, organization=ORGANIZATIONS),
    st.builds(declaring.environment, ENVIRONMENTS, organization=ORGANIZATIONS),
    st.builds(
        declaring.pipeline,
        st.just("pipeline"),
        st.lists(st.tuples(ENVIRONMENTS, st.lists(ENVIRONMENTS, max_size=2)), max_size=3),
        ORGANIZATIONS,
    ),
    st.builds(declaring.project, PROJECTS, organization=ORGANIZATIONS),
    st.builds(declaring.component, project=PROJECTS, organization=ORGANIZATIONS),
    st.builds(declaring.track, project=PROJECTS, organization=ORGANIZATIONS),
    st.builds(
        declaring.artifact,
        ARTIFACTS,
        organization=ORGANIZATIONS,
        project=PROJECTS,
        build=st.none() | st.just("web-build"),
    ),
    st.builds(declaring.build, organization=ORGANIZATIONS, project=PROJECTS),
    st.builds(
        declaring.deployment,
        st.sampled_from(["d1", "d2", "d3"]),
        ENVIRONMENTS,
        ARTIFACTS,
        organization=ORGANIZATIONS,
        project=PROJECTS,
    ),
    st.builds(declaring.endpoint, deployment=st.sampled_from(["d1", "d2"]), environment=ENVIRONMENTS),
    st.builds(declaring.configuration_group, organization=ORGANIZATIONS),
)


def identity(made: Manifest) -> tuple[str, str, str]:
    return made["kind"], made["metadata"].get("namespace", ""), made["metadata"]["name"]


@st.composite
def stacks(draw: st.DrawFn) -> Settings:
    """The settings of a stack with any objects, each once, and any projects of other stacks."""
    objects = draw(st.lists(OBJECTS, max_size=16, unique_by=identity))
    found = stack(*objects, projects=draw(st.lists(PROJECTS, max_size=2)))
    assert len(found.settings.declared) == len(objects), found.findings
    return found.settings


@hypothesis_settings(max_examples=80, deadline=None)
@given(stacks(), st.randoms(use_true_random=False))
def test_the_same_objects_in_another_order_give_the_same_plan(settings: Settings, random: Random) -> None:
    shuffled = list(settings.declared)
    random.shuffle(shuffled)
    first, second = plan(settings), plan(dataclasses.replace(settings, declared=tuple(shuffled)))
    assert (second.nodes, second.needs, second.findings) == (first.nodes, first.needs, first.findings)
    assert second.outside == first.outside


@hypothesis_settings(max_examples=100, deadline=None)
@given(stacks())
def test_every_node_comes_after_what_it_needs(settings: Settings) -> None:
    planned = plan(settings)
    before: set[Key] = set()
    for node in planned.nodes:
        assert set(planned.needs[node.key]) <= before, f"{node.key} comes before what it needs"
        before.add(node.key)
    assert set(planned.needs) == before


def behind(planned: Plan, key: Key) -> set[Key]:
    """Everything that a node needs, directly or indirectly."""
    found: set[Key] = set()
    waiting = [key]
    while waiting:
        for each in planned.needs[waiting.pop()]:
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


@hypothesis_settings(max_examples=100, deadline=None)
@given(stacks())
def test_the_reverse_order_deletes_an_environment_as_openchoreo_does(settings: Settings) -> None:
    """Deployments, the sweep, then their workloads and namespaces, then the Environment."""
    planned = plan(settings)
    remaining = {node.key for node in planned.nodes}
    for node in reversed(planned.nodes):
        remaining.remove(node.key)
        assert not any(node.key in planned.needs[key] for key in remaining), f"{node.key} is deleted while it is needed"
    for node in planned.nodes:
        if not isinstance(node, FinalizerNode):
            continue
        swept = behind(planned, node.key)
        organization = node.key.organization
        assert node.environment in swept
        for other in planned.nodes:
            if other.key.organization != organization:
                assert other.key not in swept
            elif other.key.kind in (
                "Component",
                "DeploymentTrack",
                "ConfigurationGroup",
                "Build",
                "DeployableArtifact",
            ):
                assert other.key in swept, f"{other.key} may be deleted before the sweep of {node.key}"
            elif isinstance(other, NamespaceNode):
                assert (other.key in swept) == (other.environment == node.environment)
            elif other.key.kind == "Deployment" and isinstance(other, ObjectNode):
                own = other.declared.labels["core.choreo.dev/environment"] == node.environment.name
                assert (node.key in behind(planned, other.key)) == own


@hypothesis_settings(max_examples=80, deadline=None)
@given(stacks())
def test_every_object_is_behind_its_organization_if_the_stack_has_it(settings: Settings) -> None:
    planned = plan(settings)
    keys = {node.key for node in planned.nodes}
    for key in keys:
        organization = Key(API_VERSION, "Organization", key.organization, key.organization)
        if organization in keys and key != organization:
            assert organization in behind(planned, key), f"{key} may be created before its organization"


# --- Secrets of data planes ----------------------------------------------------------------------------------------


def test_a_data_plane_whose_kubeconfig_the_stack_has_gets_its_secret_first() -> None:
    found = stack(declaring.organization(), declaring.data_plane(), dataPlaneKubeconfigs={"dp-local": "a"})
    assert [str(node.key) for node in found.plan.nodes] == [
        "Organization acme/acme",
        "Secret acme/kind-1-config",
        "DataPlane acme/dp-local",
    ]
    assert needs(found, "DataPlane", "dp-local") == ["Secret/kind-1-config"]
    assert needs(found, "Secret", "kind-1-config") == ["Organization/acme"]


def test_a_data_plane_of_another_stack_gets_no_secret_from_this_one() -> None:
    found = stack(declaring.environment(), dataPlaneKubeconfigs={"dp-local": "a"})
    assert not [node for node in found.plan.nodes if node.key.kind == "Secret"]


def test_two_data_planes_with_different_kubeconfigs_cannot_share_a_secret() -> None:
    objects = [declaring.data_plane("east"), declaring.data_plane("west")]
    assert stack(*objects, dataPlaneKubeconfigs={"east": "a", "west": "a"}).findings == []
    [finding] = stack(*objects, dataPlaneKubeconfigs={"east": "a", "west": "b"}).findings
    assert finding.message == (
        "data planes 'east' and 'west' name the same Secret, but have different kubeconfigs; name another Secret in "
        "one of them"
    )
    assert finding.where.field == "choreo:resources[1].spec.kubernetesCluster.connectionConfigRef"


def test_a_kubeconfig_for_data_planes_of_two_organizations_is_an_error_at_its_place() -> None:
    """The settings do not name an organization, so both would silently get the same cluster."""
    objects = [declaring.data_plane(organization="acme"), declaring.environment(organization="globex")]
    assert stack(*objects, dataPlaneKubeconfigs={"dp-other": "a"}).findings == []
    [finding] = stack(*objects, dataPlaneKubeconfigs={"dp-local": "a"}).findings
    assert finding.message == (
        "organizations 'acme' and 'globex' of this stack each have a data plane 'dp-local', and these would share this "
        "kubeconfig; declare each organization in a separate stack, or rename the data planes"
    )
    assert finding.where.field == "choreo:dataPlaneKubeconfigs.dp-local"


def test_a_reference_that_cannot_be_the_name_of_a_secret_is_refused_where_the_secret_would_be_made() -> None:
    data_plane = declaring.data_plane()
    data_plane["spec"]["kubernetesCluster"]["connectionConfigRef"] = "No Name"
    [finding] = stack(data_plane, dataPlaneKubeconfigs={"dp-local": "a"}).findings
    assert "Kubernetes would refuse the name 'No Name' of the Secret" in finding.message


# --- A tenant that is a namespace -----------------------------------------------------------------------------------


def test_what_is_on_a_cluster_wide_plane_comes_after_its_namespace_too() -> None:
    tenant = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme"}}
    agent = {"clientCA": {"value": "PEM"}}
    today = "openchoreo.dev/v1alpha1"
    plane = {
        "apiVersion": today,
        "kind": "ClusterDataPlane",
        "metadata": {"name": "east"},
        "spec": {"planeID": "east", "clusterAgent": agent},
    }
    environment = {
        "apiVersion": today,
        "kind": "Environment",
        "metadata": {"name": "dev", "namespace": "acme"},
        "spec": {"dataPlaneRef": {"kind": "ClusterDataPlane", "name": "east"}},
    }
    found = stack(environment, plane, tenant)
    assert needs(found, "Environment", "dev") == ["Namespace/acme", "ClusterDataPlane/east"]
