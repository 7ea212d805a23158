"""The checks of openchoreo.dev/v1alpha1: what OpenChoreo accepts, and what then fails, hangs or collides unseen."""

from collections.abc import Callable, Iterator, Sequence

from choreo_components.api.constraints import violations
from choreo_components.api.generation import Path, Violation
from choreo_components.api.objects import ApiObject


def checks(given: ApiObject) -> Iterator[Violation]:
    """What is wrong with an object by itself."""
    yield from violations(type(given), given.to_wire())


def checks_together(
    given: Sequence[ApiObject], at: Callable[[ApiObject, Path], str]
) -> Iterator[tuple[ApiObject, Violation]]:
    """What is wrong with several objects of one stack, or of several, besides."""
    yield from ()
