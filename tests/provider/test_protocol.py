"""The engine's protocol without the rest of the SDK, until components are hosted."""

import os
import subprocess
import sys

from pulumi.runtime import rpc

from choreo_components.provider import protocol

BEGINNING = """
import sys

import choreo_components.provider.servicer
from choreo_components.provider import protocol
"""

WITHOUT = "print(sorted(name for name in sys.modules if name.partition('.')[0] == 'pulumi' and '.proto' not in name))"

WITH = """
protocol.import_sdk()
import pulumi.runtime.proto
from pulumi.provider.server import ProviderServicer

from choreo_components.provider.component_host import Host

ProviderServicer(Host(), [], "127.0.0.1:1")
print(pulumi.runtime.proto is protocol.proto, issubclass(ProviderServicer, protocol.proto.ResourceProviderServicer))
"""


def printed(program: str, **environment: str) -> str:
    """The output of a program after the imports of a starting provider."""
    command = [sys.executable, "-c", BEGINNING + program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_provider_starts_without_the_sdk() -> None:
    assert printed(WITHOUT) == "[]"


def test_the_sdk_knows_the_same_messages_when_it_hosts_components() -> None:
    assert printed(WITH) == "True True"


def test_where_calls_are_traced_the_sdk_is_there_from_the_beginning() -> None:
    traced = {"TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert "'pulumi.runtime._instrumentation'" in printed(WITHOUT, **traced)


def test_the_constants_of_the_protocol_are_the_sdks() -> None:
    assert protocol.UNKNOWN == rpc.UNKNOWN
    assert (rpc._special_sig_key, rpc._special_secret_sig) == (protocol.SIGNATURE, protocol.SECRET)
