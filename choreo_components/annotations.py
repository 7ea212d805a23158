"""The annotations by which an object tells the Kubernetes provider how to treat it. Every object of ours has them."""

PATCH_FORCE = "pulumi.com/patchForce"
"""Mends what somebody else has changed by hand. Without it, server-side apply refuses with a conflict."""

WAIT_FOR = "pulumi.com/waitFor"
"""What the Kubernetes provider waits for before it calls an object created or updated."""
