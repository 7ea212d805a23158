"""The arguments that components of every generation share."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi


class TimeoutsArgs(TypedDict):
    """How long to wait before giving up, as durations such as 90s, 10m or 1h."""

    ready: NotRequired[str]
    """For OpenChoreo's controllers to accept the object."""
    delete: NotRequired[str]
    """For the object to be deleted."""
    deployments: NotRequired[str]
    """For the Deployments of an Environment to be deleted; other kinds have none."""
    namespaces: NotRequired[str]
    """For the data-plane namespaces of an Environment to be deleted; other kinds have none."""


class NamespaceMetadataArgs(TypedDict):
    """Metadata of data-plane namespaces in addition to OpenChoreo's, for admission policies that require it."""

    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels; OpenChoreo's own cannot be set."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations; those of OpenChoreo and Pulumi cannot be set."""
