"""Teardown: deleting objects in order, and waiting until they are gone. Does not import Pulumi."""
