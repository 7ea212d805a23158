"""The toolchain: the programs that a checkout runs, each found on PATH, in the cache folder, or built with Go."""

from toolchain.catalog import Binary, Version, catalog
from toolchain.errors import ToolchainError
from toolchain.installation import install
from toolchain.resolution import Resolved, resolve

__all__ = ["Binary", "Resolved", "ToolchainError", "Version", "catalog", "install", "resolve"]
