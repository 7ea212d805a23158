"""What the kinds share: sorts of names, references to keys of Secrets, and what controllers report."""

from typing import Annotated, Literal

from choreo_components.api.kubernetes_types import Condition
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.shape import Facets, ListMap

ApiVersion = Literal["openchoreo.dev/v1alpha1"]

Name = Annotated[str, Facets(min_length=1)]
DnsLabel = Annotated[
    str,
    Facets(
        pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        min_length=1,
        max_length=63,
        meaning="lower-case letters, digits and inner hyphens",
    ),
]
Port = Annotated[int, Facets(format="int32", minimum=1, maximum=65535)]
Time = Annotated[str, Facets(format="date-time")]


class SecretKeyRef(WireModel):
    """A key of a Secret, or of a SecretReference."""

    name: Annotated[Name, doc("Name of the Secret.")]
    key: Annotated[Name, doc("Key in it.")]


class EmptyStatus(WireModel):
    """What controllers report: nothing, ever."""


class ListedConditions(WireModel):
    """What controllers report: conditions, which a server-side apply replaces as a whole."""

    conditions: Annotated[list[Condition] | None, doc("What the controllers observed last.")] = None


class MappedConditions(WireModel):
    """What controllers report: conditions, which a server-side apply merges by their types."""

    conditions: Annotated[list[Condition] | None, ListMap("type"), doc("What the controllers observed last.")] = None


class ListedStatus(ListedConditions):
    """What controllers report, with conditions as a plain list."""

    observed_generation: Annotated[
        int | None, Facets(format="int64"), doc("Generation observed last; not every controller sets it.")
    ] = None


class MappedStatus(MappedConditions):
    """What controllers report, with conditions by their types."""

    observed_generation: Annotated[
        int | None, Facets(format="int64"), doc("Generation observed last; not every controller sets it.")
    ] = None
