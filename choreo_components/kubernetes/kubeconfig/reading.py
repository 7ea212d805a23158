"""Reading kubeconfigs: texts and files become named entries, several files merged as client-go merges them."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from choreo_components.config.documents import read as read_documents
from choreo_components.config.kubeconfig_source import BYTE_ORDER_MARK, is_text
from choreo_components.kubernetes.kubeconfig.fields import STRUCTS, KubeconfigError, checked

SECTIONS = {"clusters": "cluster", "users": "user", "contexts": "context"}
"""The lists of a kubeconfig, and the field of their entries that has the rest."""


@dataclass(frozen=True)
class Entry:
    """A named entry as it is in its file: `place` names it in errors, `folder` is that of its file, if it has one."""

    value: Any = field(repr=False)
    place: str
    folder: Path | None


@dataclass(frozen=True)
class Kubeconfig:
    """One kubeconfig, or several merged ones: the entries of each section by name.

    `origin` says where it comes from, `text` is the text of a single one, `place` the prefix of places in it.
    """

    origin: str
    place: str
    current_context: str
    sections: Mapping[str, Mapping[str, Entry]] = field(repr=False)
    text: str | None = field(default=None, repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.current_context and not any(self.sections.values())


def given(kubeconfig: str | Path) -> Kubeconfig:
    """The kubeconfig that is given as its text or as the path of its file. Raises KubeconfigError."""
    if isinstance(kubeconfig, str) and is_text(kubeconfig):
        return _read(kubeconfig, "the kubeconfig that is given as text", "", None)
    shown = str(kubeconfig) if _is_surely_a_path(kubeconfig) else None
    try:
        path = Path(kubeconfig).expanduser()
        text = _text(path)
    except FileNotFoundError as problem:
        if shown is None:
            raise KubeconfigError(_NO_KUBECONFIG) from problem
        raise KubeconfigError(f"there is no file {shown}") from None
    except (OSError, ValueError, RuntimeError) as problem:
        # Also for the home of an unknown user, or an impossible name.
        if shown is None:
            raise KubeconfigError(_NO_KUBECONFIG) from None
        raise KubeconfigError(f"{shown} cannot be read{_why(problem)}") from None
    return _read(text, shown or "the file that is given", f"{shown}: " if shown else "", path.absolute().parent)


_NO_KUBECONFIG = "the value is neither kubeconfig YAML nor the path of a readable kubeconfig"


def ambient() -> Kubeconfig | None:
    """The ambient kubeconfig, as kubectl finds it: the files of KUBECONFIG, merged, or ~/.kube/config; None if there is
    none.

    Raises KubeconfigError, also if KUBECONFIG is set and none of its files exists: other credentials could lead to
    another cluster.
    """
    listed = os.environ.get("KUBECONFIG", "")
    if not listed:
        try:
            home = Path("~/.kube/config").expanduser()
        except RuntimeError:
            # A user without a home, as in many containers.
            return None
        found = _files([home])
        return found[0] if found and not found[0].is_empty else None
    if is_text(listed):
        raise KubeconfigError("KUBECONFIG must be the path of a kubeconfig, but is the text of one")
    paths = [Path(path) for path in dict.fromkeys(listed.split(os.pathsep)) if path]
    configs = _files(paths)
    shown = os.pathsep.join(map(_shown, paths))
    if not configs:
        raise KubeconfigError(f"KUBECONFIG names {shown}, which does not exist")
    merged = merge(configs, f"KUBECONFIG ({os.pathsep.join(each.origin for each in configs)})")
    if merged.is_empty:
        raise KubeconfigError(f"KUBECONFIG names {shown}, which is empty")
    return merged


def merge(configs: Iterable[Kubeconfig], origin: str) -> Kubeconfig:
    """Several kubeconfigs as one, as client-go merges them: of entries with the same name the first counts, as a whole.

    The first `current-context` counts as well (kubernetes/client-go: tools/clientcmd/loader.go).
    """
    configs = list(configs)
    if len(configs) == 1:
        [only] = configs
        return Kubeconfig(origin, only.place, only.current_context, only.sections, only.text)
    sections: dict[str, dict[str, Entry]] = {section: {} for section in SECTIONS}
    for config in configs:
        for section, entries in config.sections.items():
            sections[section] = {**entries, **sections[section]}
    current = next((each.current_context for each in configs if each.current_context), "")
    return Kubeconfig(origin, f"{origin}: ", current, sections)


def document(text: str, place: str) -> Any:
    """The value of a text in YAML or JSON as Kubernetes reads it; None for an empty one. Raises KubeconfigError.

    The error names only the line: the rest may be secret.
    """
    documents, findings = read_documents(text, "kubeconfig")
    if findings:
        line = findings[0].where.line
        at = f" (line {line})" if line else ""
        raise KubeconfigError(f"{place}it is not a kubeconfig: neither YAML nor JSON{at}")
    if len(documents) > 1:
        raise KubeconfigError(f"{place}it is not a kubeconfig: it has {len(documents)} documents")
    return documents[0].value if documents else None


def _files(paths: Iterable[Path]) -> list[Kubeconfig]:
    """The kubeconfigs of the files that exist."""
    found = []
    for path in paths:
        try:
            text = _text(path)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as problem:
            raise KubeconfigError(f"{_shown(path)} cannot be read{_why(problem)}") from None
        found.append(_read(text, str(path), f"{path}: ", path.absolute().parent))
    return found


def _text(path: Path) -> str:
    content = path.read_bytes()
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf_16 else "utf-8")


def _why(problem: Exception) -> str:
    return f": {problem.strerror}" if isinstance(problem, OSError) and problem.strerror else " as a kubeconfig"


def _read(text: str, origin: str, place: str, folder: Path | None) -> Kubeconfig:
    text = text.removeprefix(BYTE_ORDER_MARK)
    value = document(text, place)
    if value is not None and not isinstance(value, dict):
        raise KubeconfigError(f"{place}it is not a kubeconfig: it is not a mapping of fields")
    config = checked(value, "Config", place)
    for name, only in (("kind", "Config"), ("apiVersion", "v1")):
        if config.get(name, only) != only:
            raise KubeconfigError(f"{place}{name} is not {only}, so this is not a kubeconfig")
    sections = {section: _entries(config, section, place, folder) for section in SECTIONS}
    return Kubeconfig(origin, place, config.get("current-context", ""), sections, text)


def _entries(config: Mapping[str, Any], section: str, place: str, folder: Path | None) -> dict[str, Entry]:
    [struct] = [each.struct for each in STRUCTS["Config"] if each.name == section]
    assert struct
    entries: dict[str, Entry] = {}
    for number, each in enumerate(config.get(section, [])):
        at = f"{place}{section}[{number}]"
        named = checked(each, struct, at)
        name = named.get("name", "")
        if name in entries:
            raise KubeconfigError(f"{at}.name is a duplicate; give each entry a different name")
        entries[name] = Entry(named.get(SECTIONS[section]), f"{at}.{SECTIONS[section]}", folder)
    return entries


LONGEST_PATH = 256
"""Characters: a longer text is not a path that a person has written."""

_SEGMENT = r"[\w.@+ -]{0,64}"
_CALLED_LIKE_ONE = re.compile(
    rf"({_SEGMENT}/|~/)*(?=[^/]*(kube|config|\.ya?ml$|\.json$|\.conf$)){_SEGMENT}", re.IGNORECASE
)


def _shown(listed: Path) -> str:
    """A path of KUBECONFIG, unless it may be a kubeconfig in base64."""
    is_path = _is_surely_a_path(str(listed)) or (listed.is_absolute() and len(str(listed)) < LONGEST_PATH)
    return str(listed) if is_path else "…"


def _is_surely_a_path(given: str | Path) -> bool:
    """Whether it may be quoted: a text in the place of a path may be a password."""
    return isinstance(given, Path) or _CALLED_LIKE_ONE.fullmatch(given) is not None
