"""A plain object: one of an API that is not OpenChoreo's, of which only the form is known."""

import base64
from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict

from choreo_components.api.meta import ObjectMeta, WireModel
from choreo_components.api.neighbours import RBAC, group_of, is_secret
from choreo_components.api.objects import without_nothings


class PlainObject(WireModel):
    """An object of any API: what its metadata may say is known, and nothing else."""

    model_config = ConfigDict(extra="allow")

    api_version: str
    kind: str
    metadata: ObjectMeta

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Self:
        """The object which a manifest declares; a null is an absent field, and so is what ApiObject passes over.

        Raises:
            pydantic.ValidationError: with every finding, each with its path in wire names.
        """
        return cls.model_validate(without_nothings(wire), by_name=False)

    def to_wire(self) -> dict[str, Any]:
        """The object as it is sent, without nulls.

        Texts of a Secret are in base64, as the API server keeps them. A role without rules has no such field: the API
        server makes a null of an empty list, and each update would show it.
        """
        wire: dict[str, Any] = _without_nulls(self.model_dump(by_alias=True, exclude_none=True))
        if group_of(self.api_version) == RBAC and wire.get("rules") == []:
            del wire["rules"]
        if is_secret(self.api_version, self.kind) and isinstance(texts := wire.pop("stringData", None), Mapping):
            encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
            wire["data"] = {**(wire.get("data") or {}), **encoded}
        return wire


def _without_nulls(value: Any) -> Any:
    """The value without fields that are null, which Kubernetes takes for absent ones."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
