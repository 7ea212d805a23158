"""Teardown: taking objects away, in order, and waiting until they are gone. Knows no Pulumi."""
