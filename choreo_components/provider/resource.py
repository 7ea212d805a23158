"""Custom resources of this provider: the calls that the servicer makes to each, and what these calls work with."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from choreo_components.api import Role, UnknownKindError
from choreo_components.api.generations import generations
from choreo_components.provider.protocol import SECRET, SIGNATURE
from choreo_components.state.contract import FORM_VERSION, Contract
from choreo_components.state.forms import UnknownFormError, upgraded
from choreo_components.state.names import Type

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live, Resource
    from choreo_components.teardown.removal import LiveCluster

Properties = Mapping[str, Any]
"""Inputs or state, by property; secrets are in plain text."""


class Failure(Exception):
    """A call has failed; the message is for the user, and says why and what to do."""


@dataclass(frozen=True)
class Session:
    """What a call works with: the clusters, and messages to the user."""

    connect: "Callable[[], LiveCluster]"
    """The control plane; raises ClusterError if its kubeconfig cannot be used."""
    report: Callable[[str], None]
    warn: Callable[[str], None]
    data_plane: "Callable[[str, str], LiveCluster]"
    """A data plane in a separate cluster, by ORGANIZATION/NAME and the kubeconfig in the state, unless the provider has
    a newer one; raises ClusterError if that cannot be used."""
    notes: set[str]
    """What resources have noted for later ones in this process: see `witness` and `guard`."""
    verify: Callable[[], Awaitable[object]]
    """Raises Failure if the control plane is not the stack's, ClusterError while that is unknown."""
    has_moved: bool = False
    """Whether the settings have just moved the stack to this control plane, where it has made nothing yet."""


class CustomResource(ABC):
    """A custom resource: what the engine's calls mean for it. By default it is in the state only, and does nothing."""

    contract: ClassVar[type[Contract]]
    """Its properties."""

    @abstractmethod
    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs with their defaults, and what is wrong with them by property. `olds` is empty for a new one.

        More than a check of its arguments: a preview makes no other call, so this may query clusters, refuse what it
        finds there, and keep results with the inputs, under names that begin with `__`.
        """

    @abstractmethod
    def identifier(self, inputs: Properties) -> str:
        """The resource's id."""

    def replaced(self, olds: Properties, news: Properties) -> list[str]:
        """The inputs whose change makes it another resource; none."""
        return []

    async def create(self, inputs: Properties, session: Session) -> None:  # noqa: B027
        """Does what its creation means. Raises Failure if that is not possible."""

    async def read(self, identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
        """Inputs and state as they are now; `inputs` is empty at an import."""
        return inputs, inputs

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:  # noqa: B027
        """Takes over other inputs. Raises Failure if they are refused."""

    async def delete(self, state: Properties, session: Session) -> None:  # noqa: B027
        """Does what its deletion means. Raises Failure if that is not possible."""


def in_current_form(contract: type[Contract], properties: Properties) -> dict[str, Any]:
    """Properties in the current form, from any release. Raises Failure if a newer release wrote them."""
    try:
        return upgraded(contract, properties)
    except UnknownFormError as problem:
        raise Failure(str(problem)) from None


def resource_of(type_: Type) -> "Resource":
    """How an API server addresses objects of the type. Raises Failure if this release does not know it."""
    from choreo_components.kubernetes.objects import resource_named

    try:
        return resource_named(*type_)
    except UnknownKindError as problem:
        raise not_known(problem) from None


async def resource_served(type_: Type, session: Session) -> "Resource | None":
    """How the control plane addresses objects of the type, of any API; None if it does not serve the type.

    Raises Failure if it is one of OpenChoreo's that this release does not know, ClusterError if the control plane
    cannot be queried.
    """
    from choreo_components.api.neighbours import is_of_openchoreo
    from choreo_components.kubernetes.objects import resource_named

    try:
        return resource_named(*type_)
    except UnknownKindError as problem:
        if is_of_openchoreo(type_.api_version):
            raise not_known(problem) from None
    return (await session.connect().resources(type_.api_version)).get(type_.kind)


def not_known(problem: UnknownKindError) -> Failure:
    """The failure if the state names a type that this release does not know."""
    return Failure(f"{problem}; upgrade the package choreo-components, if a newer release has written this")


def type_of(live: "Live") -> Type:
    """The type of a live object."""
    return Type(live.resource.api_version, live.resource.kind)


def role_of(type_: Type) -> Role | None:
    """What objects of the type are to a plan; None if they have no role, or are not of OpenChoreo."""
    generation = generations().get(type_.api_version)
    return None if generation is None else generation.role(type_.kind)


def differences(olds: Properties, news: Properties) -> list[str]:
    """The names of the properties that differ, without the internal ones of the engine and of our resources.

    An unknown value differs.
    """
    old, new = given(olds), given(news)
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name) and name != "version")


def given(news: Properties) -> dict[str, Any]:
    """The inputs without the internal ones of the engine and of our resources."""
    return {name: value for name, value in news.items() if not name.startswith("__")}


def unknown(inputs: Properties, contract: type[Contract]) -> dict[str, str]:
    """The failures for inputs that the resource does not have."""
    known = [each for each in contract.inputs() if not each.deprecated]
    message = f"unknown property; the properties are {', '.join(known)}"
    return {name: message for name in inputs if name not in known and name != FORM_VERSION}


def strings(value: Any) -> Sequence[str] | None:
    """The value if it is a list of strings."""
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def are_names(value: Any) -> bool:
    """Whether the value has lists of names by type."""
    return isinstance(value, dict) and all(strings(names) is not None for names in value.values())


def is_secret(value: Any) -> bool:
    """Whether a value, as the engine sends it, is marked as a secret."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET


def revealed(value: Any) -> Any:
    """The value with secrets in plain text."""
    if is_secret(value):
        return revealed(value["value"])
    if isinstance(value, dict):
        return {name: revealed(each) for name, each in value.items()}
    return [revealed(each) for each in value] if isinstance(value, list) else value
