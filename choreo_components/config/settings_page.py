"""The settings page: writes the table of settings in docs/settings.md, from their meanings and their JSON Schema.

python -m choreo_components.config.settings_page
"""

from pathlib import Path
from typing import Any

from choreo_components.config.json_schema import settings_schema
from choreo_components.config.setting_meanings import MEANINGS

BEGIN = "<!-- Written by `python -m choreo_components.config.settings_page`: edit config/setting_meanings.py. -->\n"
END = "<!-- end -->\n"


def table() -> str:
    """The table: a row for each setting, in the order of their meanings."""
    schemas = settings_schema()["properties"]["config"]["properties"]
    rows = ["| setting | value | default | meaning |", "|---|---|---|---|"]
    for name, meaning in MEANINGS.items():
        # The first is the value as it is; the others are an encrypted one, and none.
        value = _form(schemas[name]["anyOf"][0])
        rows.append(f"| `{name}` | {value} | {meaning.default} | {f'{meaning.summary} {meaning.details}'.rstrip()} |")
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """The page with the current table between its markers. Raises ValueError if they are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no lines {BEGIN.strip()} and {END.strip()}")
    return before + begin + table() + end + after


def _form(schema: dict[str, Any]) -> str:
    """The form of a value, in a few words."""
    match schema:
        case {"enum": [True, False, *_]}:
            return "`true` or `false`"
        case {"enum": choices}:
            return " or ".join(f"`{each}`" for each in choices)
        case {"type": "array", "items": {"required": _}}:
            return "list of objects"
        case {"type": "array"}:
            return "list of text"
        case {"type": "object", "properties": properties}:
            return f"mapping of {', '.join(f'`{each}`' for each in properties)}"
        case {"type": "object"}:
            return "mapping"
    return "text"


def main() -> None:
    """Rewrites the table in the checkout's page."""
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
