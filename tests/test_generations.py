"""An API of OpenChoreo is two folders: its facts, and its components. Nothing else knows a kind, a label or a field."""

import ast
import gc
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

import choreo_components
from choreo_components import api, components
from choreo_components.api import all_kinds, custom_resource_definitions, generation_of
from choreo_components.api.core_v1 import labels
from choreo_components.api.generation import FINALIZER, spec_of
from choreo_components.api.generations import generations
from choreo_components.api.shape import ObjectOf, fields_of
from choreo_components.components.declaration import ControlPlane
from choreo_components.components.generations import by_api_version
from choreo_components.config.json_schema import object_schema
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.objects import Live
from choreo_components.preflight.permissions import needs
from choreo_components.teardown.environment import Scope
from tests.components.registering import declare, registered
from tests.declaring import stack_of

PACKAGE = Path(choreo_components.__file__).parent


def folders(room: str) -> set[str]:
    """The generations that have a folder in a room."""
    return {each.name for each in (PACKAGE / room).iterdir() if (each / "__init__.py").is_file()}


GENERATIONS = folders("api")

FACES = {PACKAGE / f"{each}.py" for each in ("__init__", "core_v1", "v1alpha1")}
"""What programs import: the components by their names."""


def modules() -> Iterator[Path]:
    """The modules that belong to no generation."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if GENERATIONS.isdisjoint(path.relative_to(PACKAGE).parts) and path not in FACES:
            yield path


def modules_of(generation: str) -> Iterator[Path]:
    """The modules in the folders of a generation."""
    for room in ("api", "components"):
        yield from sorted((PACKAGE / room / generation).rglob("*.py"))


@cache
def tree_of(module: Path) -> ast.Module:
    """The syntax of a module. What is collected meanwhile may parse something too, which Python 3.11 does not bear."""
    gc.disable()
    try:
        return ast.parse(module.read_text(encoding="utf-8"))
    finally:
        gc.enable()


def literals(module: Path) -> Iterator[tuple[int, str]]:
    """The texts in a module, and the names of attributes, without docstrings and what is Pulumi's, with their lines."""
    tree = tree_of(module)
    prose = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) != "pulumi":
            yield node.lineno, node.attr


def imported(module: Path) -> Iterator[tuple[int, str]]:
    """The names that a module imports, and texts that may be such names, each with its line."""
    own = ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts)
    package = own.removesuffix(".__init__") if module.stem == "__init__" else own.rpartition(".")[0]
    for node in ast.walk(tree_of(module)):
        match node:
            case ast.Import():
                yield from ((node.lineno, each.name) for each in node.names)
            case ast.ImportFrom():
                home = resolve_name("." * node.level + (node.module or ""), package)
                yield from ((node.lineno, f"{home}.{each.name}") for each in node.names)
            case ast.Constant(value=str(text)):
                yield node.lineno, text


def generations_in(module: Path) -> Iterator[tuple[int, str]]:
    """The generations whose folders a module imports something from, each with its line."""
    for line, name in imported(module):
        match name.split("."):
            case ["choreo_components", "api" | "components", str(folder), *_] if folder in GENERATIONS:
                yield line, folder


def own_fields() -> set[str]:
    """The fields of specs whose names no other API has: of two words and more."""
    found: set[str] = set()
    waiting = [spec_of(model) for kind in all_kinds().values() for model in kind.models]
    while waiting:
        model = waiting.pop()
        for name, field in fields_of(model).items():
            if any(letter.isupper() for letter in name):
                found |= {name, model_attribute(model, name)}
            if isinstance(field.shape, ObjectOf):
                waiting.append(field.shape.model)
    return found


def model_attribute(model: type, name: str) -> str:
    """What a field on the wire is called in Python."""
    return next(own for own, field in model.model_fields.items() if (field.alias or own) == name)  # type: ignore[attr-defined, no-any-return]


WORDS_OF_OTHERS = {"Resource"}
"""Kinds whose names mean something else in Kubernetes and to Pulumi."""

KINDS = {kind.kind for kind in all_kinds().values() if kind.group} - WORDS_OF_OTHERS
LABELS = {value for name, value in vars(labels).items() if name.isupper() and isinstance(value, str)}


WORD = re.compile(rf"\b({'|'.join(sorted(KINDS))})s?\b")

OWN_NAMES = {"state/contract.py": {"dataPlaneRef"}, "api/crd.py": {"openAPIV3Schema"}}
"""By module: names for other things, such as Kubernetes', that happen to be fields of a spec."""

WORDS = {
    # Whatever is deployed, of whichever kind it is.
    "kubernetes/cluster_identity.py": {"Deployments"},
    # Also a data plane, in the words of both APIs of OpenChoreo.
    "provider/resources/inventory.py": {"Deployments", "DataPlane"},
    # Help and descriptions, which are read before it is known which API is meant.
    "cli/adopt.py": {"Organization"},
    "provider/schema.py": {"Environment", "Deployments"},
    "state/contract.py": {"Environment", "Deployments"},
}
"""By module: names of kinds that its texts have as words, and why they may."""

OF_EARLIER_STATES = {"state/contract.py", "state/forms.py"}
"""Modules that know the generation of states from when there was one."""


@pytest.mark.parametrize("module", list(modules()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_module_names_a_kind_a_label_or_a_field_of_a_spec(module: Path) -> None:
    forbidden = KINDS | LABELS | own_fields()
    name = str(module.relative_to(PACKAGE))
    forbidden -= OWN_NAMES.get(name, set())
    found = [f"{name}:{line}: {text}" for line, text in literals(module) if text in forbidden]
    assert not found, "a generation is to say it:\n" + "\n".join(found)


@pytest.mark.parametrize("module", list(modules()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_module_has_a_kind_in_a_text(module: Path) -> None:
    name = str(module.relative_to(PACKAGE))
    words = {each.group(): f"{name}:{line}: {text}" for line, text in literals(module) for each in WORD.finditer(text)}
    assert words.keys() == WORDS.get(name, set()), "a generation is to say it:\n" + "\n".join(words.values())


def test_no_other_module_imports_from_the_folders_of_a_generation() -> None:
    found = {str(module.relative_to(PACKAGE)) for module in modules() if any(generations_in(module))}
    assert found == OF_EARLIER_STATES


@pytest.mark.parametrize("generation", sorted(GENERATIONS))
def test_a_generation_imports_nothing_of_another(generation: str) -> None:
    found = [
        f"{module.relative_to(PACKAGE)}:{line}: {each}"
        for module in modules_of(generation)
        for line, each in generations_in(module)
        if each != generation
    ]
    assert not found, "\n".join(found)


FACTS = {
    "__init__.py": '"""A made-up API."""\n\nAPI_VERSION = "made.example/v1"\n',
    "models.py": '''
        """The models of a made-up API."""

        from typing import Annotated, Literal

        from pydantic import Field

        from choreo_components.api.meta import WireModel, doc
        from choreo_components.api.objects import ApiObject
        from choreo_components.api.made_up import API_VERSION


        class FleetSpec(WireModel):
            """What a fleet wants."""

            region: Annotated[str, doc("Where it is.")] = ""


        class Fleet(ApiObject):
            """A cluster of a made-up API."""

            api_version: Literal["made.example/v1"] = API_VERSION
            kind: Literal["Fleet"] = "Fleet"
            spec: FleetSpec = Field(default_factory=FleetSpec)


        class StageSpec(WireModel):
            """What a stage wants."""

            fleet: Annotated[str, doc("Name of its fleet.")]


        class Stage(ApiObject):
            """A stage of a made-up API."""

            api_version: Literal["made.example/v1"] = API_VERSION
            kind: Literal["Stage"] = "Stage"
            spec: StageSpec


        class Status(WireModel):
            """What controllers report."""
    ''',
    "generation.py": '''
        """A made-up API as a generation."""

        from choreo_components.api.generation import (
            DATA_PLANE_NAMESPACE, FINALIZER, SECRET, DataPlanes, Dependency, Generation, Kind, MetadataFields,
            Namespaces, Ownership, Role, Sweep, Target, Teardown,
        )
        from choreo_components.api.made_up import API_VERSION


        def kinds():
            from choreo_components.api.made_up.models import Fleet, Stage, Status

            fleet = Kind(Fleet, Status, "fleets", hierarchy=(), ready_condition="Ready", role=Role.DATA_PLANE)
            stage = Kind(Stage, Status, "stages", hierarchy=(), ready_condition=None, role=Role.ENVIRONMENT)
            return fleet, stage


        def fleet_of(stage):
            return Target(API_VERSION, "Fleet", stage["metadata"]["namespace"], stage["spec"]["fleet"])


        def references(given):
            if given.wire["kind"] == "Stage":
                yield Dependency(("spec", "fleet"), fleet_of(given.wire), "no such fleet")


        def nothing(*_):
            return iter(())


        GENERATION = Generation(
            api_version=API_VERSION,
            load=kinds,
            order=("Fleet", SECRET, "Stage", DATA_PLANE_NAMESPACE, FINALIZER),
            identify=lambda kind, given: (given, []),
            metadata=lambda kind: MetadataFields({}, {}, None),
            references=references,
            checks=nothing,
            checks_together=nothing,
            named=lambda kind, organization, name: Target(API_VERSION, kind, organization, name),
            promoted=nothing,
            cell_of=lambda wire: (wire["metadata"]["namespace"], "", ""),
            waits=lambda given: True,
            serves_production=lambda wire: False,
            namespaces=Namespaces(
                name=lambda organization, project, environment: f"{organization}-{project}-{environment}",
                labels=lambda organization, project, environment: {"stage": environment},
                of_environment=lambda organization, environment: {"stage": environment},
                varying=frozenset({"stage"}),
                of_organization=lambda organization: {},
                tenant_labels=lambda organization: {},
                tenant=lambda name, labels: None,
                reserved=frozenset({"stage"}),
                cell_labels=("", "", "stage"),
                maker=None,
                builds=lambda name, labels: None,
                built_by="",
            ),
            teardown=Teardown(
                sweeps=(
                    Sweep(
                        "runs",
                        "Run",
                        labels=lambda organization, environment: {},
                        selects=lambda run, environment: run["spec"]["stage"] == environment,
                    ),
                ),
                foreign=lambda *_: None,
                environments=lambda wire: (),
                deployed="runs",
            ),
            data_planes=DataPlanes(
                of_environment=fleet_of,
                field=("spec", "fleet"),
                connection=lambda wire: None,
                connection_field=(),
                connection_key="",
                connection_labels=lambda *_: {},
                kubeconfig=lambda wire: None,
                hosts=lambda environment, data_plane: {},
                connection_is_read=True,
                connections=lambda organization: {},
                connected=lambda labels: None,
            ),
            ownership=Ownership(
                organizations=lambda live: (live["metadata"]["namespace"],),
                environment=lambda live: None,
                makers=lambda *_: (),
                made=frozenset(),
                labels=lambda live: {},
                claim=lambda organization, namespaced: {},
                removal_order=("Stage", "Fleet"),
                field_manager="manager",
            ),
        )
    ''',
}
"""The facts of a made-up generation with two kinds."""

COMPONENTS = {
    "__init__.py": '''
        """The components of a made-up API."""

        from choreo_components.components.made_up.stage import Stage

        COMPONENTS = (Stage,)
    ''',
    "stage.py": '''
        """A stage as a component."""

        from typing import TypedDict

        import pulumi

        from choreo_components.api.made_up import API_VERSION
        from choreo_components.components.base import ObjectComponent


        class StageArgs(TypedDict):
            """What a stage wants."""

            fleet: pulumi.Input[str]
            """Name of its fleet."""


        class Stage(ObjectComponent):
            """A stage."""

            _api_version = API_VERSION

            def __init__(self, name: str, args: StageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
                super().__init__("Stage", name, args, opts)
                self._declare()
                self._complete()

            def _body(self, name, args):
                return {"metadata": {"name": name}, "spec": {"fleet": args["fleet"]}}
    ''',
    "composites.py": '''
        """The kinds of a made-up API that are more than their object."""

        from choreo_components.api.made_up.generation import GENERATION
        from choreo_components.components.made_up.stage import Stage
        from choreo_components.components.provisioning import Provisioning

        COMPOSITES = {"Stage": Stage}



        def surround(component, role, made, declared, given, opts, elsewhere):
            fleet = declared.data_plane.name
            return made, Provisioning(
                GENERATION, role, made, declared.organization, fleet, given, opts, component, elsewhere
            )


        def with_former_urn(args):
            return None
    ''',
}
"""Its components, and what a Platform knows of them."""


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two folders more."""
    for room, package, files in (("api", api, FACTS), ("components", components, COMPONENTS)):
        folder = tmp_path / room / "made_up"
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(dedent(text))
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / room)])
    for cached in (generations, all_kinds, by_api_version):
        cached.cache_clear()
    yield
    for cached in (generations, all_kinds, by_api_version):
        cached.cache_clear()
    for name in [each for each in sys.modules if ".made_up" in each]:
        del sys.modules[name]


FLEET = {"apiVersion": "made.example/v1", "kind": "Fleet", "metadata": {"name": "east", "namespace": "acme"}}
STAGE = {
    "apiVersion": "made.example/v1",
    "kind": "Stage",
    "metadata": {"name": "dev", "namespace": "acme"},
    "spec": {"fleet": "east"},
}


@pytest.mark.usefixtures("made_up")
def test_a_third_generation_is_read_checked_and_planned_with_the_others() -> None:
    own = {"apiVersion": "core.choreo.dev/v1", "kind": "Organization", "metadata": {"name": "acme"}}
    found = stack_of(yaml.safe_dump({"choreo:resources": [STAGE, own, FLEET]}))
    assert found.findings == []
    assert [str(node.key) for node in found.plan.nodes] == [
        "Organization acme/acme",
        "Fleet acme/east",
        "Stage acme/dev",
        f"{FINALIZER} acme/dev",
    ]
    stage = found.plan.nodes[2]
    assert [key.kind for key in found.plan.needs[stage.key]] == ["Fleet"]


@pytest.mark.usefixtures("made_up")
def test_a_reference_of_a_third_generation_leads_to_its_own_kinds() -> None:
    found = stack_of(yaml.safe_dump({"choreo:resources": [STAGE]}))
    assert [(each.missing, str(each.target)) for each in found.plan.outside] == [("no such fleet", "Fleet 'east'")]


@pytest.mark.usefixtures("made_up")
def test_editors_and_clusters_know_the_kinds_of_a_third_generation() -> None:
    assert "made.example/v1" in str(object_schema())
    named = [each["metadata"]["name"] for each in custom_resource_definitions()]
    assert [each for each in named if each.endswith(".made.example")] == ["fleets.made.example", "stages.made.example"]


@pytest.mark.usefixtures("made_up")
def test_objects_of_a_third_generation_are_declared_with_finalizers_and_guards() -> None:
    found = stack_of(yaml.safe_dump({"choreo:resources": [STAGE, FLEET]}))
    made = registered(lambda: declare(found, ControlPlane()))
    assert {each.name: each.parent for each in made.custom if each.type.startswith("kubernetes:made.example/v1:")} == {
        "acme/east": "platform",
        "acme/dev-stage": "acme/dev",
    }
    assert made["acme/dev-finalizer"].inputs["apiVersion"] == "made.example/v1"
    assert made["inventory"].inputs["objects"] == {
        "made.example/v1/Fleet": ["acme/east"],
        "made.example/v1/Stage": ["acme/dev"],
    }


@pytest.mark.usefixtures("made_up")
def test_an_environment_of_a_third_generation_takes_along_what_names_it_in_a_field() -> None:
    [sweep] = Scope(generation_of("made.example/v1"), "acme", "dev").sweeps
    runs = [{"metadata": {"name": stage}, "spec": {"stage": stage}} for stage in ("dev", "qa")]
    assert (sweep.resource.full_name, sweep.namespace) == ("runs.made.example", "acme")
    assert [run for run in runs if sweep.matches(Live(sweep.resource, run))] == runs[:1]


@pytest.mark.usefixtures("made_up")
def test_the_rights_to_what_goes_with_an_environment_of_a_third_generation_are_asked_for() -> None:
    found = stack_of(yaml.safe_dump({"choreo:resources": [STAGE, FLEET]}))
    swept = [need for need in needs(found.plan, Controllers.ABSENT) if need.resource.kind == "Run"]
    assert [(need.namespace, need.verbs) for need in swept] == [("acme", {"list", "watch", "delete"})]


@pytest.mark.usefixtures("made_up")
def test_programs_in_all_languages_have_the_components_of_a_third_generation() -> None:
    host = import_module("choreo_components.provider.component_host").Host()
    assert "choreo:made/v1:Stage" in host.resources
    assert "choreo:core/v1:Environment" in host.resources


def test_each_generation_has_a_folder_of_facts_and_one_of_components() -> None:
    for generation in generations().values():
        assert generation_of(generation.api_version) is generation
    assert folders("api") == folders("components")
