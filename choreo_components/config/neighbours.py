"""A declared neighbour: an object of another API than OpenChoreo's, with the document it was read from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from choreo_components.api import OF_THE_SERVER, ObjectMeta
from choreo_components.api.generations import generations
from choreo_components.api.metadata import refused_keys_and_values, refused_namespace
from choreo_components.api.neighbours import (
    group_of,
    is_api_version,
    is_definition,
    is_kept,
    is_namespace,
    is_of_openchoreo,
    is_secret,
    refused_name,
)
from choreo_components.api.objects import without_nothings
from choreo_components.api.plain_object import PlainObject
from choreo_components.api.shape import fields_of
from choreo_components.config.documents import Document, FieldPath
from choreo_components.config.findings import Finding, Location, error
from choreo_components.config.validation import REQUIRED, shown


@dataclass(frozen=True)
class Neighbour:
    """An object of another API that a stack declares. `optional`: it is skipped if the cluster has no such kind."""

    object: PlainObject
    document: Document
    optional: bool = field(default=False, compare=False)

    @property
    def api_version(self) -> str:
        """Its apiVersion."""
        return self.object.api_version

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.object.kind

    @property
    def name(self) -> str:
        """Its metadata.name."""
        return self.object.metadata.name

    @property
    def namespace(self) -> str:
        """Its metadata.namespace; "" if it has none."""
        return self.object.metadata.namespace or ""

    @property
    def full_name(self) -> str:
        """NAMESPACE/NAME; without a namespace, its name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its annotations."""
        return self.object.metadata.annotations or {}

    @property
    def is_kept(self) -> bool:
        """Whether it is a namespace that Kubernetes itself makes and keeps."""
        return is_kept(self.api_version, self.kind, self.name)

    @property
    def is_secret(self) -> bool:
        """Whether it is a Secret."""
        return is_secret(self.api_version, self.kind)

    @cached_property
    def wire(self) -> Mapping[str, Any]:
        """The object in wire names, as it is sent."""
        return self.object.to_wire()

    def written(self, path: FieldPath) -> FieldPath:
        """The field of the document that a field of the object comes from: texts of a Secret are sent as its data."""
        texts = self.document.value.get("stringData") if self.is_secret and path[:1] == ("data",) else None
        return ("stringData", *path[1:]) if texts and set(path[1:2]) & texts.keys() else path

    def at(self, *path: str | int) -> Location:
        """The location of one of its fields."""
        return self.document.at(path)

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}" + (f" of namespace {self.namespace!r}" if self.namespace else "")


def refusal(document: Document, api_version: str, kind: str, unknown: str) -> Finding | None:
    """Why an object of another API is refused, whatever else is in it; None if it is accepted.

    `unknown` is the message about an apiVersion that looks like OpenChoreo's, and is none of them.
    """
    if is_of_openchoreo(api_version) or not is_api_version(api_version):
        close = get_close_matches(api_version, generations(), n=1, cutoff=0.8)
        misspelt = group_of(api_version) not in {each.group for each in generations().values()}
        meant = f"; did you mean {close[0]!r}?" if close and misspelt else ""
        return error(document.at(("apiVersion",)), f"{unknown}{meant}")
    if kind == "List" or (kind.endswith("List") and isinstance(document.value.get("items"), list)):
        message = "a list of objects is not supported; write the objects one by one, separated by ---"
        return error(document.at(("kind",)), message)
    having = [each.api_version for each in generations().values() if api_version == "v1" and kind in each.by_name]
    if having and not is_namespace(api_version, kind):
        message = f"Kubernetes has no {kind} in v1; the apiVersion of OpenChoreo's {kind} is {' or '.join(having)}"
        return error(document.at(("apiVersion",)), message)
    if is_definition(api_version, kind):
        message = (
            "a stack cannot declare a definition: deleting it would delete all objects of its kind, whoever created "
            "them; install it beforehand (helm, kubectl apply --server-side), and leave this file out"
        )
        return error(document.at(("kind",)), message)
    if not kind or not kind[0].isalpha():
        return error(document.at(("kind",)), f"{kind!r} is not a valid kind: a kind begins with a letter")
    return None


def parse(document: Document) -> tuple[PlainObject | None, list[Finding]]:
    """The object in a document, of which only the form is checked; if that is wrong, None and the findings."""
    wrong = list(_of_the_server(document))
    try:
        found = PlainObject.from_wire(document.value)
    except ValidationError as invalid:
        wrong += [
            error(document.at(each["loc"]), _message(each["type"], each["loc"], each["input"], document))
            for each in invalid.errors(include_url=False)
        ]
        return None, wrong
    wrong += _refused(found, document)
    return (None, wrong) if wrong else (found, [])


def _message(type_: str, path: FieldPath, value: Any, document: Document) -> str:
    if type_ == "missing":
        return REQUIRED
    if type_ == "extra_forbidden" and path in OF_THE_SERVER:
        return "set by the cluster; remove it"
    if type_ == "extra_forbidden":
        known = list(fields_of(ObjectMeta))
        close = get_close_matches(str(path[-1]), known, n=1)
        meant = f"did you mean {close[0]}?" if close else f"valid fields: {', '.join(known)}"
        return f"unknown field; {meant}"
    wanted = {"string_type": "a string", "dict_type": "a mapping", "model_type": "a mapping"}.get(
        type_, "another value"
    )
    quotes = " (put it in quotes)" if type_ == "string_type" and isinstance(value, bool | int | float) else ""
    return f"should be {wanted}, not {shown(value, document.written(path))}{quotes}"


def _of_the_server(document: Document) -> Iterator[Finding]:
    """An error for each top-level field that only the cluster sets."""
    given = without_nothings(document.value)
    for path in OF_THE_SERVER:
        if len(path) == 1 and path[0] in given:
            yield error(document.at(path), "set by the cluster; remove it")


def _refused(found: PlainObject, document: Document) -> Iterator[Finding]:
    """What every cluster would refuse in the metadata, and in the contents of a Secret."""
    metadata = found.metadata
    if why := refused_name(metadata.name):
        yield error(document.at(("metadata", "name")), f"Kubernetes would refuse the name {metadata.name!r}: {why}")
    if metadata.namespace and (wrong := refused_namespace(metadata.namespace)) is not None:
        yield error(document.at(wrong.path), wrong.message)
    for each in refused_keys_and_values(metadata.labels or {}, metadata.annotations or {}, ()):
        yield error(document.at(each.path), each.message)
    if is_secret(found.api_version, found.kind):
        for name in ("data", "stringData"):
            values = (found.model_extra or {}).get(name)
            if values is not None and not isinstance(values, dict):
                # It may be a secret, so it is not quoted.
                yield error(document.at((name,)), "should be a mapping of keys to strings")
                continue
            for key, value in (values or {}).items():
                if value is not None and not isinstance(value, str):
                    yield error(document.at((name, key)), "should be a string; put it in quotes")
