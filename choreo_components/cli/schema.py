"""`choreo schema`: what editors have to know of OpenChoreo's objects and of a stack's file."""

import json
from typing import Annotated

import typer


def schema(
    settings: Annotated[bool, typer.Option("--settings", help="Of a stack's file Pulumi.STACK.yaml instead.")] = False,
) -> None:
    """Print a JSON Schema of objects or settings, for editors.

    In an editor with yaml-language-server, name the file that it was written to in the first line of a manifest:
    `# yaml-language-server: $schema=openchoreo.json`
    """
    from choreo_components.config.json_schema import object_schema, settings_schema

    typer.echo(json.dumps(settings_schema() if settings else object_schema(), indent=2, ensure_ascii=False))
