"""The conventions of all components: a new one that forgets a convention fails here."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, is_typeddict

import pulumi
import pytest
from pulumi.output import Unknown

import choreo_components
from choreo_components import core_v1
from choreo_components.api import generation_of
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.generation import spec_of
from choreo_components.api.shape import ListOf, MapOf, PortLike, Scalar, fields_of
from choreo_components.components.children import KUBERNETES_VERSION
from choreo_components.components.core_v1 import COMPONENTS, Endpoint, Environment, Organization
from choreo_components.components.core_v1 import args as arguments_of_core_v1
from choreo_components.components.core_v1.arguments import PARENTS
from tests.components.registering import (
    EXAMPLES,
    Registered,
    Registrations,
    args_of,
    dependencies,
    kind_named,
    refusal,
    registered,
    unknown,
)

PATCH_FORCE = "pulumi.com/patchForce"
WAIT_FOR = "pulumi.com/waitFor"

each_component = pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
each_component_in_an_organization = pytest.mark.parametrize(
    "component",
    [component for component in COMPONENTS if kind_named(component.__name__).namespaced],
    ids=lambda component: component.__name__,
)


def made(component: Any, opts: pulumi.ResourceOptions | None = None, **more: Any) -> Registrations:
    """What the component `one` registers, made of the example of its kind."""
    return registered(lambda: component("one", args_of(component.__name__) | more, opts))


def object_of(component: Any, **more: Any) -> Registered:
    """The custom resource of the component `one`."""
    return made(component, **more)[f"one-{component.__name__.lower()}"]


# --- The set of components -----------------------------------------------------------------------------------------


def test_every_kind_has_a_component_with_its_name() -> None:
    assert sorted(component.__name__ for component in COMPONENTS) == sorted(generation_of(API_VERSION).by_name)


@each_component
@pytest.mark.parametrize("package", [choreo_components, core_v1], ids=lambda package: package.__name__)
def test_it_is_exported_with_its_arguments(component: Any, package: Any) -> None:
    assert getattr(package, component.__name__) is component
    arguments = inspect.signature(component.__init__).parameters["args"].annotation
    assert getattr(package, f"{component.__name__}Args") is arguments
    assert {component.__name__, f"{component.__name__}Args"} <= set(package.__all__)


def test_the_types_inside_of_arguments_are_exported_by_the_generations_package() -> None:
    assert core_v1.KubernetesClusterArgs is arguments_of_core_v1.KubernetesClusterArgs
    assert {name for name in vars(arguments_of_core_v1) if name.endswith("Args")} <= set(core_v1.__all__)
    assert all(getattr(core_v1, name) for name in core_v1.__all__)


def test_nothing_else_is_exported_by_accident() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Enviroment'"):
        _ = choreo_components.Enviroment
    assert all(getattr(choreo_components, name) for name in choreo_components.__all__)


@each_component
def test_its_constructor_can_be_read_by_pulumis_analyzer(component: Any) -> None:
    """The analyzer takes the arguments' type from `args`; it does not support annotations as strings."""
    parameters = inspect.signature(component.__init__).parameters
    assert list(parameters)[:4] == ["self", "name", "args", "opts"]
    assert is_typeddict(parameters["args"].annotation), "is there a `from __future__ import annotations`?"
    assert parameters["args"].annotation.__name__ == f"{component.__name__}Args"
    assert component.__doc__


# --- What is registered --------------------------------------------------------------------------------------------


@each_component
def test_it_registers_itself_by_its_kind(component: Any) -> None:
    itself = made(component).resources[0]
    assert (itself.type, itself.name) == (f"choreo:core/v1:{component.__name__}", "one")
    assert not itself.request.custom


@each_component
def test_a_state_that_knows_it_without_the_generation_in_its_type_is_taken_over(component: Any) -> None:
    itself = made(component, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")])).resources[0]
    aliases = [alias.spec for alias in itself.request.aliases]
    assert {alias.type for alias in aliases} >= {f"choreo:index:{component.__name__}"}
    assert {alias.name for alias in aliases} >= {"before"}, "the program's aliases are kept"


@each_component
def test_it_registers_one_custom_resource_of_its_kind_called_after_it(component: Any) -> None:
    kind = component.__name__
    [resource] = made(component).of_type(f"kubernetes:{API_VERSION}:{kind}")
    assert (resource.name, resource.parent) == (f"one-{kind.lower()}", "one")
    assert (resource.inputs["apiVersion"], resource.inputs["kind"]) == (API_VERSION, kind)


@each_component
def test_all_resources_that_it_registers_are_its_children(component: Any) -> None:
    assert {each.parent for each in made(component, controllers="absent").custom} == {"one"}


@each_component
def test_its_kubernetes_objects_are_registered_for_the_sdks_release(component: Any) -> None:
    objects = [each for each in made(component).custom if each.type.startswith("kubernetes:")]
    assert {each.request.version for each in objects} == {KUBERNETES_VERSION}


@each_component
def test_it_registers_its_outputs(component: Any) -> None:
    outputs = made(component).outputs["one"]
    assert {"name", "namespace"} <= set(outputs)


@pytest.mark.parametrize("address", [None, "https://dev.example/list"])
def test_an_endpoint_has_the_address_that_controllers_have_reported(address: str | None) -> None:
    def program() -> Any:
        return Endpoint("one", args_of("Endpoint")).address  # type: ignore[arg-type]

    assert registered(program, status={"address": address} if address else None).returned == address


def test_an_organization_needs_no_arguments() -> None:
    assert registered(lambda: Organization("acme").namespace).returned == "acme"
    opts = pulumi.ResourceOptions(protect=True)
    assert registered(lambda: Organization("acme", opts=opts))["acme"].request.protect


# --- Metadata ------------------------------------------------------------------------------------------------------


@each_component
def test_the_object_has_the_name_of_the_resource_unless_another_is_given(component: Any) -> None:
    assert object_of(component).metadata["name"] == "one"
    named = made(component, name="named")
    assert named[f"one-{component.__name__.lower()}"].metadata["name"] == named.outputs["one"]["name"] == "named"


@each_component_in_an_organization
def test_the_object_is_in_its_organizations_namespace(component: Any) -> None:
    assert object_of(component).metadata["namespace"] == "acme"


@each_component
def test_the_object_has_each_label_by_which_openchoreo_finds_it(component: Any) -> None:
    args = args_of(component.__name__)
    parents = {label: args[argument] for argument, label in PARENTS.items() if argument in args}
    found = object_of(component).labels
    assert found == {**parents, labels.NAME: "one"}
    assert set(kind_named(component.__name__).hierarchy) == set(found)


@each_component
def test_names_for_people_are_annotations(component: Any) -> None:
    found = object_of(component, displayName="One", description="The first").annotations
    assert (found[labels.DISPLAY_NAME], found[labels.DESCRIPTION]) == ("One", "The first")
    assert not {labels.DISPLAY_NAME, labels.DESCRIPTION} & set(object_of(component).annotations)


@each_component
def test_annotations_that_are_too_long_for_kubernetes_are_refused(component: Any) -> None:
    args = args_of(component.__name__) | {"annotations": {"note": "x" * 270_000}}
    _, lines = refusal(lambda: component("one", args))
    assert lines.startswith("annotations: 270,")


@each_component
@pytest.mark.parametrize("wrap", [lambda value: value, pulumi.Output.from_input], ids=["plain", "Output"])
def test_labels_and_annotations_of_the_user_are_added_to_openchoreos(component: Any, wrap: Any) -> None:
    resource = registered(
        lambda: component(
            "one",
            args_of(component.__name__) | {"labels": wrap({"team": "blue"}), "annotations": wrap({"note": "x"})},
        )
    )[f"one-{component.__name__.lower()}"]
    assert resource.labels["team"] == "blue"
    assert resource.labels[labels.NAME] == "one"
    assert (resource.annotations["note"], resource.annotations[PATCH_FORCE]) == ("x", "true")


@each_component
def test_the_name_label_may_be_set_explicitly(component: Any) -> None:
    assert object_of(component, labels={labels.NAME: "main"}).labels[labels.NAME] == "main"


@each_component
def test_manual_changes_are_reverted(component: Any) -> None:
    objects = [each for each in made(component, controllers="absent").custom if each.type.startswith("kubernetes:")]
    assert {each.annotations.get(PATCH_FORCE) for each in objects} == {"true"}


@each_component
def test_its_fields_have_the_same_owner_in_every_state(component: Any) -> None:
    """With a different manager, fields that a lost state has set would stay in the cluster after their removal."""
    objects = [each for each in made(component, controllers="absent").custom if each.type.startswith("kubernetes:")]
    assert {each.annotations.get("pulumi.com/patchFieldManager") for each in objects} == {"pulumi-kubernetes-choreo"}


@each_component
@pytest.mark.parametrize("controllers", [None, "present", choreo_components.Controllers.PRESENT])
def test_with_controllers_the_condition_of_its_kind_is_waited_for(component: Any, controllers: Any) -> None:
    kind = kind_named(component.__name__)
    found = object_of(component, controllers=controllers).annotations.get(WAIT_FOR)
    if kind.ready_is_refreshed:
        assert found == (f"condition={kind.ready_condition}" if kind.ready_condition else None)
    else:
        assert found == 'jsonpath={.status.conditions[?(@.type=="Available")].status}=True'


@each_component
@pytest.mark.parametrize("controllers", ["absent", choreo_components.Controllers.ABSENT])
def test_without_controllers_nothing_is_waited_for(component: Any, controllers: Any) -> None:
    assert not [each for each in made(component, controllers=controllers).custom if _waits(each)]


def _waits(resource: Registered) -> bool:
    return resource.type.startswith("kubernetes:") and WAIT_FOR in resource.annotations


# --- Spec ----------------------------------------------------------------------------------------------------------


@each_component
def test_the_spec_is_sent_as_it_was_given(component: Any) -> None:
    kind = kind_named(component.__name__)
    expected = kind.model.from_wire(EXAMPLES[kind.kind]).to_wire()
    assert object_of(component).inputs["spec"] == expected.get("spec", {})


def _zero_values(component: Any) -> dict[str, Any]:
    """Each optional field of the kind's spec with the value that Go leaves out."""
    zeros: dict[str, Any] = {}
    for field in fields_of(spec_of(kind_named(component.__name__).model)).values():
        if field.required or field.pointer:
            continue
        match field.shape:
            case Scalar(type=type_):
                zeros[field.name] = type_()
            case ListOf():
                zeros[field.name] = []
            case MapOf():
                zeros[field.name] = {}
            case PortLike():
                zeros[field.name] = 0
    return zeros


@each_component
def test_zero_values_are_left_out_since_controllers_would_remove_them(component: Any) -> None:
    zeros = _zero_values(component)
    assert not set(zeros) & set(object_of(component, **zeros).inputs["spec"])


def _frozen(value: Any) -> Any:
    """The value with tuples for lists."""
    if isinstance(value, Mapping):
        return {key: _frozen(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_frozen(each) for each in value)
    return value


@each_component
def test_any_sequence_is_a_list(component: Any) -> None:
    frozen = _frozen(args_of(component.__name__))
    assert registered(lambda: component("one", frozen)).custom[0].inputs == object_of(component).inputs


@each_component
def test_arguments_may_be_outputs_including_those_of_its_parents(component: Any) -> None:
    def program() -> Any:
        args = args_of(component.__name__)
        return component("one", {name: pulumi.Output.from_input(value) for name, value in args.items()})

    resource = registered(program)[f"one-{component.__name__.lower()}"]
    assert resource.inputs == object_of(component).inputs


@each_component
def test_in_a_preview_unknown_values_are_neither_guessed_nor_refused(component: Any) -> None:
    def program() -> Any:
        return component("one", {name: unknown() for name in [*args_of(component.__name__), "displayName"]})

    resource = registered(program, preview=True)[f"one-{component.__name__.lower()}"]
    open_fields = {name for name, value in resource.inputs["spec"].items() if isinstance(value, Unknown)}
    assert open_fields == {name for name in args_of(component.__name__) if name not in PARENTS}


# --- What is refused -----------------------------------------------------------------------------------------------


@each_component
def test_all_problems_are_reported_at_once_and_no_object_is_registered(component: Any) -> None:
    kind = component.__name__
    args = {
        **args_of(kind),
        "nonsense": 1,
        "displayName": 5,
        "controllers": "sometimes",
        "timeouts": {"ready": "soon", "delete": 5, "deploy": "10m"},
    }
    first, *lines = refusal(lambda: component("one", args))
    assert first == f"{kind} 'one' has invalid arguments:"
    assert [line.partition(": ")[0] for line in lines] == [
        "controllers",
        "timeouts.ready",
        "timeouts.delete",
        "timeouts.deploy",
        f"metadata.annotations[{labels.DISPLAY_NAME}]",
        "spec.nonsense",
    ]
    assert lines[0] == "controllers: should be present or absent, not 'sometimes'"
    assert lines[1] == "timeouts.ready: 'soon' is not a duration; write for example 90s, 10m or 1h30m"
    assert lines[2] == "timeouts.delete: should be a duration such as 90s, 10m or 1h30m, not 5"
    assert lines[3] == "timeouts.deploy: unknown step; the steps are ready, delete, deployments, namespaces"
    assert lines[4].endswith("should be a string, not 5 (put it in quotes)")
    assert lines[5].startswith("spec.nonsense: unknown field; ")


@each_component_in_an_organization
def test_parents_that_are_missing_are_all_named(component: Any) -> None:
    parents = [argument for argument, label in PARENTS.items() if label in kind_named(component.__name__).hierarchy]
    spec = {name: value for name, value in args_of(component.__name__).items() if name not in PARENTS}
    _, *lines = refusal(lambda: component("one", spec))
    assert lines == [
        f"{argument}: required field is missing: OpenChoreo finds by it what the {component.__name__} belongs to"
        for argument in parents
    ]


@each_component
def test_names_that_kubernetes_would_refuse_are_found_first(component: Any) -> None:
    args = args_of(component.__name__) | {
        "name": "One_1",
        "labels": {"a b": "c", "team": "-"},
        "annotations": {"a b": ""},
    }
    parents = [name for name in args if name in PARENTS]
    args |= dict.fromkeys(parents, "Not_a_name_")
    _, *lines = refusal(lambda: component("one", args))
    refused = "Kubernetes would refuse the"
    of_parents = [f"{name}: {refused} {'name' if name == 'organization' else 'label'}" for name in parents]
    expected = [f"name: {refused} name 'One_1'", *of_parents, f"labels.a b: {refused} label's key"]
    expected += [f"labels.team: {refused} label '-'", f"annotations.a b: {refused} annotation's key"]
    assert len(lines) == len(expected)
    assert [line for line, start in zip(lines, expected, strict=True) if not line.startswith(start)] == []


def test_names_of_projects_that_kubernetes_would_refuse_are_found_too() -> None:
    args = args_of("Environment") | {"projects": ["shop", "Shop"]}
    [_, lines] = refusal(lambda: Environment("one", args))  # type: ignore[arg-type]
    assert lines.startswith("projects[1]: Kubernetes would refuse the name 'Shop': only a-z")


@each_component_in_an_organization
def test_a_name_longer_than_a_label_needs_another_label(component: Any) -> None:
    args = args_of(component.__name__) | {"name": "a" * 64}
    [_, lines] = refusal(lambda: component("one", args))
    assert lines.startswith(f"labels[{labels.NAME}]: Kubernetes would refuse the label 'aaa")
    assert made(component, name="a" * 64, labels={labels.NAME: "a"}).outputs["one"]["name"] == "a" * 64


@each_component_in_an_organization
def test_a_label_that_contradicts_a_parent_is_refused(component: Any) -> None:
    args = args_of(component.__name__) | {"labels": {labels.ORGANIZATION: "other"}}
    _, *lines = refusal(lambda: component("one", args))
    assert lines == [
        f"labels[{labels.ORGANIZATION}]: contradicts organization: should be 'acme' or left out, not 'other'"
    ]


@pytest.mark.parametrize(
    "component",
    [
        component
        for component in COMPONENTS
        if any(f.required for f in fields_of(spec_of(kind_named(component.__name__).model)).values())
    ],
    ids=lambda component: component.__name__,
)
def test_required_fields_that_are_missing_are_named(component: Any) -> None:
    required = [
        field.name for field in fields_of(spec_of(kind_named(component.__name__).model)).values() if field.required
    ]
    args = {name: value for name, value in args_of(component.__name__).items() if name in PARENTS}
    _, *lines = refusal(lambda: component("one", args))
    assert lines == [f"spec.{name}: required field is missing" for name in required]


# --- Options -------------------------------------------------------------------------------------------------------


class Other(pulumi.CustomResource):
    """Something else in the program."""

    def __init__(self, name: str) -> None:
        super().__init__("other:index:Other", name, {})


@each_component
@pytest.mark.parametrize("several", [False, True])
def test_what_the_component_depends_on_comes_before_all_its_children(component: Any, several: bool) -> None:
    def program() -> Any:
        other = Other("other")
        args = args_of(component.__name__) | {"controllers": "absent"}
        return component("one", args, pulumi.ResourceOptions(depends_on=[other] if several else other))

    found = registered(program)
    after = {each.name for each in found.custom if "other" in each.depends_on}
    # A witness follows it through the finalizer.
    after |= {each.name for each in found.custom if each.type == "choreo:index:Witness" and each.depends_on <= after}
    assert {each.name for each in found.custom} - after == {"other"}


@each_component
def test_a_list_of_dependencies_that_is_an_output_is_refused(component: Any) -> None:
    def program() -> Any:
        later: Any = pulumi.Output.from_input([])
        return component("one", args_of(component.__name__), pulumi.ResourceOptions(depends_on=later))

    lines = refusal(program)
    assert lines == ["depends_on of a component must be a resource or a list of resources, not an Output of a list"]


@each_component
def test_all_other_options_apply_to_the_component_only(component: Any) -> None:
    opts = pulumi.ResourceOptions(ignore_changes=["spec"], delete_before_replace=True, import_="nothing")
    children = made(component, opts).custom
    assert {each for child in children for each in child.request.ignoreChanges} == set()
    assert {child.request.importId for child in children} == {""}


@each_component
def test_deadlines_are_those_of_the_timeouts_or_the_providers_defaults(component: Any) -> None:
    given = object_of(component, timeouts={"ready": "1m", "delete": "2m"}).request.customTimeouts
    assert (given.create, given.update, given.delete) == ("1m", "1m", "2m")
    default = object_of(component).request.customTimeouts
    assert (default.create, default.update, default.delete) == ("", "", ""), "ten minutes, and nothing in the state"


# --- Outputs -------------------------------------------------------------------------------------------------------


@each_component
def test_its_name_and_namespace_are_the_objects(component: Any) -> None:
    def program() -> Any:
        one = component("one", args_of(component.__name__))
        return {"name": one.name, "namespace": one.namespace}

    organization = "acme" if kind_named(component.__name__).namespaced else "one"
    assert registered(program).returned == {"name": "one", "namespace": organization}


@each_component
def test_resources_that_use_its_name_follow_the_object(component: Any) -> None:
    def program() -> Any:
        return dependencies(component("one", args_of(component.__name__)).name)

    found = registered(program).returned
    last = "one-finalizer" if component is Environment else f"one-{component.__name__.lower()}"
    assert last in found
