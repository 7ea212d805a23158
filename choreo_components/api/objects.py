"""An OpenChoreo object as people write it: apiVersion, kind, metadata and spec."""

from collections.abc import Mapping
from typing import Any, Self

from choreo_components.api.meta import ObjectMeta, WireModel
from choreo_components.api.wire import prune_zero_values


class ApiObject(WireModel):
    """Base of all kinds; each kind narrows `api_version`, `kind` and `spec`.

    A kind whose spec has required fields requires the spec, although the API server would accept the object without.
    """

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: WireModel

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Self:
        """The object which a manifest declares.

        Only wire names are accepted here: `data_plane_ref` in a manifest is an unknown field. A null is an absent
        optional field.

        Raises:
            pydantic.ValidationError: with every finding, each with its path in wire names.
        """
        return cls.model_validate(wire, by_name=False)

    def to_wire(self) -> dict[str, Any]:
        """The object as it has to be sent: plain values, wire names, no optional zero values (see module `wire`)."""
        return prune_zero_values(type(self), self.model_dump(by_alias=True, exclude_none=True))
