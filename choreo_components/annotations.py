"""The annotations that tools read, and what they mean. The Kubernetes provider's stand on every object of ours."""

from collections.abc import Mapping

PATCH_FORCE = "pulumi.com/patchForce"
"""Mends what somebody else has changed by hand. Without it, server-side apply refuses with a conflict."""

FIELD_MANAGER = "pulumi.com/patchFieldManager"
"""As whom an object is applied. Without it each state has a name of its own, and a lost one's fields stay for ever."""

APPLIED: Mapping[str, str] = {PATCH_FORCE: "true", FIELD_MANAGER: "pulumi-kubernetes-choreo"}
"""What is on every object of ours: it is applied as the one manager, and what others have changed is taken back."""

WAIT_FOR = "pulumi.com/waitFor"
"""What the Kubernetes provider waits for before it calls an object created or updated."""

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""In which `kubectl apply` keeps the whole object that it applied last, with the secrets in it."""
