"""The options of a stack that are one of a few words: whether controllers run, and what may be taken over."""

from enum import Enum


class Controllers(str, Enum):
    """With or without OpenChoreo's controllers."""

    PRESENT = "present"
    """They run: conditions are waited for, and the organization's namespace goes with its Organization."""
    ABSENT = "absent"
    """They do not run: nothing sets conditions, and the organization's namespace is ours alone."""


class Adopt(str, Enum):
    """Never, or what carries the labels by which OpenChoreo finds it; where there are none, what choreo has applied."""

    NEVER = "never"
    IF_LABELLED = "if-labelled"
