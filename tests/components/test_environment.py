"""An Environment has its data-plane namespaces and its finalizer, and is deleted in the order that OpenChoreo needs."""

from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

from choreo_components import Component, DataPlane, Deployment, Environment, Organization, Provider
from choreo_components.api.annotations import APPLIED
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.components.children import kubernetes_provider
from tests.components.registering import Registrations, args_of, dependencies, refusal, registered, unknown


def development(opts: pulumi.ResourceOptions | None = None, **more: Any) -> Environment:
    args: Any = {"organization": "acme", "dataPlaneRef": "dp-local", "projects": ["shop", "portal"], **more}
    return Environment("development", args, opts)


@pytest.fixture(scope="module")
def found() -> Registrations:
    """The environment `development` of `acme` with two projects."""
    return registered(development)


def test_it_registers_its_object_a_namespace_for_each_project_and_its_finalizer(found: Registrations) -> None:
    assert set(found.names) == {
        "development",
        "development-environment",
        "development-namespace-shop",
        "development-namespace-portal",
        "development-finalizer",
        "development-witness",
    }


def test_its_witness_precedes_the_finalizer_and_is_called_only_if_the_environment_stays(found: Registrations) -> None:
    witness = found["development-witness"]
    assert witness.type == "choreo:index:Witness"
    assert witness.depends_on == {"development-finalizer"}
    assert witness.inputs == {"subject": "core.choreo.dev/v1/Environment acme/development", "formatVersion": 2}
    assert witness.request.deletedWith.endswith("::development-environment")


def test_its_witness_has_an_organization_that_is_an_output_and_stays_with_a_replaced_environment() -> None:
    def program() -> Environment:
        return development(name="dev", organization=Organization("acme").namespace)

    witness = registered(program)["development-witness"]
    assert witness.inputs["subject"] == "core.choreo.dev/v1/Environment acme/dev"
    whom = [urn for each in witness.request.propertyDependencies.values() for urn in each.urns]
    assert not [urn for urn in whom if urn.endswith("::development-environment")]


# --- Its host names ------------------------------------------------------------------------------------------------

DOMAINS = {"publicVirtualHost": "apis.example", "organizationVirtualHost": "internal.example"}
HOSTS = {"public": "dev.apis.example", "organization": "dev.internal.example"}


@pytest.mark.parametrize("wrap", [lambda value: value, pulumi.Output.from_input], ids=["plain", "Output"])
def test_its_hosts_are_made_of_its_prefix_and_the_domains_of_its_data_plane(wrap: Any) -> None:
    made = registered(
        lambda: development(gateway=wrap({"dnsPrefix": wrap("dev")}), dataPlaneGateway=wrap(DOMAINS)).hosts
    )
    assert made.returned == made.outputs["development"]["hosts"] == HOSTS
    assert "dataPlaneGateway" not in made["development-environment"].inputs["spec"]


def test_a_data_plane_has_the_domains_that_its_environments_need() -> None:
    def program() -> Any:
        plane = DataPlane("plane", args_of("DataPlane") | {"gateway": DOMAINS})  # type: ignore[arg-type]
        return development(gateway={"dnsPrefix": "dev"}, dataPlaneGateway=plane.gateway).hosts

    assert registered(program).returned == HOSTS


@pytest.mark.parametrize("more", [{"gateway": {"dnsPrefix": "dev"}}, {"dataPlaneGateway": DOMAINS}, {"gateway": {}}])
def test_without_both_it_has_no_hosts(more: Any) -> None:
    assert registered(lambda: development(**more).hosts).returned == {}


def test_the_name_of_a_data_plane_instead_of_its_domains_is_refused() -> None:
    _, line = refusal(lambda: development(dataPlaneGateway="dp-local"))
    assert line == "dataPlaneGateway: should be the gateway of its data plane, not 'dp-local'"


# --- Its two providers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("has", "missing"), [("kubernetes", "choreo"), ("choreo", "kubernetes")])
def test_a_provider_for_only_one_of_its_two_clients_is_refused(has: str, missing: str) -> None:
    def program() -> None:
        provider = pulumi.ProviderResource(has, "mine", {})
        development(pulumi.ResourceOptions(providers=[provider]))

    with pytest.raises(pulumi.RunError, match=f"has a {has} provider and no {missing} provider: it would be created"):
        registered(program)


def test_providers_for_both_of_its_clients_are_used_by_its_children() -> None:
    def program() -> None:
        providers = [kubernetes_provider("mine", "text", "mine"), Provider("mine", kubeconfig="text")]
        development(pulumi.ResourceOptions(providers=providers))

    made = registered(program)
    assert "providers:kubernetes::mine::" in made["development-environment"].request.provider
    for each in ("development-finalizer", "development-witness"):
        assert "providers:choreo::mine::" in made[each].request.provider


@pytest.mark.parametrize("setting", ["kubernetes:context", "kubernetes:kubeconfig", "choreo:kubeconfig"])
def test_a_setting_that_leads_one_default_provider_to_another_cluster_is_refused(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi.Config, "get", lambda self, key: "b" if f"{self.name}:{key}" == setting else None)
    with pytest.raises(pulumi.RunError, match=f"{setting} leads one of them to another cluster"):
        registered(development)


def test_a_namespace_has_the_name_that_openchoreo_gives_it(found: Registrations) -> None:
    namespace = found["development-namespace-shop"]
    assert namespace.type == "kubernetes:core/v1:Namespace"
    assert (namespace.inputs["apiVersion"], namespace.inputs["kind"]) == ("v1", "Namespace")
    assert namespace.metadata["name"] == data_plane_namespace("acme", "shop", "development")


def test_a_namespace_has_exactly_the_five_labels_that_openchoreos_controller_gives_it(found: Registrations) -> None:
    """If one differs, or another one of OpenChoreo is set, the controller overwrites the namespace."""
    assert found["development-namespace-shop"].labels == {
        "organization-name": "acme",
        "project-name": "shop",
        "environment-name": "development",
        "managed-by": "choreo-deployment-controller",
        "belong-to": "user-workloads",
    }


def test_labels_of_the_environment_are_not_its_namespaces() -> None:
    found = registered(lambda: development(labels={"team": "blue"}, displayName="Development"))
    namespace = found["development-namespace-shop"]
    assert "team" not in namespace.labels
    assert namespace.annotations == APPLIED


def test_labels_and_annotations_of_namespaces_are_added_to_openchoreos(found: Registrations) -> None:
    more = {
        "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        "annotations": {"scheduler.alpha.kubernetes.io/node-selector": "pool=apps"},
    }
    made = registered(lambda: development(namespaceMetadata=more))
    for project in ("shop", "portal"):
        namespace, before = (each[f"development-namespace-{project}"] for each in (made, found))
        assert namespace.labels == {**before.labels, **more["labels"]}
        assert namespace.annotations == {**before.annotations, **more["annotations"]}
    environment = made["development-environment"]
    assert not more["labels"].keys() & environment.labels.keys()
    assert "namespaceMetadata" not in environment.inputs["spec"]


def test_labels_of_namespaces_may_be_outputs() -> None:
    def program() -> None:
        labels = pulumi.Output.from_input({"team": "blue"})
        development(namespaceMetadata={"labels": labels, "annotations": {"example.com/team": labels["team"]}})

    namespace = registered(program)["development-namespace-shop"]
    assert namespace.labels["team"] == namespace.annotations["example.com/team"] == "blue"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"labels": {"managed-by": "me"}},
            "namespaceMetadata.labels.managed-by: only OpenChoreo may set this key; remove it",
        ),
        ({"labels": {"team": "a b"}}, "namespaceMetadata.labels.team: Kubernetes would refuse the label 'a b'"),
        ({"label": {}}, "namespaceMetadata.label: unknown field; valid fields: labels, annotations"),
        ("team=blue", "namespaceMetadata: should be a mapping with labels and annotations, not 'team=blue'"),
    ],
    ids=str,
)
def test_reserved_labels_of_namespaces_are_refused(given: Any, message: str) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        registered(lambda: development(namespaceMetadata=given))
    assert message in str(refused.value)


def test_so_are_those_of_an_output_when_they_are_known() -> None:
    with pytest.raises(pulumi.RunError, match=r"labels\.managed-by: only OpenChoreo may set this key"):
        registered(lambda: development(namespaceMetadata={"labels": pulumi.Output.from_input({"managed-by": "me"})}))


def test_namespaces_come_after_the_environment(found: Registrations) -> None:
    assert found["development-namespace-shop"].depends_on == {"development-environment"}


def test_the_finalizer_comes_after_the_environment_and_all_its_namespaces(found: Registrations) -> None:
    assert found["development-finalizer"].depends_on == {
        "development-environment",
        "development-namespace-shop",
        "development-namespace-portal",
    }


def test_the_finalizer_has_its_environment_and_the_deadline_of_each_step() -> None:
    found = registered(lambda: development(name="dev", timeouts={"deployments": "5m", "namespaces": "7m"}))
    assert found["development-finalizer"].inputs == {
        "__environmentUid": "development-environment-uid",
        "apiVersion": "core.choreo.dev/v1",
        "namespace": "acme",
        "environment": "dev",
        "dataPlaneRef": "dp-local",
        "deploymentsTimeout": "5m",
        "namespacesTimeout": "7m",
        "namespaceNames": [data_plane_namespace("acme", project, "dev") for project in ("shop", "portal")],
        "formatVersion": 2,
    }


def test_its_namespaces_are_left_to_the_finalizer_when_the_environment_itself_is_deleted(found: Registrations) -> None:
    """This saves a call for each; if only its project is removed, Pulumi deletes it."""
    assert found["development-namespace-shop"].request.deletedWith.endswith("::development-environment")


def test_on_another_data_plane_the_environment_is_replaced_and_the_old_one_is_deleted_first(
    found: Registrations,
) -> None:
    environment = found["development-environment"].request
    assert list(environment.replaceOnChanges) == ["spec.dataPlaneRef"]
    assert environment.deleteBeforeReplace


@pytest.mark.parametrize(
    ("name", "made_of_it"),
    [
        ("development-namespace-shop", "metadata"),
        ("development-namespace-portal", "metadata"),
        ("development-finalizer", "environment"),
    ],
)
def test_resources_that_use_the_environments_output_are_replaced_with_it(
    found: Registrations, name: str, made_of_it: str
) -> None:
    [environment] = found[name].request.propertyDependencies[made_of_it].urns
    assert environment.endswith("::development-environment")


def test_a_deployment_to_another_environment_is_another_deployment() -> None:
    args: Any = args_of("Deployment")
    request = registered(lambda: Deployment("web", args))["web-deployment"].request
    assert list(request.replaceOnChanges) == ['metadata.labels["core.choreo.dev/environment"]']
    assert request.deleteBeforeReplace


def test_resources_that_use_its_name_follow_the_finalizer_so_that_deployments_are_deleted_before_it() -> None:
    def program() -> Any:
        environment = development()
        args: Any = args_of("Deployment") | {"environment": environment.name}
        Deployment("web", args)
        return dependencies(environment.name)

    found = registered(program)
    assert found.returned == ["development-finalizer"]
    assert "development-finalizer" in found["web-deployment"].depends_on
    assert found["web-deployment"].labels["core.choreo.dev/environment"] == "development"


def test_its_namespaces_are_an_output_by_project() -> None:
    assert registered(lambda: development().namespaces).returned == {
        "shop": data_plane_namespace("acme", "shop", "development"),
        "portal": data_plane_namespace("acme", "portal", "development"),
    }


def test_without_projects_it_has_a_finalizer_and_no_namespaces() -> None:
    found = registered(lambda: development(projects=[]).namespaces)
    assert found.names == ["development", *(f"development-{each}" for each in ("environment", "finalizer", "witness"))]
    assert found.returned == found.outputs["development"]["namespaces"] == {}


def test_resources_that_use_a_namespace_follow_it() -> None:
    found = registered(lambda: dependencies(development().namespaces))
    assert found.returned == ["development-namespace-portal", "development-namespace-shop"]


def test_an_organization_that_is_an_output_names_and_labels_the_namespaces_too(found: Registrations) -> None:
    later = registered(lambda: development(organization=pulumi.Output.from_input("acme")))
    assert {each.name: each.inputs for each in later.custom} == {each.name: each.inputs for each in found.custom}


def test_in_a_preview_the_namespaces_of_an_unknown_organization_are_unknown() -> None:
    found = registered(lambda: development(organization=unknown()), preview=True)
    assert isinstance(found["development-namespace-shop"].metadata["name"], Unknown)
    assert isinstance(found["development-finalizer"].inputs["namespace"], Unknown)


def test_what_it_depends_on_comes_before_its_namespaces_and_its_finalizer() -> None:
    def program() -> Any:
        args: Any = args_of("Component")
        return development(pulumi.ResourceOptions(depends_on=[Component("web", args)]))

    children = [each for each in registered(program).custom if each.parent == "development"]
    assert len(children) == 5
    # Pulumi replaces a component by its children. The witness follows the finalizer.
    assert [each.name for each in children if "web-component" not in each.depends_on] == ["development-witness"]


def test_projects_must_be_a_list_since_a_string_is_a_list_of_letters() -> None:
    with pytest.raises(pulumi.RunError, match="projects: should be a list of names, not 'shop'"):
        registered(lambda: development(projects="shop"))


def test_a_project_that_is_no_name_is_refused_at_its_place() -> None:
    _, *lines = refusal(lambda: development(projects=["shop", 5, "Shop"]))
    assert lines[0] == "projects[1]: should be a name, not 5"
    assert lines[1].startswith("projects[2]: Kubernetes would refuse the name 'Shop': ")


def test_a_project_that_is_named_twice_gets_one_namespace() -> None:
    found = registered(lambda: development(projects=["shop", "shop"]))
    assert found["development-finalizer"].inputs["namespaceNames"] == [
        found["development-namespace-shop"].inputs["metadata"]["name"]
    ]


def test_labels_of_namespaces_whose_keys_are_no_strings_are_refused_at_their_place() -> None:
    _, line = refusal(lambda: development(namespaceMetadata={"labels": {5: "x"}}))
    assert line == "namespaceMetadata.labels[5]: should be a string, as all keys"


def test_the_children_of_a_protected_environment_are_protected() -> None:
    found = registered(lambda: development(projects=["portal"], opts=pulumi.ResourceOptions(protect=True)))
    children = ("development-environment", "development-namespace-portal", "development-finalizer")
    assert all(found[child].request.protect for child in children)
    assert not found["development-witness"].request.protect, "a program that no longer has it could not be updated"


# --- A data plane in a separate cluster ----------------------------------------------------------------------------


def test_on_a_separate_data_plane_its_namespaces_have_a_provider_and_its_finalizer_a_kubeconfig() -> None:
    found = registered(lambda: development(dataPlaneKubeconfig="kind: Config"))
    provider = found["development-data-plane"]
    assert (provider.type, provider.parent) == ("pulumi:providers:kubernetes", "development")
    assert provider.inputs["clusterIdentifier"] == "acme/dp-local"
    for namespace in ("development-namespace-shop", "development-namespace-portal"):
        assert "::development-data-plane::" in found[namespace].request.provider
    assert "::development-data-plane::" not in found["development-environment"].request.provider
    for each, argument in ((provider, "kubeconfig"), (found["development-finalizer"], "dataPlaneKubeconfig")):
        # Pulumi's sign for a secret.
        assert each.request.object[argument]["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"


def test_a_data_plane_makes_the_secret_that_it_refers_to_before_itself() -> None:
    args: Any = args_of("DataPlane") | {"connectionConfig": "kind: Config"}
    found = registered(lambda: DataPlane("east", args))
    secret = found["east-connection"]
    assert (secret.parent, secret.metadata["name"], secret.metadata["namespace"]) == ("east", "kind-1-config", "acme")
    assert "east-connection" in found["east-dataplane"].depends_on
    assert "connectionConfig" not in found["east-dataplane"].inputs["spec"]
    encoded = secret.request.object["data"]["kubeconfig"]
    assert encoded["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert list(secret.request.additionalSecretOutputs) == ["data", "metadata"]
