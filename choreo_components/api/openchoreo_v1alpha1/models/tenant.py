"""The tenant: a namespace of Kubernetes that has objects of OpenChoreo."""

from typing import Literal

from pydantic import Field

from choreo_components.api.meta import WireModel
from choreo_components.api.objects import ApiObject


class NamespaceSpec(WireModel):
    """The spec of a Namespace, which is empty."""


class Namespace(ApiObject):
    """A namespace whose objects OpenChoreo reads: it owns all of them."""

    api_version: Literal["v1"] = "v1"
    kind: Literal["Namespace"] = "Namespace"
    spec: NamespaceSpec = Field(default_factory=NamespaceSpec)
