"""Options: settings of a stack with a few fixed values, such as whether controllers run."""

from enum import Enum


class Controllers(str, Enum):
    """Whether OpenChoreo's controllers run."""

    PRESENT = "present"
    """They run: conditions are waited for, and the organization's namespace is deleted with its Organization."""
    ABSENT = "absent"
    """They do not run: nothing sets conditions, and the organization's namespace belongs to the stack alone."""


class Adopt(str, Enum):
    """Which existing objects are taken over.

    None, or those with the labels by which OpenChoreo finds them; if their API has no such labels, those that choreo
    has applied.
    """

    NEVER = "never"
    IF_LABELLED = "if-labelled"
