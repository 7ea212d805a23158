"""The annotations that tools read, and what they mean. The Kubernetes provider's stand on every object of ours."""

PATCH_FORCE = "pulumi.com/patchForce"
"""Mends what somebody else has changed by hand. Without it, server-side apply refuses with a conflict."""

WAIT_FOR = "pulumi.com/waitFor"
"""What the Kubernetes provider waits for before it calls an object created or updated."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""In which `kubectl apply` keeps the whole object that it applied last, with the secrets in it."""
