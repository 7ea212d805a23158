"""The kinds of openchoreo.dev/v1alpha1 as Pulumi components."""

from choreo_components.components.openchoreo_v1alpha1.environment import Environment

COMPONENTS = ()
"""All of them; each is called like its kind."""

__all__ = ["COMPONENTS", "Environment"]
