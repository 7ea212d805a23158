"""OpenChoreo's current API, openchoreo.dev/v1alpha1: its releases 1.0 and later."""

from typing import Final

API_VERSION: Final = "openchoreo.dev/v1alpha1"
