"""A failure of the local control plane: what went wrong, where, and what would put it right."""


class ClusterError(Exception):
    """Its text is shown to the user as it is, without a traceback."""
