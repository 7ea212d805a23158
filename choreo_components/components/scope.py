"""Scope: what the children of a Platform have in common, their parent and the prefix of their names."""

from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True)
class Scope:
    """What the children of a Platform have in common.

    Their names begin with `prefix`, so that a program can have several Platforms.
    """

    platform: pulumi.Resource
    prefix: str = ""

    def named(self, name: str) -> str:
        """The name of a child in the program."""
        return f"{self.prefix}{name}"

    def options(self, **given: Any) -> pulumi.ResourceOptions:
        """The options of a child."""
        return pulumi.ResourceOptions(parent=self.platform, **given)
