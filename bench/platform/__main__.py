"""The same objects as a program declares them with a Platform."""

import pulumi

from bench.estate import Estate
from choreo_components import Platform

config = pulumi.Config()
estate = Estate(
    config.require("organization"),
    config.require_int("environments"),
    config.require_int("projects"),
    config.require_int("deployments"),
    config.require_bool("apart"),
)
args = {name.removeprefix("choreo:"): value for name, value in estate.by_choreo.items()}
Platform("estate", args)  # type: ignore[arg-type]
