"""An OpenChoreo object as people write it: apiVersion, kind, metadata and spec."""

from collections.abc import Mapping
from typing import Any, Final, Self

from choreo_components.api.meta import ObjectMeta, WireModel
from choreo_components.api.wire import prune_zero_values

OF_THE_SERVER: Final = {
    ("status",): "What controllers report.",
    ("metadata", "creationTimestamp"): "When the object was created.",
    ("metadata", "deletionGracePeriodSeconds"): "How long its deletion may take.",
    ("metadata", "deletionTimestamp"): "When its deletion was requested.",
    ("metadata", "generation"): "How often its spec has changed.",
    ("metadata", "managedFields"): "Which field managers have set which fields.",
    ("metadata", "resourceVersion"): "Which version of the object it is.",
    ("metadata", "selfLink"): "The path of the object.",
    ("metadata", "uid"): "What distinguishes the object from others of its name.",
}
"""The fields that the cluster alone sets (Kubernetes: apimachinery/pkg/apis/meta/v1/types.go), and their meanings."""

PASSED_OVER: Final = {
    **OF_THE_SERVER,
    ("metadata", "finalizers"): "What must be done before the object is deleted.",
    ("metadata", "generateName"): "A prefix in place of a name.",
    ("metadata", "ownerReferences"): "The objects with which it is deleted.",
}
"""The fields that an object may have as long as they are empty: programs write all that they know of."""


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
        optional field, and what is in PASSED_OVER and empty is absent too.

        Raises:
            pydantic.ValidationError: with every finding, each with its path in wire names.
        """
        return cls.model_validate(without_nothings(wire), by_name=False)

    def to_wire(self) -> dict[str, Any]:
        """The object as it must be sent: plain values, wire names, no optional zero values (see module `wire`)."""
        return prune_zero_values(type(self), self.model_dump(by_alias=True, exclude_none=True))


def without_nothings(wire: Mapping[str, Any]) -> dict[str, Any]:
    """An object in wire names without what is in PASSED_OVER and says nothing."""
    kept = {name: value for name, value in wire.items() if (name,) not in PASSED_OVER or not _is_nothing(value)}
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {
            name: value
            for name, value in metadata.items()
            if ("metadata", name) not in PASSED_OVER or not _is_nothing(value)
        }
    return kept


def _is_nothing(value: Any) -> bool:
    """Whether the value is empty, or a collection of nothing else."""
    if isinstance(value, Mapping):
        return all(map(_is_nothing, value.values()))
    return all(map(_is_nothing, value)) if isinstance(value, list) else not value
