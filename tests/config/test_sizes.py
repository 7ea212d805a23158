"""Sizes: whether Kubernetes accepts the size of an object is known before it is asked."""

import pytest

from choreo_components.api import Kind, all_kinds
from choreo_components.api.annotations import APPLIED, LARGEST, WAIT_FOR, excess, of_provider
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import error
from choreo_components.plan.builder import plan
from choreo_components.plan.checks import LARGEST_OBJECT
from tests import declaring
from tests.declaring import Stack, stack

FILLED = "metadata.annotations"


def annotated(length: int, *, controllers: str = "absent") -> Stack:
    """A stack of an organization with one annotation of so many bytes, its key included."""
    made = declaring.organization()
    made["metadata"]["annotations"] = {"note": "x" * (length - len("note"))}
    return stack(made, controllers=controllers)


def added(*texts: str) -> int:
    return sum(map(len, texts))


OWN = added(*APPLIED, *APPLIED.values())
WAITS = added(WAIT_FOR, "condition=Ready")


@pytest.mark.parametrize(("controllers", "own"), [("absent", OWN), ("present", OWN + WAITS)])
def test_all_annotations_together_may_be_so_long_with_those_of_the_provider(controllers: str, own: int) -> None:
    assert annotated(LARGEST - own, controllers=controllers).plan.findings == ()
    found = annotated(LARGEST - own + 1, controllers=controllers)
    where = found.at("annotations", f"choreo:resources[0].{FILLED}")
    assert found.plan.findings == (error(where, "262,145 bytes of annotations, more than Kubernetes' 262,144"),)


def test_annotations_are_counted_in_bytes() -> None:
    assert excess({"a": "ü" * (LARGEST // 2 - 1)}) is None
    assert excess({"a": "ü" * (LARGEST // 2)}) == "262,145 bytes of annotations, more than Kubernetes' 262,144"


@pytest.mark.parametrize("kind", all_kinds().values(), ids=lambda kind: kind.kind)
def test_a_condition_is_an_annotation_where_a_controller_ever_sets_one(kind: Kind) -> None:
    assert (WAIT_FOR in of_provider(kind, waits=True)) is (kind.ready_condition is not None)
    assert of_provider(kind, waits=False) == APPLIED


@pytest.mark.parametrize(("sign", "bytes_each"), [("e", 1), ("é", 2)])
def test_an_object_may_be_as_large_as_etcd_takes(sign: str, bytes_each: int) -> None:
    def fields(names: int) -> list[str]:
        """The fields that are too large, in a stack of a pipeline with so many names of 100,000 bytes."""
        pipeline = declaring.pipeline(promotions=[(sign * (100_000 // bytes_each), ()) for _ in range(names)])
        config = {"choreo:resources": [declaring.organization(), pipeline]}
        found = plan(settings.read(Document(config, "configuration"), declaring.NOWHERE)[0]).findings
        return [each.where.field for each in found if each.message == reported]

    reported = f"more than {LARGEST_OBJECT:,} bytes: etcd accepts no larger object by default"
    assert fields(15) == []
    assert fields(16) == ["choreo:resources[1]"]
