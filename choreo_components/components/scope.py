"""A scope: what the children of a Platform have in common, their parent and how they are called."""

from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True)
class Scope:
    """What the children of a Platform have in common.

    `prefix` is what their names begin with, so that a program can have several Platforms.
    """

    platform: pulumi.Resource
    prefix: str = ""

    def named(self, name: str) -> str:
        """What a child is called in the program."""
        return f"{self.prefix}{name}"

    def options(self, **given: Any) -> pulumi.ResourceOptions:
        """The options of a child."""
        return pulumi.ResourceOptions(parent=self.platform, **given)
