"""`choreo schema`: which of the two it prints."""

import json

from choreo_components.config.json_schema import object_schema, settings_schema
from tests.cli.running import choreo


def test_the_schema_of_objects_is_printed() -> None:
    assert json.loads(choreo("schema").stdout) == object_schema()


def test_the_schema_of_a_stacks_file_is_printed_on_demand() -> None:
    assert json.loads(choreo("schema", "--settings").stdout) == settings_schema()
