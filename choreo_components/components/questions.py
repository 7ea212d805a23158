"""Questions: what a component asks our provider at a preview, and how a host of components gets the result."""

from contextvars import ContextVar

from choreo_components.components.tokens import INDEX, token

IS_NAMESPACE_MISSING = token(INDEX, "isNamespaceMissing")
"""The function that queries the control plane. It is not in the package's schema, as it is no interface."""

NAME, IS_MISSING = "name", "isMissing"
"""Its argument, and its result, which is missing if it is unknown."""

REASONS: ContextVar[list[str] | None] = ContextVar("REASONS", default=None)
"""The reasons for a host of components to refuse the one that it constructs; None in a program."""
