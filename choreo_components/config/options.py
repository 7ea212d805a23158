"""Options: settings of a stack with a few fixed values, such as whether controllers run."""

from enum import Enum


class Controllers(str, Enum):
    """Whether OpenChoreo's controllers run."""

    PRESENT = "present"
    """They run: conditions are waited for, and the organization's namespace is deleted with its Organization."""
    ABSENT = "absent"
    """They do not run: nothing sets conditions, and the organization's namespace belongs to the stack alone."""


class Adopt(str, Enum):
    """Existing objects to take over: none, or those that docs/settings.md names for each API."""

    NEVER = "never"
    IF_LABELLED = "if-labelled"
