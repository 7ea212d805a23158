"""The version of this package, which is the provider's as well."""

from importlib.metadata import version

VERSION = version("choreo-components")
