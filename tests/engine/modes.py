"""What holds with and without OpenChoreo's controllers."""

import pytest

from choreo_components import Controllers

with_and_without_controllers = pytest.mark.parametrize(
    "controllers", list(Controllers), indirect=True, ids=lambda each: each.value
)
with_controllers = pytest.mark.parametrize("controllers", [Controllers.PRESENT], indirect=True, ids=["present"])
