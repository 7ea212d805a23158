"""Whether OpenChoreo's controllers run in the cluster that the stack is applied to."""

from enum import Enum


class Controllers(str, Enum):
    """With or without OpenChoreo's controllers."""

    PRESENT = "present"
    """They run: conditions are waited for, and the organization's namespace goes with its Organization."""
    ABSENT = "absent"
    """They do not run: nothing sets conditions, and the organization's namespace is ours alone."""
