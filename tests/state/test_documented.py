"""What is kept in the state is documented, each property of it."""

from pathlib import Path

from choreo_components.state.contract import FORM_VERSION, Finalizer, Found, Guard, Inventory, Settings, Witness

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_the_documentation_names_each_property_that_is_kept() -> None:
    _, _, after = PAGE.read_text(encoding="utf-8").partition("\n## What is kept in the state\n")
    section, _, _ = after.partition("\n## ")
    contracts = Inventory, Guard, Finalizer, Found, Witness, Settings
    properties = [each for contract in contracts for each in (*contract.inputs(), *contract.kept())]
    assert [each for each in (FORM_VERSION, *properties) if f"`{each}`" not in section] == []
