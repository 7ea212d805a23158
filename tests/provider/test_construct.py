"""What a component refuses reaches programs in other languages as it was said."""

import asyncio
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.runtime import proto

from choreo_components.provider.servicer import Servicer


class Refusing:
    """A host of components that refuses all."""

    async def Construct(self, request: Any, context: Any) -> None:
        raise pulumi.RunError("Environment 'dev' is not what OpenChoreo takes:\n  spec.dataPlane: unknown field")


class Ended(Exception):
    """The call has ended with an error."""


class Call:
    """The context of a call."""

    async def abort(self, code: grpc.StatusCode, message: str) -> None:
        raise Ended(code, message)


def test_what_a_component_refuses_is_the_calls_error_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Refusing())

    async def construct() -> None:
        await Servicer("127.0.0.1:1", []).Construct(proto.ConstructRequest(), Call())

    with pytest.raises(Ended) as ended:
        asyncio.run(construct())
    code, message = ended.value.args
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert message == "Environment 'dev' is not what OpenChoreo takes:\n  spec.dataPlane: unknown field"
