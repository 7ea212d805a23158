"""The program of a stack: makes a Platform of its settings, with their places in the stack's file."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import get_config_env

from choreo_components.components.debug_lines import drop_debug_lines
from choreo_components.components.platform import Platform
from choreo_components.components.preparation import prepare, project_folder
from choreo_components.config import settings
from choreo_components.config.project import located


def run() -> None:
    """Declares everything that the current stack's settings declare.

    Raises pulumi.RunError with a report of all findings if one of them is an error; nothing is declared then.
    """
    drop_debug_lines()
    folder = project_folder()
    config, exposed = located(configuration(), folder, pulumi.get_stack())
    pulumi.export("environments", Platform.of_stack(prepare(config, folder, exposed)).environments)


def configuration() -> dict[str, Any]:
    """The stack's settings by their full names, decoded from the text that Pulumi passes."""
    given: Mapping[str, str] = get_config_env()
    return {name: settings.decoded(name, text) for name, text in given.items() if settings.is_read(name)}
