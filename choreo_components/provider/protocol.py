"""The engine's protocol: the messages and stubs of Pulumi's SDK, without the rest of the SDK.

The engine starts a provider for every command, and importing the whole SDK takes longer than everything else together.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.runtime import proto as proto

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The placeholder for an unknown value."""

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""The key that marks a mapping as a special value, and the value of that key for a secret."""

_PACKAGES = ("pulumi", "pulumi.runtime")
_MESSAGES = "pulumi.runtime.proto"
_TRACED = "TRACEPARENT"
"""If this variable is set, the SDK traces all calls from its import on."""


def _messages() -> Any:
    """The SDK's messages. They need nothing of the packages that contain them, so these are not executed."""
    if _PACKAGES[0] in sys.modules or _TRACED in os.environ:
        return import_module(_MESSAGES)
    try:
        for package in _PACKAGES:
            spec = find_spec(package)
            assert spec is not None
            sys.modules[package] = module_from_spec(spec)
        return import_module(_MESSAGES)
    finally:
        for package in _PACKAGES:
            sys.modules.pop(package, None)


if not TYPE_CHECKING:
    proto = _messages()


def import_sdk() -> None:
    """Imports the whole SDK, with these messages in it: the host of components needs it."""
    runtime: Any = import_module(_PACKAGES[1])
    runtime.proto = proto
