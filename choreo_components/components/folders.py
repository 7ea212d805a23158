"""The folders of the generations' components: each folder next to this module is one."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from choreo_components import components


def folders() -> Mapping[str, str]:
    """The names of the folders by apiVersion, in order; the folder in `api` has the same name."""
    names = sorted(each.name for each in pkgutil.iter_modules(components.__path__) if each.ispkg)
    return {import_module(f"choreo_components.api.{name}").API_VERSION: name for name in names}
