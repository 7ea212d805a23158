"""Adoption: whether a stack takes over what is in the cluster already and is not in its state."""

from enum import Enum


class Adopt(str, Enum):
    """Never, or what carries the labels by which OpenChoreo finds whose it is."""

    NEVER = "never"
    IF_LABELLED = "if-labelled"
