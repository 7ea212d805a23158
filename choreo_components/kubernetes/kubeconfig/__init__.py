"""A kubeconfig: which cluster it means, and as which user, as kubectl and the Kubernetes provider read it.

It is resolved once (`resolution`), by a table of all fields (`fields`); `connection` sends the requests, with the
credentials of `credentials` and `commands`.
"""

from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError
from choreo_components.kubernetes.kubeconfig.resolution import Resolved, context_of, local_fields, resolve

__all__ = ["KubeconfigError", "Resolved", "context_of", "local_fields", "resolve"]
