"""A failure of the local control plane: what is wrong, where, and what to do."""


class ClusterError(Exception):
    """Its text is printed for the user unchanged, without a traceback."""
