"""A custom resource of this provider: what the servicer asks of each, and what each may ask for."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pulumi.runtime import rpc

if TYPE_CHECKING:
    from choreo_components.teardown.removal import LiveCluster

Properties = Mapping[str, Any]
"""Inputs or state, by property, secrets in the clear."""


class Failure(Exception):
    """A call that failed; the message is for the user, and says why and what blocks."""


@dataclass(frozen=True)
class Session:
    """What a call works with: the ways to the clusters, and the user's ear."""

    connect: "Callable[[], LiveCluster]"
    """Leads to the control plane; raises ClusterError where there is no way to it."""
    tell: Callable[[str], None]
    warn: Callable[[str], None]
    data_plane: "Callable[[str, str], LiveCluster]"
    """Leads to a data plane with a cluster of its own, by ORGANIZATION/NAME and the kubeconfig in the state, unless the
    provider has a newer one; raises ClusterError where that cannot be used."""
    notes: set[str]
    """What resources have noted in this process for those that come after them: see `witness` and `guard`."""
    verify: Callable[[], Awaitable[object]]
    """Raises Failure where the control plane is another one than the stack's, ClusterError while that is not known."""
    has_moved: bool = False
    """Whether the settings have moved the stack to this control plane, on which it has made nothing yet."""


class Custom(Protocol):
    """A custom resource, a module for each."""

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs with their defaults, and what is wrong with them by property. `olds` is empty for a new one."""
        ...

    def replaced(self, olds: Properties, news: Properties) -> list[str]:
        """The inputs whose change makes it another resource."""
        ...

    def identifier(self, inputs: Properties) -> str:
        """The resource's id."""
        ...

    async def create(self, inputs: Properties, session: Session) -> None:
        """Does what its creation stands for. Raises Failure where that cannot be done."""
        ...

    async def read(self, identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
        """Inputs and state as they are now; `inputs` is empty for one that is imported."""
        ...

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Takes over other inputs. Raises Failure where they may not be."""
        ...

    async def delete(self, state: Properties, session: Session) -> None:
        """Does what its deletion stands for. Raises Failure where that cannot be done."""
        ...


def differences(olds: Properties, news: Properties) -> list[str]:
    """The names of the properties that differ, without those that the engine and our resources keep for themselves.

    One that is not known yet differs.
    """
    old, new = given(olds), given(news)
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name) and name != "version")


def given(news: Properties) -> dict[str, Any]:
    """The inputs without what the engine and our resources keep for themselves."""
    return {name: value for name, value in news.items() if not name.startswith("__")}


def unknown(inputs: Properties, known: Collection[str]) -> dict[str, str]:
    """What is wrong with inputs that the resource does not have."""
    return {name: f"unknown property; the properties are {', '.join(known)}" for name in inputs if name not in known}


def strings(value: Any) -> Sequence[str] | None:
    """The value if it is a list of strings."""
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def never_replaced(olds: Properties, news: Properties) -> list[str]:
    """`replaced` of a resource that a stack has one of."""
    return []


async def nothing_to_create(inputs: Properties, session: Session) -> None:
    """`create` of a resource that is in the state only."""


async def as_known(identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
    """`read` of a resource that is in the state only."""
    return inputs, inputs


def is_secret(value: Any) -> bool:
    """Whether a value, as it goes over the wire, is marked as a secret."""
    return isinstance(value, Mapping) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


def revealed(value: Any) -> Any:
    """The value with secrets in the clear."""
    if is_secret(value):
        return revealed(value["value"])
    if isinstance(value, dict):
        return {name: revealed(each) for name, each in value.items()}
    return [revealed(each) for each in value] if isinstance(value, list) else value
