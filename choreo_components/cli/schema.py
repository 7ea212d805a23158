"""`choreo schema`: JSON Schemas of OpenChoreo's objects and of a stack's file, for editors."""

import json
from typing import Annotated

import typer


def schema(
    settings: Annotated[
        bool, typer.Option("--settings", help="The schema of a stack's file Pulumi.STACK.yaml instead.")
    ] = False,
) -> None:
    """Print a JSON Schema of objects or settings, for editors.

    For editors with yaml-language-server, name the file of the schema in the first line of a manifest:
    `# yaml-language-server: $schema=openchoreo.json`
    """
    from choreo_components.config.json_schema import object_schema, settings_schema

    typer.echo(json.dumps(settings_schema() if settings else object_schema(), indent=2, ensure_ascii=False))
