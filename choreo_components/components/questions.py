"""Questions: what a component asks our provider at a preview, and how a host of components hears what comes of it."""

from contextvars import ContextVar

from choreo_components.components.tokens import INDEX, token

IS_NAMESPACE_MISSING = token(INDEX, "isNamespaceMissing")
"""The function which the control plane is asked by. The package's schema does not have it: it is no interface."""

NAME, IS_MISSING = "name", "isMissing"
"""Its argument, and its result: none where it is not known."""

REASONS: ContextVar[list[str] | None] = ContextVar("REASONS", default=None)
"""Where a host of components finds why it has to refuse the one that it constructs; None in a program."""
