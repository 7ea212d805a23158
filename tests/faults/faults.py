"""A fault: what strikes an operation from outside, where, and how it is repaired."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from devcluster import ControlPlane
from tests.faults.estates import Estate, Kind
from tests.faults.operation import CHOREO, ENGINE, KUBERNETES, Operation
from tests.faults.proxy import Proxy
from tests.faults.users import User


@dataclass(frozen=True)
class Place:
    """A control plane, and what a worker's operations use on it."""

    control_plane: ControlPlane
    network: Proxy
    """The network between every operation and the control plane."""
    new_user: Callable[[], User]
    pool: Mapping[Kind, list[Estate]]
    """The estates that are up and no longer needed.

    A destroy uses an estate whose up was struck, since a recovered one is as good as any. Its workspace leads to the
    Kubernetes provider that it was made with.
    """

    @cached_property
    def user(self) -> User:
        """The user of operations that a fault of users strikes."""
        return self.new_user()


@dataclass(frozen=True)
class Scene:
    """What a fault can strike."""

    operation: Operation
    place: Place


@dataclass(frozen=True)
class Fault:
    """`strike` returns when it has struck; `repair` restores what the same command needs to succeed."""

    sentence: str
    strike: Callable[[Scene], None]
    repair: Callable[[Scene], None] = lambda scene: None
    of_user: bool = False
    """Whether it strikes the user. All others run as an administrator, whose rights the API server never looks up."""
    of_members: bool = False
    """Whether it strikes the members of the control plane."""
    of_provider: bool = False
    """Whether it strikes our provider, which then must not be a fork: see `tests.engine.forks`."""


def _kill(name: str) -> Callable[[Scene], None]:
    return lambda scene: scene.operation.kill(name)


def _crash(member: str) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        scene.place.control_plane.kill(member)
        ControlPlane.start(scene.place.control_plane.directory)

    return strike


def _meanwhile(refuse: Callable[[User], None]) -> Callable[[Scene], None]:
    """Nothing is passed on until the API server refuses the user, which takes up to ten seconds."""

    def strike(scene: Scene) -> None:
        scene.place.network.hold()
        refuse(scene.place.user)
        scene.place.network.restore()

    return strike


def _restore(scene: Scene) -> None:
    scene.place.network.restore()


INTERRUPTED = Fault("the user interrupts the command", lambda scene: scene.operation.interrupt())
ENGINE_KILLED = Fault("the engine is killed", _kill(ENGINE))
PROVIDER_KILLED = Fault("our provider is killed", _kill(CHOREO), of_provider=True)
KUBERNETES_PROVIDER_KILLED = Fault("the Kubernetes provider is killed", _kill(KUBERNETES))
API_SERVER_CRASHES = Fault("the API server crashes and comes back", _crash("kube-apiserver"), of_members=True)
ETCD_CRASHES = Fault("etcd crashes and comes back", _crash("etcd"), of_members=True)
NETWORK_GONE = Fault("the network is gone", lambda scene: scene.place.network.cut(), _restore)
NETWORK_SILENT = Fault("the network drops everything silently", lambda scene: scene.place.network.hold(), _restore)
RIGHT_LOST = Fault(
    "the user loses the right",
    _meanwhile(User.lose_rights),
    lambda scene: scene.place.user.regain_rights(),
    of_user=True,
)
CREDENTIALS_EXPIRE = Fault(
    "the credentials expire", _meanwhile(User.revoke), lambda scene: scene.place.user.renew(), of_user=True
)
