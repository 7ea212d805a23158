"""What holds with and without OpenChoreo's controllers, and with older and newer Kubernetes providers."""

import pytest

from choreo_components import Controllers

with_and_without_controllers = pytest.mark.parametrize(
    "controllers", list(Controllers), indirect=True, ids=lambda each: each.value
)
with_both_providers = pytest.mark.parametrize(
    "newer_provider", [False, True], indirect=True, ids=["kubernetes-4.25", "kubernetes-4.29"]
)
"""With the toolchain's Kubernetes provider, and with the stand-in for a newer one."""
with_controllers = pytest.mark.parametrize("controllers", [Controllers.PRESENT], indirect=True, ids=["present"])
