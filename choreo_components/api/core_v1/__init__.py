"""OpenChoreo's first API, core.choreo.dev/v1."""

from typing import Final

API_VERSION: Final = "core.choreo.dev/v1"
