"""docs/settings.md has the settings that the code has."""

from pathlib import Path

from choreo_components.config.setting_meanings import MEANINGS
from choreo_components.config.settings import KEYS
from choreo_components.config.settings_page import table, with_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_each_setting_has_a_meaning() -> None:
    assert MEANINGS.keys() == set(KEYS)


def test_the_table_has_a_row_for_each_setting() -> None:
    assert [row.split("`")[1] for row in table().splitlines()[2:]] == list(MEANINGS)


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "run python -m choreo_components.config.settings_page"
