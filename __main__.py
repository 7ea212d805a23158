"""One Pulumi program for every stack: declares what the stack's settings declare."""

from choreo_components.program import run

run()
