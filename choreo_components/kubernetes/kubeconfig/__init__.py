"""A kubeconfig: which cluster is meant, and who asks it, as kubectl and the Kubernetes provider read it.

What it means is resolved once (`resolution`), by a table of all fields (`fields`); `connection` makes of it what sends
the requests, with the credentials of `credentials` and `commands`.
"""

from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError
from choreo_components.kubernetes.kubeconfig.resolution import Resolved, context_of, local_fields, resolve

__all__ = ["KubeconfigError", "Resolved", "context_of", "local_fields", "resolve"]
