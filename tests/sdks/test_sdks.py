"""The generated SDKs as their users see them: for each component a class, in the module of its generation."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.provider.component_host import Host

LANGUAGES = ("nodejs", "python", "go")

each_component = pytest.mark.parametrize("name", [component.__name__ for component in COMPONENTS])


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The components' schema by token."""
    return Host().resources


def words(name: str, between: str) -> str:
    """`DataPlane` as data_plane, and `dataPlaneRef` as data_plane_ref."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", between, name).lower()


def lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


def found(pattern: str, text: str) -> str:
    """The only match of a pattern, which begins with a line."""
    [match] = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    return str(match)


@each_component
def test_typescript_has_its_class_with_arguments_of_the_schema(
    name: str, sdk: Callable[[str], Path], schema: dict[str, Any]
) -> None:
    text = (sdk("nodejs") / "core" / "v1" / f"{lower_first(name)}.ts").read_text(encoding="utf-8")
    described = schema[f"choreo:core/v1:{name}"]
    assert f"export class {name} extends pulumi.ComponentResource {{" in text
    assert f"__pulumiType = 'choreo:core/v1:{name}';" in text
    assert f'aliases: [{{ type: "choreo:index:{name}" }}]' in text
    fields = re.findall(
        r"^    (\w+)(\??): ", found(rf"^export interface {name}Args \{{\n(.*?)^\}}", text), re.MULTILINE
    )
    assert {field: not mark for field, mark in fields} == {
        field: field in described["requiredInputs"] for field in described["inputProperties"]
    }
    assert f"args{'' if described['requiredInputs'] else '?'}: {name}Args" in text
    outputs = set(re.findall(r"^    declare public (?:/\*out\*/ )?readonly (\w+): ", text, re.MULTILINE))
    assert outputs == set(described["properties"])


@each_component
def test_python_has_its_class_with_arguments_of_the_schema(
    name: str, sdk: Callable[[str], Path], schema: dict[str, Any]
) -> None:
    text = (sdk("python") / "choreo_sdk" / "core" / "v1" / f"{words(name, '_')}.py").read_text(encoding="utf-8")
    described = schema[f"choreo:core/v1:{name}"]
    classes = {each.name: each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)}
    assert set(classes) == {name, f"{name}Args"}
    [made] = [
        each for each in classes[f"{name}Args"].body if isinstance(each, ast.FunctionDef) and each.name == "__init__"
    ]
    given = zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
    assert {argument.arg: default is None for argument, default in given} == {
        words(field, "_"): field in described["requiredInputs"] for field in described["inputProperties"]
    }
    assert f"'choreo:core/v1:{name}'" in text


@each_component
def test_go_has_its_function_with_arguments_of_the_schema(
    name: str, sdk: Callable[[str], Path], schema: dict[str, Any]
) -> None:
    text = (sdk("go") / "choreo" / "core" / "v1" / f"{lower_first(name)}.go").read_text(encoding="utf-8")
    described = schema[f"choreo:core/v1:{name}"]
    assert text.count("\npackage v1\n") == text.count(f"\nfunc New{name}(ctx *pulumi.Context,\n") == 1
    assert f'RegisterRemoteComponentResource("choreo:core/v1:{name}"' in text
    fields = re.findall(r"^\t(\w+) .+", found(rf"^type {name}Args struct \{{\n(.*?)^\}}", text), re.MULTILINE)
    assert {lower_first(field) for field in fields} == set(described["inputProperties"])
    required = re.findall(r"invalid value for required argument '(\w+)'", text)
    assert {lower_first(field) for field in required} == set(described["requiredInputs"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_type_says_twice_that_it_is_of_arguments(language: str, sdk: Callable[[str], Path]) -> None:
    sources = [path for path in sdk(language).rglob("*") if path.suffix in (".ts", ".py", ".go")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    assert any("KubernetesClusterArgs" in text for text in texts)
    assert not any("ArgsArgs" in text for text in texts)


def test_choices_have_names(sdk: Callable[[str], Path]) -> None:
    enums = sdk("nodejs") / "types" / "enums"
    assert 'ABSENT: "absent"' in (enums / "index.ts").read_text(encoding="utf-8")
    assert 'WEBSOCKET: "Websocket"' in (enums / "core" / "v1" / "index.ts").read_text(encoding="utf-8")
