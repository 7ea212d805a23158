"""Arguments that are not fields of a spec, and that the components of every generation have."""

from typing import TypeAlias

Attribute: TypeAlias = tuple[str, str, str]
"""A key of a TypedDict: its name, its type as source code, and its meaning."""

COMMON = (
    ("name", "NotRequired[str]", "Name of the object; default: the name of the Pulumi resource."),
    ("displayName", "NotRequired[pulumi.Input[str]]", "Name for people."),
    ("description", "NotRequired[pulumi.Input[str]]", "What it is for."),
    (
        "labels",
        "NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]",
        "Labels in addition to those of OpenChoreo.",
    ),
    (
        "annotations",
        "NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]",
        "Annotations in addition to those of OpenChoreo.",
    ),
    ("controllers", "NotRequired[Controllers]", "Whether OpenChoreo's controllers run; default: present."),
    ("timeouts", "NotRequired[TimeoutsArgs]", "How long to wait before giving up."),
)
"""The arguments of all kinds."""
