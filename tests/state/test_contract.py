"""The contract: what is kept in a state is named in one place, and documented."""

import ast
from pathlib import Path

import pytest

from choreo_components.state.contract import (
    FORM_VERSION,
    Contract,
    Finalizer,
    Found,
    Guard,
    Inventory,
    Rollout,
    Settings,
    Witness,
)
from tests.checkout import CHECKOUT

PACKAGE = CHECKOUT / "choreo_components"

CONTRACTS: tuple[type[Contract], ...] = (Inventory, Guard, Finalizer, Found, Witness, Rollout, Settings)
NAMES = {FORM_VERSION, *(each for contract in CONTRACTS for each in (*contract.inputs(), *contract.kept()))}

THAT_USE_THEM = [
    *sorted((PACKAGE / "provider" / "resources").glob("*.py")),
    PACKAGE / "provider" / "control_plane.py",
    PACKAGE / "provider" / "servicer.py",
    *(PACKAGE / "components" / f"{name}.py" for name in ("finalizer", "rollout", "stack_resources", "witness")),
]


@pytest.mark.parametrize("module", THAT_USE_THEM, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_other_module_spells_a_property_out(module: Path) -> None:
    literals = [
        node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    ]
    assert [node.value for node in literals if node.value in {*NAMES, *(each.TOKEN for each in CONTRACTS)}] == []


def test_the_documentation_names_each_property_that_is_kept() -> None:
    page = (CHECKOUT / "docs" / "reliability.md").read_text(encoding="utf-8")
    _, _, after = page.partition("\n## What is kept in the state\n")
    section, _, _ = after.partition("\n## ")
    assert sorted(each for each in NAMES if f"`{each}`" not in section) == []


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_property_has_one_name_and_a_description(contract: type[Contract]) -> None:
    properties = [*contract.inputs(), *contract.kept()]
    assert len(set(properties)) == len(properties)
    assert all(each.description for each in properties)
