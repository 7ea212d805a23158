"""The conventions of the components of openchoreo.dev/v1alpha1, and the resources of its Environment."""

import subprocess
import sys
from typing import Any, is_typeddict

import pulumi
import pytest

from choreo_components import v1alpha1
from choreo_components.api import Kind, kind_of
from choreo_components.api.generation import spec_of
from choreo_components.api.meta import WireModel
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.api.shape import FreeForm, ListOf, MapOf, ObjectOf, Scalar, Shape, fields_of
from choreo_components.components.generate import declarable
from choreo_components.components.openchoreo_v1alpha1 import COMPONENTS, Environment, args
from choreo_components.components.openchoreo_v1alpha1.arguments import FIELDS
from tests.components.registering import Registered, Registrations, dependencies, refusal, registered

API_VERSION = "openchoreo.dev/v1alpha1"
WAIT_FOR = "pulumi.com/waitFor"
ROLLOUT = "choreo:index:Rollout"

MORE: dict[str, dict[str, Any]] = {
    "ClusterAuthzRoleBinding": {"roleMappings": [{"roleRef": {"kind": "ClusterAuthzRole", "name": "one"}}]},
    "ComponentType": {"workloadType": "proxy"},
    "ClusterComponentType": {"workloadType": "proxy"},
    "ObservabilityAlertsNotificationChannel": {"type": "webhook", "webhookConfig": {"url": "https://hook.example"}},
    "Component": {"componentType": {"name": "deployment/service"}},
}
"""By kind: fields of a spec that need more than its model requires."""

each_component = pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)


def least(model: type[WireModel]) -> dict[str, Any]:
    """The smallest value that a model accepts."""
    return {name: value_of(field.shape) for name, field in fields_of(model).items() if field.required}


def value_of(shape: Shape) -> Any:
    """A value of the shape."""
    match shape:
        case Scalar(choices=choices) if choices:
            return choices[0]
        case Scalar(type=type_):
            return "one" if type_ is str else type_(True)
        case ListOf(item):
            return [value_of(item)]
        case MapOf(item):
            return {"one": value_of(item)}
        case ObjectOf(model):
            return least(model)
        case FreeForm():
            return {"one": 1}
        case _:
            return 1


def kind_named(name: str) -> Kind:
    return kind_of(API_VERSION, name)


def spec_named(name: str) -> dict[str, Any]:
    """The spec of an example."""
    spec = least(spec_of(kind_named(name).model)) | MORE.get(name, {})
    if name == "ComponentRelease":
        spec["componentType"]["spec"]["workloadType"] = "proxy"
    return spec


def args_of(name: str) -> dict[str, Any]:
    """The arguments that declare the example."""
    renamed = {field: argument for argument, field in FIELDS.get(name, {}).items()}
    own = {renamed.get(field, field): value for field, value in spec_named(name).items()}
    return ({"namespace": "team"} if kind_named(name).namespaced else {}) | own


def made(component: Any, opts: pulumi.ResourceOptions | None = None, **more: Any) -> Registrations:
    """What the component `one` registers."""
    return registered(lambda: component("one", args_of(component.__name__) | more, opts))


def object_of(component: Any, **more: Any) -> Registered:
    """The custom resource of the component `one`."""
    return made(component, **more)[f"one-{component.__name__.lower()}"]


def test_every_kind_that_users_declare_has_a_component_and_kinds_of_controllers_have_none() -> None:
    assert [component.__name__ for component in COMPONENTS] == [kind.kind for kind in declarable(GENERATION)]
    refused = {kind.kind: kind.refused for kind in GENERATION.kinds if kind.refused is not None}
    assert refused.keys() == {"ProjectRelease", "ResourceRelease", "RenderedRelease"}
    assert all(reason.startswith("only OpenChoreo's controllers make it") for reason in refused.values())


@each_component
def test_it_is_exported_with_its_arguments(component: Any) -> None:
    name = component.__name__
    arguments = component.__init__.__annotations__["args"]
    assert getattr(v1alpha1, name) is component
    assert getattr(v1alpha1, f"{name}Args") is arguments is getattr(args, f"{name}Args")
    assert is_typeddict(arguments)
    assert {name, f"{name}Args"} <= set(v1alpha1.__all__)


def test_importing_the_package_does_not_import_them() -> None:
    code = "import sys, choreo_components; print([m for m in sys.modules if 'v1alpha1' in m or m == 'pulumi'])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@each_component
def test_it_registers_itself_and_one_custom_resource_of_its_kind(component: Any) -> None:
    kind, found = component.__name__, made(component, controllers="absent")
    itself = found.resources[0]
    assert (itself.type, itself.name) == (f"choreo:openchoreo/v1alpha1:{kind}", "one")
    assert list(itself.request.aliases) == []
    [resource] = found.of_type(f"kubernetes:{API_VERSION}:{kind}")
    assert (resource.name, resource.parent) == (f"one-{kind.lower()}", "one")
    assert resource.metadata["name"] == "one"
    assert resource.metadata.get("namespace") == ("team" if kind_named(kind).namespaced else None)
    assert {each.parent for each in found.custom} == {"one"}
    assert {"name", "namespace"} <= set(found.outputs["one"])


@each_component
def test_the_spec_is_sent_as_it_was_given(component: Any) -> None:
    assert object_of(component).inputs["spec"] == spec_named(component.__name__)


@each_component
def test_the_labels_that_openchoreos_api_server_sets_follow_from_the_owner(component: Any) -> None:
    owner = spec_named(component.__name__).get("owner", {})
    wire = {"kind": component.__name__, "metadata": {"name": "one"}, "spec": {"owner": owner}}
    expected = GENERATION.ownership.labels(wire)
    assert (object_of(component).metadata.get("labels") or {}) == expected


@each_component
def test_names_for_people_are_annotations_unless_the_spec_has_them(component: Any) -> None:
    found = object_of(component, displayName="One", description="The first")
    assert found.annotations[labels.DISPLAY_NAME] == "One"
    in_spec = "description" in fields_of(spec_of(kind_named(component.__name__).model))
    assert (found.inputs["spec"] if in_spec else {}).get("description") == ("The first" if in_spec else None)
    assert (labels.DESCRIPTION in found.annotations) is not in_spec


@each_component
def test_with_controllers_the_condition_that_they_set_unaided_is_waited_for(component: Any) -> None:
    kind, found = kind_named(component.__name__), object_of(component).annotations.get(WAIT_FOR)
    if kind.ready_condition is None or kind.kind in {"Component", "ReleaseBinding", "ResourceReleaseBinding"}:
        assert found is None
    else:
        assert kind.ready_condition in (found or "")
    assert WAIT_FOR not in object_of(component, controllers="absent").annotations


def test_a_binding_with_a_release_is_waited_for_unless_it_is_undeployed() -> None:
    def program() -> Any:
        later: Any = {"releaseName": pulumi.Output.from_input("web-1")}
        return v1alpha1.ReleaseBinding("one", args_of("ReleaseBinding") | later)

    assert WAIT_FOR in object_of(v1alpha1.ReleaseBinding, releaseName="web-1").annotations
    assert WAIT_FOR in registered(program)["one-releasebinding"].annotations
    assert WAIT_FOR not in object_of(v1alpha1.ReleaseBinding, releaseName="web-1", state="Undeploy").annotations


@each_component
def test_arguments_may_be_outputs(component: Any) -> None:
    def program() -> Any:
        given = args_of(component.__name__)
        return component("one", {name: pulumi.Output.from_input(value) for name, value in given.items()})

    found = registered(program)[f"one-{component.__name__.lower()}"]
    assert found.inputs == object_of(component).inputs, "including labels that are derived from the owner"


@each_component
def test_all_problems_are_reported_at_once_and_no_object_is_registered(component: Any) -> None:
    kind = component.__name__
    wrong = args_of(kind) | {"nonsense": 1, "controllers": "sometimes", "name": "One_1", "namespace": ""}
    first, *lines = refusal(lambda: component("one", wrong))
    assert first == f"{kind} 'One_1' has invalid arguments:"
    missing = ["namespace"] if kind_named(kind).namespaced else []
    assert [line.partition(": ")[0] for line in lines] == [*missing, "controllers", "spec.nonsense", "name"]


def test_what_an_api_server_would_refuse_is_found_first() -> None:
    wrong = args_of("Component") | {"componentType": {"name": "service"}}
    _, lines = refusal(lambda: v1alpha1.Component("one", wrong))  # type: ignore[arg-type]
    assert lines.startswith("spec.componentType.name: should be the type's workloadType and name")


def test_a_label_that_contradicts_the_owner_is_refused() -> None:
    wrong = args_of("Component") | {"labels": {labels.PROJECT: "other"}}
    _, lines = refusal(lambda: v1alpha1.Component("one", wrong))  # type: ignore[arg-type]
    assert lines == f"labels[{labels.PROJECT}]: contradicts owner: should be 'one' or left out, not 'other'"


def test_a_change_that_makes_it_another_object_replaces_it_by_deleting_first() -> None:
    request = object_of(v1alpha1.Project).request
    assert (list(request.replaceOnChanges), request.deleteBeforeReplace) == (["spec.type"], True)


PLANE = {"kind": "DataPlane", "name": "local"}


def environment(**more: Any) -> Registrations:
    """What the Environment `dev` of namespace team registers, and its outputs."""

    def program() -> Any:
        one = Environment("dev", {"namespace": "team", "dataPlaneRef": PLANE, **more})  # type: ignore[typeddict-item]
        return {"namespaces": one.namespaces, "hosts": one.hosts}

    return registered(program)


def test_with_controllers_an_environment_binds_its_projects_after_its_finalizer() -> None:
    found = environment(projects=["shop"])
    binding = found["dev-binding-shop"]
    assert binding.type == f"kubernetes:{API_VERSION}:ProjectReleaseBinding"
    assert (binding.metadata["name"], binding.metadata["namespace"]) == ("shop-dev", "team")
    assert binding.labels == {labels.PROJECT: "shop"}
    assert binding.inputs["spec"] == {"owner": {"projectName": "shop"}, "environment": "dev"}
    assert "dev-finalizer" in binding.depends_on
    assert WAIT_FOR not in binding.annotations, "the Kubernetes provider would wait for a Project that is created later"
    assert found.of_type("kubernetes:core/v1:Namespace") == []
    assert found.returned["namespaces"] == {"shop": data_plane_namespace("team", "shop", "dev")}


def test_an_environment_waits_for_all_its_bindings_at_once() -> None:
    found = environment(projects=["shop", "billing"], timeouts={"ready": "3m"})
    [rollout] = found.of_type(ROLLOUT)
    assert (rollout.name, rollout.parent) == ("dev-rollout", "dev")
    assert rollout.depends_on == {"dev-binding-shop", "dev-binding-billing"}
    [(type_, digests)] = rollout.inputs["bindings"].items()
    assert (type_, set(digests)) == (f"{API_VERSION}/ProjectReleaseBinding", {"team/shop-dev", "team/billing-dev"})
    assert rollout.inputs["timeout"] == "3m"
    assert environment().of_type(ROLLOUT) == environment(projects=["shop"], controllers="absent").of_type(ROLLOUT) == []


def test_resources_that_use_the_namespaces_follow_the_rollout_and_those_that_use_the_name_do_not() -> None:
    def program() -> Any:
        one = Environment("dev", {"namespace": "team", "dataPlaneRef": PLANE, "projects": ["shop"]})  # type: ignore[typeddict-item]
        return {"name": dependencies(one.name), "namespaces": dependencies(one.namespaces)}

    after = registered(program).returned
    assert "dev-rollout" in after["namespaces"]
    assert "dev-rollout" not in after["name"], "a Project that follows it would never be created"


def test_without_controllers_an_environment_makes_the_namespaces_itself() -> None:
    found = environment(projects=["shop"], controllers="absent")
    name = data_plane_namespace("team", "shop", "dev")
    [namespace] = found.of_type("kubernetes:core/v1:Namespace")
    assert (namespace.name, namespace.metadata["name"]) == ("dev-namespace-shop", name)
    assert namespace.labels == {labels.NAMESPACE: "team", labels.PROJECT: "shop", labels.ENVIRONMENT: "dev"}
    assert found["dev-finalizer"].inputs["namespaceNames"] == [name]
    assert found["dev-finalizer"].inputs["apiVersion"] == API_VERSION
    assert found.of_type(f"kubernetes:{API_VERSION}:ProjectReleaseBinding") == []
    assert found.returned["namespaces"] == {"shop": name}


def test_on_a_separate_cluster_namespaces_are_made_before_the_bindings_which_take_them_over() -> None:
    found = environment(projects=["shop"], dataPlaneKubeconfig="its text")
    assert {"dev-namespace-shop", "dev-binding-shop"} <= set(found.names)
    assert found["dev-data-plane"].inputs["clusterIdentifier"] == "team/local"
    assert found["dev-finalizer"].inputs["dataPlaneKubeconfig"]["value"] == "its text"


@pytest.mark.parametrize(
    ("kind", "reference", "cluster"),
    [("DataPlane", "local", "team/local"), ("ClusterDataPlane", "ClusterDataPlane/local", "local")],
)
def test_a_data_plane_of_the_namespace_is_another_than_a_cluster_scoped_one(
    kind: str, reference: str, cluster: str
) -> None:
    found = environment(dataPlaneRef={"kind": kind, "name": "local"}, dataPlaneKubeconfig="its text")
    assert found["dev-finalizer"].inputs["dataPlaneRef"] == reference
    assert found["dev-data-plane"].inputs["clusterIdentifier"] == cluster


def test_a_key_of_a_free_form_field_that_is_no_string_is_refused_at_its_place() -> None:
    given = {"namespace": "team", "owner": {"projectName": "shop"}, **MORE["Component"]}
    wrong = {"parameters": {"ports": {8080: "web"}}}
    _, line = refusal(lambda: v1alpha1.Component("web", {**given, **wrong}))  # type: ignore[typeddict-item]
    assert line == "spec.parameters.ports[8080]: should be a string, as all keys"


def test_an_environment_has_the_hosts_of_its_gateway_or_of_its_data_planes() -> None:
    def gateway(host: str, visibility: str = "external") -> dict[str, Any]:
        listener = {"host": host, "port": 80}
        return {"ingress": {visibility: {"name": "gateway", "namespace": "gateways", "http": listener}}}

    planes = gateway("plane.example")
    assert environment().returned["hosts"] == {}
    assert environment(dataPlaneGateway=planes).returned["hosts"] == {"external": "plane.example"}
    own = environment(dataPlaneGateway=planes, gateway=gateway("dev.example"))
    assert own.returned["hosts"] == {"external": "dev.example"}
    inside = environment(dataPlaneGateway=planes, gateway=gateway("inside.example", "internal"))
    assert inside.returned["hosts"] == {"external": "plane.example", "internal": "inside.example"}


def test_resources_that_use_the_name_of_an_environment_follow_its_finalizer() -> None:
    def program() -> Any:
        return dependencies(Environment("dev", {"namespace": "team", "dataPlaneRef": PLANE}).name)  # type: ignore[typeddict-item]

    assert "dev-finalizer" in registered(program).returned
