"""OpenChoreo's first API, core.choreo.dev/v1."""
