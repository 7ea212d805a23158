"""Debug lines of Pulumi's SDK are not sent to the engine; all other lines are."""

import pulumi
import pytest
from pulumi.runtime import mocks, settings

from choreo_components.components.debug_lines import drop_debug_lines


def test_debug_lines_are_dropped_and_others_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", lambda message, *_: sent.append(message))
    monkeypatch.setattr(pulumi.log, "_log", lambda engine, severity, message, *_: sent.append(message))
    monkeypatch.setattr(settings, "get_engine", lambda: mocks.MockEngine(None))
    pulumi.log.debug("before")
    drop_debug_lines()
    pulumi.log.debug("after")
    pulumi.warn("a warning")
    assert sent == ["before", "a warning"]
