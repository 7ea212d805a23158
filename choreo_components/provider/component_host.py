"""Component host: runs components for programs in other languages, whose inputs keep OpenChoreo's names."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any

import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.experimental.analyzer import Analyzer, AnalyzeResult, ComponentDefinition
from pulumi.provider.experimental.schema import generate_schema

from choreo_components.components.debug_lines import drop_debug_lines
from choreo_components.components.folders import folders
from choreo_components.components.known_arguments import whole_numbers
from choreo_components.components.platform import Platform
from choreo_components.components.tokens import INDEX, PACKAGE, former_tokens, module_of, token
from choreo_components.version import VERSION


def hosted() -> Mapping[str, Sequence[type[pulumi.ComponentResource]]]:
    """The components by module: those of each generation with a folder, and the Platform, which belongs to none.

    Components of two modules may have the same name, and so may the types of their arguments.
    """
    found: dict[str, Sequence[type[pulumi.ComponentResource]]] = {INDEX: (Platform,)}
    for api_version, folder in folders().items():
        found[module_of(api_version)] = import_module(f"choreo_components.components.{folder}").COMPONENTS
    return found


@dataclass(frozen=True)
class _Hosted:
    """A component, and its definition according to the SDK's analyzer."""

    constructor: Any
    definition: ComponentDefinition


class Host(Provider):
    """A host that finds components by their whole type tokens, and passes inputs on as they are.

    The SDK's host knows one module, and finds components by class name. It maps the schema's names of inputs to those
    of Python, and loses nested objects that are Outputs. Here both use OpenChoreo's names, so only numbers are
    converted.
    """

    def __init__(self, modules: Mapping[str, Sequence[type[pulumi.ComponentResource]]] | None = None) -> None:
        """Infers the schema from the components and their arguments."""
        drop_debug_lines()
        self._hosted: dict[str, _Hosted] = {}
        self.resources: dict[str, Any] = {}
        """The schema of the components, by token."""
        self.types: dict[str, Any] = {}
        """The schema of the types of their arguments, by token."""
        for module, of_module in (hosted() if modules is None else modules).items():
            self._add(module, of_module)
        super().__init__(VERSION)

    def _add(self, module: str, of_module: Sequence[type[pulumi.ComponentResource]]) -> None:
        analyzer = Analyzer(PACKAGE)
        # Otherwise the analyzer parses the whole module again for each of its classes.
        analyzer.docstrings |= _docstrings(of_module)
        analyzed = analyzer.analyze(list(of_module))
        names = _names(module, of_module, analyzed)
        # In the SDK's schema, all types and components are in one module, under their class names.
        definitions, types = analyzed["component_definitions"], analyzed["type_definitions"]
        schema = generate_schema(PACKAGE, VERSION, None, definitions, types, []).to_json()
        for type_, described in schema["types"].items():
            self.types[names[type_]] = _cleaned(_renamed(described, names))
        for component in of_module:
            name = component.__name__
            current, former = token(module, name), former_tokens(module, name)
            described = _cleaned(_renamed(schema["resources"][token(INDEX, name)], names))
            for output, shown in described["properties"].items():
                shown.setdefault("description", _inherited(analyzer, component, output))
            for argument in getattr(component, "_secret_arguments", ()):
                described["inputProperties"][argument]["secret"] = True
            if former:
                described["aliases"] = [{"type": each} for each in former]
            self.resources[current] = described
            self._hosted |= dict.fromkeys([current, *former], _Hosted(component, definitions[name]))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Runs the constructor of the component with this current or former token.

        Raises pulumi.RunError if there is none.
        """
        found = self._hosted.get(resource_type)
        if found is None:
            raise pulumi.RunError(
                f"choreo {VERSION} has no component {resource_type!r}; it has {', '.join(self.resources)}"
            )
        component = found.constructor(name, whole_numbers(inputs), options)
        outputs = found.definition.outputs_mapping
        return ConstructResult(
            component.urn, {name: getattr(component, attribute) for name, attribute in outputs.items()}
        )


def _inherited(analyzer: Analyzer, component: type, output: str) -> str | None:
    """The docstring of an output in a base class: the analyzer reads only those of the class itself."""
    return next((doc for base in component.__mro__[1:] if (doc := analyzer.get_docstring(base, output))), None)


def _docstrings(components: Sequence[type]) -> dict[str, dict[str, str]]:
    """By class and attribute: the docstrings in the modules of components and of their arguments, as the SDK has them.

    They include those of keys that are keywords of Python, which a module has in KEYWORDS.
    """
    modules = dict.fromkeys(component.__module__ for component in components)
    arguments = dict.fromkeys(f"{name.rpartition('.')[0]}.args" for name in modules)
    found: dict[str, dict[str, str]] = {}
    for module in (sys.modules[name] for name in [*modules, *arguments] if name in sys.modules):
        for each in ast.parse(inspect.getsource(module)).body:
            if isinstance(each, ast.ClassDef):
                found[each.name] = dict(_of_attributes(each))
        for (name, key), meaning in getattr(module, "KEYWORDS", {}).items():
            found[name][key] = meaning
    return found


def _of_attributes(class_: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The attributes of a class, each with the string that follows it."""
    for statement, after in pairwise(class_.body):
        match statement, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text


def _names(
    module: str, of_module: Sequence[type[pulumi.ComponentResource]], analyzed: AnalyzeResult
) -> Mapping[str, str]:
    """The tokens of types, by the tokens that the SDK gives them. Types that generations share are in no module of one.

    The languages themselves add `Args` to the names of types.
    """
    homes = {component.__module__.rpartition(".")[0] for component in of_module}
    return {
        token(INDEX, name): token(
            module if type_.module.rpartition(".")[0] in homes else INDEX, name.removesuffix("Args")
        )
        for name, type_ in analyzed["type_definitions"].items()
    }


_TYPES = "#/types/"


def _cleaned(described: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema with its docstring as in Python 3.13 and later: without the indentation of the code."""
    if "description" not in described:
        return described
    return {**described, "description": inspect.cleandoc(described["description"])}


def _renamed(described: Any, names: Mapping[str, str]) -> Any:
    """A part of the schema with references to the types' real tokens, and without empty entries."""
    if isinstance(described, Mapping):
        return {
            key: _TYPES + names[value.removeprefix(_TYPES)]
            if key == "$ref" and value.startswith(_TYPES)
            else _renamed(value, names)
            for key, value in described.items()
            if value is not None
        }
    return [_renamed(each, names) for each in described] if isinstance(described, list) else described
