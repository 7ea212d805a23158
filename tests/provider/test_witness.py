"""Witness: resources that are deleted after it can see that its subject stays."""

import asyncio
from typing import Any

import pytest

from choreo_components.provider.resources.witness import Witness
from tests.provider.fake_cluster import FakeCluster
from tests.provider.sessions import session

witness = Witness()


def test_its_deletion_records_that_its_subject_stays() -> None:
    command = session(FakeCluster())
    asyncio.run(witness.delete({"subject": "core.choreo.dev/v1/Environment acme/trial"}, command))
    assert command.notes == {"core.choreo.dev/v1/Environment acme/trial"}


def test_another_subject_is_another_witness() -> None:
    assert witness.replaced({"subject": "stack"}, {"subject": "core.choreo.dev/v1/Environment acme/trial"}) == [
        "subject"
    ]
    assert witness.replaced({"subject": "stack"}, {"subject": "stack"}) == []


@pytest.mark.parametrize("inputs", [{}, {"subject": ""}, {"subject": []}])
def test_a_subject_is_required(inputs: dict[str, Any]) -> None:
    _, failures = asyncio.run(witness.check({}, inputs, session(FakeCluster())))
    assert failures == {"subject": "required: the name of what the witness watches"}
