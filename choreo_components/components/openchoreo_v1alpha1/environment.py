"""An environment: a stage that releases are promoted to, its namespaces on the data plane, and its finalizer."""

from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.components.base import ObjectComponent


class Environment(ObjectComponent):
    """An environment: a stage that releases are promoted to, its namespaces on the data plane, and its finalizer.

    Deleted in the reverse order: whatever uses `name`, then all bindings and channels of the environment that are left,
    then its namespaces, then the Environment.
    """

    _api_version = API_VERSION
