"""The host: components for programs in other languages, whose inputs reach the constructors under their own names."""

from typing import Any

import pulumi
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.component import ComponentProvider

from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.components.debug_lines import drop_debug_lines
from choreo_components.version import VERSION

PACKAGE = "choreo"


class Host(ComponentProvider):
    """The SDK's host of components, with inputs handed over as they are.

    The SDK maps the names of inputs from the schema's to Python's, and loses a nested object that is an Output on the
    way. Here the two are the same names, OpenChoreo's own, so there is nothing to map but the numbers.
    """

    def __init__(self) -> None:
        """Infers the schema from the components and their arguments."""
        drop_debug_lines()
        super().__init__(list(COMPONENTS), PACKAGE, version=VERSION)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Runs the constructor of the component of this type."""
        self.validate_resource_type(PACKAGE, resource_type)
        kind = resource_type.rsplit(":", 1)[-1]
        component: Any = self._components[kind](name, _integers(inputs), options)  # type: ignore[arg-type]
        return ConstructResult(component.urn, self.get_state(component, self._component_defs[kind]))


def _integers(value: Any) -> Any:
    """The value with integers for floats that are whole: numbers arrive as floats, and OpenChoreo has integers only.

    What stands in an Output stays as it is, and arrives at the cluster as the number that it is.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _integers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_integers(each) for each in value]
    return value
