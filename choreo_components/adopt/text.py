"""Texts: values as readable YAML, and settings that are added to a stack's file.

Pure. What is in the file already does not change, including its comments.
"""

import json
from collections.abc import Mapping
from textwrap import indent
from typing import Any

import yaml

from choreo_components.config.documents import is_text


class NotAdded(Exception):
    """Settings cannot be added to the text: the message says why."""


def with_settings(text: str, config: Mapping[str, Any], *, is_json: bool = False) -> str:
    """The text of a stack's file with the settings in its `config`, which has none of them yet. Raises NotAdded."""
    try:
        there = (json.loads(text) if text.strip() else None) if is_json else yaml.safe_load(text)
        there = there or {}
        whole = {**there, "config": {**(there.get("config") or {}), **config}}
        if is_json:
            return json.dumps(whole, indent=2) + "\n"
        added = _added(text.replace("\r\n", "\n"), config)
        if yaml.safe_load(added) == whole:
            return added.replace("\n", "\r\n") if "\r\n" in text else added
    except (ValueError, yaml.YAMLError):
        pass
    raise NotAdded("its config is written in a way that cannot be extended; put each setting on a separate line")


def _added(text: str, config: Mapping[str, Any]) -> str:
    """The text with lines for the settings, before the existing ones."""
    root = yaml.compose(text, yaml.SafeLoader)
    settings = next((pair for pair in root.value if pair[0].value == "config"), None) if root else None
    if settings is None:
        between = "" if not text or text.endswith("\n") else "\n"
        return text + between + dumped({"config": dict(config)})
    _, value = settings
    if isinstance(value, yaml.MappingNode) and value.value:
        first = value.start_mark
        start = first.index - first.column
        return text[:start] + indent(dumped(dict(config)), " " * first.column) + text[start:]
    head, rest = text[: value.start_mark.index].rstrip(" "), text[value.end_mark.index :]
    return f"{head}\n{indent(dumped(dict(config)), '  ')}{rest.removeprefix(chr(10))}"


def dumped(value: Any) -> str:
    """A value as readable YAML: keys in their order, and texts of several lines as such."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes lists as manifests have them, and no aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style: str | None
    if not text.replace("\n", "").isprintable():
        # Other characters that end a line in YAML, and those that no terminal shows, are escaped.
        style = '"'
    elif "\n" in text:
        style = "|"
    else:
        # Manifests are read as Kubernetes reads them, which takes more texts for numbers than PyYAML.
        style = None if is_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)
