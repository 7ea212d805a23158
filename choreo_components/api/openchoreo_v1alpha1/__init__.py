"""OpenChoreo's current API, openchoreo.dev/v1alpha1: the API of every release since 0.3."""

from typing import Final

API_VERSION: Final = "openchoreo.dev/v1alpha1"
