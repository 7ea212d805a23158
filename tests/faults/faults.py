"""A fault: what strikes an operation from outside, and how it is mended again."""

from collections.abc import Callable
from dataclasses import dataclass

from devcluster import ControlPlane
from tests.faults.operation import CHOREO, ENGINE, KUBERNETES, Operation
from tests.faults.proxy import Proxy
from tests.faults.users import User


@dataclass(frozen=True)
class Scene:
    """What a fault can strike."""

    operation: Operation
    control_plane: ControlPlane
    network: Proxy
    user: User


@dataclass(frozen=True)
class Fault:
    """`strike` returns when it has struck; `mend` brings back what the same command needs to go through."""

    sentence: str
    strike: Callable[[Scene], None]
    mend: Callable[[Scene], None] = lambda scene: None
    of_user: bool = False
    """Whether it strikes the user. All others meet an administrator, whose rights the API server never looks up."""


def _kill(name: str) -> Callable[[Scene], None]:
    return lambda scene: scene.operation.kill(name)


def _crash(member: str) -> Callable[[Scene], None]:
    def strike(scene: Scene) -> None:
        scene.control_plane.kill(member)
        ControlPlane.start(scene.control_plane.directory)

    return strike


def _meanwhile(refuse: Callable[[User], None]) -> Callable[[Scene], None]:
    """Nothing comes through until the API server refuses the user: that takes it a moment, up to ten seconds."""

    def strike(scene: Scene) -> None:
        scene.network.hold()
        refuse(scene.user)
        scene.network.restore()

    return strike


INTERRUPTED = Fault("somebody interrupts the command", lambda scene: scene.operation.interrupt())
ENGINE_KILLED = Fault("the engine is killed", _kill(ENGINE))
PROVIDER_KILLED = Fault("our provider is killed", _kill(CHOREO))
KUBERNETES_PROVIDER_KILLED = Fault("the Kubernetes provider is killed", _kill(KUBERNETES))
API_SERVER_CRASHES = Fault("the API server crashes and comes back", _crash("kube-apiserver"))
ETCD_CRASHES = Fault("etcd crashes and comes back", _crash("etcd"))
NETWORK_GONE = Fault("the network is gone", lambda scene: scene.network.cut(), lambda scene: scene.network.restore())
NETWORK_SILENT = Fault(
    "the network swallows everything", lambda scene: scene.network.hold(), lambda scene: scene.network.restore()
)
RIGHT_LOST = Fault(
    "the user loses the right",
    _meanwhile(User.lose_rights),
    lambda scene: scene.user.regain_rights(),
    of_user=True,
)
CREDENTIALS_EXPIRE = Fault(
    "the credentials expire", _meanwhile(User.revoke), lambda scene: scene.user.renew(), of_user=True
)
