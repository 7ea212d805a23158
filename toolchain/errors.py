"""A failure of the toolchain: what is wrong, where, and what fixes it."""


class ToolchainError(Exception):
    """Its text is shown to the user as it is, without a traceback."""
