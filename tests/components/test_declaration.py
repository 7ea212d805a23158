"""A plan becomes resources: one for each object, in the plan's order, with the plan's edges."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from choreo_components import Controllers, Environment, Organization
from choreo_components.api.annotations import APPLIED
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.components import declaration
from choreo_components.components.declaration import ControlPlane
from choreo_components.plan.nodes import NamespaceNode, ObjectNode
from choreo_components.preflight.data_planes import Connection
from tests import declaring
from tests.components.registering import Registered, Registrations, args_of, declare, registered
from tests.declaring import WHOLE, Stack, stack


def declared(found: Stack, kubeconfig: str | None = None) -> Registrations:
    """What the stack's program registers."""
    assert found.findings == []

    def program() -> None:
        declare(found, ControlPlane(None if kubeconfig is None else pulumi.Output.secret(kubeconfig)))

    return registered(program)


def provider_of(made: Registrations, name: str) -> Registered:
    """The Kubernetes provider of this name."""
    return next(each for each in made.of_type("pulumi:providers:kubernetes") if each.name == name)


@pytest.fixture(scope="module")
def whole() -> Registrations:
    return declared(stack(*WHOLE))


def test_every_object_is_named_by_its_organization_and_name(whole: Registrations) -> None:
    prefix = "kubernetes:core.choreo.dev/v1:"
    objects = [each for each in whole.custom if each.type.startswith(prefix)]
    assert [(each.type.removeprefix(prefix), each.name) for each in objects] == [
        ("Organization", "acme-organization"),
        ("DataPlane", "acme/dp-local-dataplane"),
        ("Environment", "acme/development-environment"),
        ("DeploymentPipeline", "acme/pipeline"),
        ("Project", "acme/shop"),
        ("Component", "acme/web"),
        ("DeploymentTrack", "acme/web-main"),
        ("DeployableArtifact", "acme/web-1"),
        ("Deployment", "acme/web-development"),
    ]


def test_an_organization_a_data_plane_and_an_environment_are_the_components_that_programs_import() -> None:
    """Kinds that consist of one object are plain resources, as the engine writes the state at each step."""
    found = declared(stack(*WHOLE, controllers="absent"))
    made = {each.name: each for each in found.resources if not each.request.custom}
    assert {name: each.type for name, each in made.items()} == {
        "platform": "choreo:index:Platform",
        "acme": "choreo:core/v1:Organization",
        "acme/dp-local": "choreo:core/v1:DataPlane",
        "acme/development": "choreo:core/v1:Environment",
    }
    # The name of the stack in the mocks depends on other tests.
    assert made.pop("platform").parent.startswith("choreo-")
    assert {each.parent for each in made.values()} == {"platform"}
    assert {each.name: each.parent for each in found.custom if each.parent != "platform"} == {
        "acme-organization": "acme",
        "acme-namespace": "acme",
        "acme/dp-local-dataplane": "acme/dp-local",
        "acme/development-environment": "acme/development",
        "acme/development-namespace-shop": "acme/development",
        "acme/development-finalizer": "acme/development",
        "acme/development-witness": "acme/development",
    }


def test_components_have_the_children_that_they_have_in_a_program() -> None:
    in_stack = declared(
        stack(declaring.organization(), declaring.environment(), controllers="absent", projects=["shop"])
    )

    def program() -> None:
        absent = Controllers.ABSENT
        args: Any = {**args_of("Environment"), "controllers": absent, "name": "development", "projects": ["shop"]}
        Organization("acme", {"controllers": absent})
        Environment("acme/development", args)

    in_program = registered(program)
    children = {each.name: each for each in in_program.custom}
    assert len(children) == 6
    for name, child in children.items():
        assert (in_stack[name].type, in_stack[name].parent) == (child.type, child.parent)
        assert in_stack[name].inputs == child.inputs, f"{name} is another object in a stack"


def test_nothing_that_a_stack_had_before_there_was_a_platform_is_replaced() -> None:
    """Each child has its former URN as an alias: a child of the stack, or of an object without a component."""
    found = declared(stack(*WHOLE, controllers="absent"))

    def former(name: str) -> str:
        [alias] = found[name].request.aliases
        return str(alias.urn.removeprefix("urn:pulumi:test::choreo::"))

    core, environment = "kubernetes:core.choreo.dev/v1:", "acme/development"
    assert former("kubernetes") == "pulumi:providers:kubernetes::kubernetes"
    assert former("inventory") == "choreo:index:Inventory::inventory"
    assert former("acme/pipeline") == f"{core}DeploymentPipeline::acme/pipeline"
    assert former(f"{environment}-environment") == f"{core}Environment::{environment}"
    child = f"{core}Environment$choreo:index:EnvironmentFinalizer::{environment}-finalizer"
    assert former(f"{environment}-finalizer") == child
    assert former("acme-namespace") == f"{core}Organization$kubernetes:core/v1:Namespace::acme-namespace"
    assert [each.name for each in found.custom if not each.request.aliases] == []


def test_only_call_stacks_of_providers_are_kept_in_the_state(whole: Registrations) -> None:
    kept = [each for each in whole.resources if each.request.stackTrace.frames]
    assert [each.type for each in kept if not each.type.startswith("pulumi:providers:")] == []


def test_everything_uses_the_stacks_explicit_provider(whole: Registrations) -> None:
    """A default provider would keep all of the stack's settings in its state."""
    provider = whole["choreo"]
    assert provider.type == "pulumi:providers:choreo"
    finalizer = whole["acme/development-finalizer"].request.provider
    assert "pulumi:providers:choreo::choreo::" in finalizer


def test_each_object_follows_its_dependencies_in_the_plan() -> None:
    found = stack(*WHOLE, controllers="absent")
    whole = declared(found)

    def resource_of(node: Any) -> str:
        if isinstance(node, ObjectNode):
            component = node.key.kind in ("Organization", "DataPlane", "Environment")
            role = node.key.name if node.key.kind == "Organization" else f"acme/{node.key.name}"
            return f"{role}-{node.key.kind.lower()}" if component else role
        environment = f"acme/{node.environment.name}"
        return (
            f"{environment}-namespace-{node.project}" if isinstance(node, NamespaceNode) else f"{environment}-finalizer"
        )

    resources = {node.key: resource_of(node) for node in found.plan.nodes}
    # Resources that need the organization need its namespace.
    needed = resources | {found.plan.nodes[0].key: "acme-namespace"}
    for node in found.plan.nodes:
        wanted = {needed[key] for key in found.plan.needs[node.key]}
        assert wanted <= whole[resources[node.key]].depends_on, f"{node.key} comes too early"


def test_an_object_is_sent_with_its_labels_annotations_and_spec() -> None:
    made = declaring.environment()
    made["metadata"]["labels"] = {"team": "blue"}
    made["metadata"]["annotations"] = {"core.choreo.dev/display-name": "Development"}
    made["spec"]["isProduction"] = False
    sent = declared(stack(made))["acme/development-environment"]
    assert sent.metadata == {
        "name": "development",
        "namespace": "acme",
        "labels": {
            "team": "blue",
            "core.choreo.dev/organization": "acme",
            "core.choreo.dev/name": "development",
        },
        "annotations": {
            "core.choreo.dev/display-name": "Development",
            **APPLIED,
            "pulumi.com/waitFor": "condition=Ready",
        },
    }
    assert sent.inputs["spec"] == {"dataPlaneRef": "dp-local", "gateway": {"dnsPrefix": "development"}}


def test_a_track_keeps_the_label_that_is_not_its_name(whole: Registrations) -> None:
    assert whole["acme/web-main"].labels["core.choreo.dev/name"] == "main"


def test_settings_apply_to_every_object() -> None:
    timeouts = {"ready": "1m", "delete": "2m", "deployments": "3m", "namespaces": "4m"}
    found = declared(stack(*WHOLE, controllers="absent", timeouts=timeouts))
    objects = [each for each in found.custom if each.type.startswith("kubernetes:core.choreo.dev")]
    assert len(objects) == len(WHOLE)
    for each in objects:
        assert "pulumi.com/waitFor" not in each.annotations
        assert (each.request.customTimeouts.create, each.request.customTimeouts.delete) == ("1m", "2m")
    finalizer = found["acme/development-finalizer"].inputs
    assert (finalizer["deploymentsTimeout"], finalizer["namespacesTimeout"]) == ("3m", "4m")


def test_finalizers_and_guards_may_delete_what_is_retained_if_the_settings_allow_it() -> None:
    kept = ("acme/development-finalizer", "deletion-guard", "deletion-guard/acme")
    for allowed, expected in ((True, True), (False, None)):
        found = declared(stack(*WHOLE, deleteRetained=allowed))
        assert [found[name].inputs.get("deleteRetained") for name in kept] == [expected] * 3


def test_labels_and_annotations_of_namespaces_apply_to_those_of_data_planes_only() -> None:
    more = {"labels": {"team": "blue"}, "annotations": {"example.com/owner": "Blue"}}
    objects = (declaring.organization(), declaring.data_plane(), declaring.environment())
    made = declared(stack(*objects, controllers="absent", projects=["shop"], namespaceMetadata=more))
    namespaces = [each for each in made.custom if each.type == "kubernetes:core/v1:Namespace"]
    having = [each.name for each in namespaces if each.labels.get("team") == "blue"]
    assert having == ["acme/development-namespace-shop"]
    assert made["acme/development-namespace-shop"].annotations["example.com/owner"] == "Blue"
    assert len(namespaces) == 2


def test_a_kind_that_the_plan_does_not_wait_for_is_not_waited_for() -> None:
    found = stack(declaring.data_plane(), declaring.pipeline())
    made = registered(lambda: declare(replace(found, plan=found.plan.without_waits({(API_VERSION, "DataPlane")}))))
    assert "pulumi.com/waitFor" not in made["acme/dp-local-dataplane"].annotations
    assert made["acme/pipeline"].annotations["pulumi.com/waitFor"] == "condition=Available"


def test_a_deployment_is_replaced_with_its_environment_whose_name_it_has_from_the_finalizer(
    whole: Registrations,
) -> None:
    deployment = whole["acme/web-development"]
    assert deployment.labels["core.choreo.dev/environment"] == "development"
    made_of = deployment.request.propertyDependencies["metadata"].urns
    assert [urn.rpartition("::")[2] for urn in made_of] == ["acme/development-finalizer"]


def test_both_providers_get_the_context_of_the_ambient_kubeconfig_and_ours_the_identity_of_the_cluster() -> None:
    """A default provider would take it from another place, and credentials would get into the state."""
    found = stack(declaring.environment())
    ambient = ControlPlane(context="here", identity="uid of here")
    made = registered(lambda: declare(found, ambient))
    [kubernetes] = made.of_type("pulumi:providers:kubernetes")
    [choreo] = made.of_type("pulumi:providers:choreo")
    assert (kubernetes.inputs["clusterIdentifier"], kubernetes.inputs["context"]) == ("control-plane", "here")
    assert choreo.inputs == {"context": "here", "__cluster": "uid of here", "formatVersion": 2}
    assert "providers:kubernetes::kubernetes::" in made["acme/development-environment"].request.provider


def test_the_identity_in_the_settings_is_passed_to_our_provider() -> None:
    made = declared(stack(declaring.environment(), controlPlane="uid of there"))
    assert made["choreo"].inputs == {"controlPlane": "uid of there", "formatVersion": 2}


def test_a_kubeconfig_in_the_settings_is_used_by_both_providers() -> None:
    found = declared(stack(declaring.environment()), "kind: Config")
    [kubernetes] = found.of_type("pulumi:providers:kubernetes")
    [choreo] = found.of_type("pulumi:providers:choreo")
    assert "kind: Config" in str(kubernetes.inputs["kubeconfig"])
    assert kubernetes.inputs["clusterIdentifier"] == "control-plane", "another address would replace everything"
    assert "kind: Config" in str(choreo.inputs["kubeconfig"])
    assert "pulumi:providers:kubernetes::kubernetes::" in found["acme/development-environment"].request.provider


def test_objects_with_the_same_name_in_two_organizations_are_two() -> None:
    found = declared(stack(declaring.data_plane(organization="a"), declaring.data_plane(organization="b")))
    assert {"a/dp-local", "b/dp-local"} <= set(found.names)


# --- Data planes in separate clusters ------------------------------------------------------------------------------

EAST = {"acme/dp-local": Connection("kind: Config", "settings"), "acme/dp-here": Connection(None, "none")}


def is_secret(value: Any) -> bool:
    return bool(value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270")


@pytest.fixture(scope="module")
def elsewhere() -> Registrations:
    """An environment on a separate cluster, and one on the control plane's."""
    environments = [declaring.environment(), declaring.environment("here", data_plane="dp-here")]
    found = stack(*environments, declaring.pipeline(promotions=[("development", ["here"])]), declaring.project())
    return registered(lambda: declare(found, data_planes=EAST))


def test_namespaces_use_a_provider_for_their_data_planes_cluster(elsewhere: Registrations) -> None:
    assert "::acme/dp-local::" in elsewhere["acme/development-namespace-shop"].request.provider
    own = elsewhere["acme/here-environment"].request.provider
    assert elsewhere["acme/here-namespace-shop"].request.provider == own
    assert elsewhere["acme/development-environment"].request.provider == own


def test_a_cluster_is_identified_by_its_data_planes_name_so_that_other_credentials_replace_nothing(
    elsewhere: Registrations,
) -> None:
    provider = provider_of(elsewhere, "acme/dp-local")
    assert (provider.name, provider.inputs["clusterIdentifier"]) == ("acme/dp-local", "acme/dp-local")
    assert is_secret(provider.request.object["kubeconfig"])


def test_finalizers_and_the_inventory_have_the_kubeconfigs_of_separate_data_planes(
    elsewhere: Registrations,
) -> None:
    """Each has it separately: a program that has forgotten a data plane does not change them."""
    finalizer, inventory = elsewhere["acme/development-finalizer"], elsewhere["inventory"]
    assert "kind: Config" in str(finalizer.inputs["dataPlaneKubeconfig"])
    assert is_secret(finalizer.request.object["dataPlaneKubeconfig"])
    assert "dataPlaneKubeconfig" not in elsewhere["acme/here-finalizer"].inputs
    assert "{'acme/dp-local': 'kind: Config'}" in str(inventory.inputs["dataPlaneKubeconfigs"])
    assert is_secret(inventory.request.object["dataPlaneKubeconfigs"])


def test_finalizers_have_a_provider_with_newer_credentials(elsewhere: Registrations) -> None:
    shared, own = elsewhere.of_type("pulumi:providers:choreo")
    assert (shared.name, shared.inputs) == ("choreo", {"formatVersion": 2})
    assert "kind: Config" in str(own.inputs["dataPlaneKubeconfigs"])
    assert is_secret(own.request.object["dataPlaneKubeconfigs"])
    assert f"providers:choreo::{own.name}::" in elsewhere["acme/development-finalizer"].request.provider
    assert "providers:choreo::choreo::" in elsewhere["acme/here-finalizer"].request.provider


def test_kubeconfigs_of_data_planes_change_after_the_inventory_has_accepted_them(elsewhere: Registrations) -> None:
    """Otherwise a refused update would leave a wrong kubeconfig in the state."""
    providers = [*elsewhere.of_type("pulumi:providers:kubernetes"), *elsewhere.of_type("pulumi:providers:choreo")]
    assert {each.name: each.depends_on for each in providers} == {
        "acme/dp-local": {"inventory"},
        "data-planes": {"inventory"},
        "choreo": set(),
        "kubernetes": {"choreo"},
    }


def test_the_secret_of_a_data_plane_comes_after_the_namespace_and_before_the_data_plane(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(declaration, "resolve", lambda given: SimpleNamespace(given=given))
    objects = [declaring.organization(), declaring.data_plane()]
    made = declared(stack(*objects, controllers="absent", dataPlaneKubeconfigs={"dp-local": "kind: Config"}))
    secret = made["acme/dp-local-connection"]
    assert (secret.type, secret.inputs["type"]) == ("kubernetes:core/v1:Secret", "Opaque")
    assert (secret.metadata["name"], secret.metadata["namespace"]) == ("kind-1-config", "acme")
    assert secret.labels == {
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/name": "kind-1-config",
        "core.choreo.dev/dataplane": "dp-local",
    }
    assert is_secret(secret.request.object["data"]["kubeconfig"])
    assert secret.depends_on == {"acme-namespace"}
    assert secret.parent == "acme/dp-local"
    assert secret.request.aliases[0].urn.endswith("::kubernetes:core/v1:Secret::acme/kind-1-config")
    assert "acme/dp-local-connection" in made["acme/dp-local-dataplane"].depends_on
    provider = provider_of(made, "connections")
    assert provider.inputs["clusterIdentifier"] == "control-plane"
    assert provider.inputs["enableSecretMutable"] == "true"
    assert made["inventory"].inputs["objects"]["v1/Secret"] == ["acme/kind-1-config"]
    assert made["deletion-guard"].inputs["connected"] == of(DataPlane=["acme/dp-local"])


def of(**of_kinds: Any) -> dict[str, Any]:
    """Names of objects of OpenChoreo, by type."""
    return {f"core.choreo.dev/v1/{kind}": each for kind, each in of_kinds.items()}


# --- The inventory and the guard -----------------------------------------------------------------------------------


def test_the_inventory_names_everything_that_the_stack_makes_and_everything_follows_it() -> None:
    found = declared(stack(*WHOLE, controllers="absent", adopt="if-labelled"))
    inventory = found["inventory"]
    assert inventory.inputs["adopt"] == "if-labelled"
    assert inventory.inputs["dataPlaneRefs"] == of(Environment={"acme/development": "dp-local"})
    namespace = data_plane_namespace("acme", "shop", "development")
    assert inventory.inputs["objects"]["v1/Namespace"] == ["acme/acme", f"acme/development/{namespace}"]
    one_each = of(
        Organization=1,
        DataPlane=1,
        Environment=1,
        DeploymentPipeline=1,
        Project=1,
        Component=1,
        DeploymentTrack=1,
        DeployableArtifact=1,
        Deployment=1,
    )
    counts = {type_: len(names) for type_, names in inventory.inputs["objects"].items()}
    assert counts == {**one_each, "v1/Namespace": 2}
    before = {"inventory"}
    for each in found.custom:
        if each.name not in ("inventory", "choreo", "kubernetes"):
            assert each.depends_on & before, f"{each.name} may come before the inventory"
            before.add(each.name)


def behind(whole: Registrations, name: str) -> set[str]:
    """Everything that a resource depends on, also indirectly."""
    found = ahead = set(whole[name].depends_on)
    while ahead:
        ahead = {each for one in ahead for each in {*whole[one].depends_on, whole[one].parent}} & set(
            whole.names
        ) - found
        found = found | ahead
    return found


def test_the_guard_follows_everything_and_has_what_others_may_need(whole: Registrations) -> None:
    guard = whole["deletion-guard"]
    kinds = sorted(each["kind"] for each in WHOLE)
    in_acme = {kind: {"namespace": "acme"} for kind in kinds if kind != "Organization"}
    assert guard.inputs == {
        "objects": of(
            Organization=["acme"],
            DataPlane=["acme/dp-local"],
            Environment=["acme/development"],
            DeploymentPipeline=["acme/pipeline"],
            Project=["acme/shop"],
        ),
        "awaited": [{"apiVersion": "core.choreo.dev/v1", "kind": kind, **in_acme.get(kind, {})} for kind in kinds],
        "formatVersion": 2,
    }
    everything = {each.name for each in whole.custom}
    assert everything - behind(whole, "deletion-guard") == {"choreo", "kubernetes", "deletion-guard", "stack-witness"}


def production(name: str = "production") -> declaring.Manifest:
    made = declaring.environment(name)
    made["spec"]["isProduction"] = True
    return made


def test_an_environment_of_production_is_protected_by_the_guard_until_the_stack_allows_its_deletion() -> None:
    guard = declared(stack(production()))["deletion-guard"]
    assert guard.inputs["protected"] == of(Environment=["acme/production"])
    allowed = declared(stack(production(), allowProductionDestroy=True))["deletion-guard"]
    assert "protected" not in allowed.inputs


def test_a_stack_of_objects_without_dependents_has_no_guard() -> None:
    found = declared(stack(declaring.project()))
    assert {each.name for each in found.custom} == {"choreo", "kubernetes", "inventory", "acme/shop"}


# --- Guards of parts, and witnesses ----------------------------------------------------------------------------------


def test_a_data_plane_has_a_guard_that_follows_only_it_and_has_what_is_deleted_with_it() -> None:
    planes = [declaring.data_plane(), declaring.data_plane("dp-other")]
    found = declared(stack(*planes, declaring.environment(), declaring.environment("other", data_plane="dp-other")))
    guard = found["deletion-guard/acme/dp-other"]
    assert guard.depends_on == {"acme/dp-other-dataplane"}
    assert guard.inputs == {
        "objects": of(DataPlane=["acme/dp-other"], Environment=["acme/other"]),
        "part": "core.choreo.dev/v1/DataPlane acme/dp-other",
        "formatVersion": 2,
    }


@pytest.mark.parametrize("controllers", ["present", "absent"])
def test_the_guard_of_an_organization_follows_its_namespace(controllers: str) -> None:
    found = declared(stack(*WHOLE, controllers=controllers))
    guard = found["deletion-guard/acme"]
    assert guard.depends_on == {"acme-namespace"}
    whole = {**found["deletion-guard"].inputs, "part": "core.choreo.dev/v1/Organization acme"}
    assert guard.inputs == {name: value for name, value in whole.items() if name != "awaited"}


def test_the_guard_of_production_is_protected_and_keeps_only_what_production_needs() -> None:
    """Pulumi also protects the dependencies of a protected resource."""
    environments = [declaring.environment("trial"), production()]
    deployments = [declaring.deployment(f"web-{each}", environment=each) for each in ("trial", "production")]
    workload = declaring.component(), declaring.track(), declaring.artifact()
    found = declared(stack(*environments, *workload, *deployments))
    assert found["production-guard"].request.protect is True
    protected = of(Environment=["acme/production"])
    assert found["production-guard"].inputs == {"part": "production", "protected": protected, "formatVersion": 2}
    kept = behind(found, "production-guard")
    assert {"acme/production-environment", "acme/production-finalizer", "acme/web-production", "acme/web"} <= kept
    assert {name for name in found.names if "trial" in name} & kept == set()
    assert "deletion-guard" not in kept


def test_the_guard_of_production_stays_when_there_is_no_production_as_it_was_protected_before() -> None:
    """A resource that is protected in the state cannot be removed from the program."""
    for objects, allowed in (([declaring.environment()], False), ([production()], True)):
        guard = declared(stack(*objects, allowProductionDestroy=allowed))["production-guard"]
        assert guard.request.protect is False
        assert guard.inputs == {"part": "production", "formatVersion": 2}
        assert guard.depends_on == {"inventory"}


def deleted_with(found: Registrations, name: str) -> str:
    return str(found[name].request.deletedWith).rpartition("::")[2]


def test_the_witness_of_the_stack_is_deleted_first_and_called_only_if_the_inventory_stays(whole: Registrations) -> None:
    witness = whole["stack-witness"]
    assert witness.depends_on == {"deletion-guard"}
    assert witness.inputs == {"subject": "stack", "formatVersion": 2}
    assert deleted_with(whole, "stack-witness") == "inventory"


def test_the_witness_of_an_environment_precedes_the_finalizer_and_is_called_only_if_the_environment_stays() -> None:
    found = declared(stack(production()))
    witness = found["acme/production-witness"]
    assert witness.depends_on == {"acme/production-finalizer"}
    assert witness.inputs == {
        "subject": "core.choreo.dev/v1/Environment acme/production",
        "formatVersion": 2,
    }
    assert deleted_with(found, witness.name) == "acme/production-environment"
    assert witness.request.protect is False, "a stack that no longer has it could not be updated"


def test_a_witness_uses_the_provider_of_its_finalizer(elsewhere: Registrations) -> None:
    for environment in ("development", "here"):
        witness, finalizer = (elsewhere[f"acme/{environment}-{each}"] for each in ("witness", "finalizer"))
        assert witness.request.provider == finalizer.request.provider


def test_each_environment_of_a_large_stack_has_a_witness() -> None:
    environments = [declaring.environment(f"e{number}") for number in range(30)]
    names = declared(stack(*environments)).names
    witnesses = {name for name in names if name.endswith("-witness")}
    assert witnesses == {"stack-witness", *(f"acme/e{number}-witness" for number in range(30))}
