"""What controllers report of objects, whatever their kind."""

from typing import Annotated, Literal

from choreo_components.api.kubernetes_types import Condition
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.shape import Facets

ApiVersion = Literal["core.choreo.dev/v1"]


class ConditionsStatus(WireModel):
    """What controllers report: conditions alone."""

    conditions: Annotated[list[Condition] | None, doc("What the controllers observed last.")] = None


class Status(ConditionsStatus):
    """What controllers report."""

    observed_generation: Annotated[
        int | None, Facets(format="int64"), doc("Generation observed last; most controllers never persist it.")
    ] = None
