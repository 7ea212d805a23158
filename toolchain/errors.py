"""A failure of the toolchain: what went wrong, where, and what would put it right."""


class ToolchainError(Exception):
    """Its text is shown to the user as it is, without a traceback."""
