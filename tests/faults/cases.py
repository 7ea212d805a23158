"""The cases: which fault strikes which command at which point, and what recovers it.

A fault mostly strikes what both APIs share: the engine, both providers, the client. So every fault strikes both APIs,
and the moments are divided between them; where the code differs, a moment is struck in that API:

| fault | core.choreo.dev/v1 | openchoreo.dev/v1alpha1 | the same with controllers |
|---|---|---|---|
| the user interrupts the command | up | | up: bindings stay ready; destroy: bindings swept |
| the engine is killed | up, destroy; an organization | up, destroy: bindings swept, namespaces | |
| our provider is killed | up, destroy: namespaces | up, destroy: bindings swept | up: bindings stay ready |
| the Kubernetes provider is killed | up, destroy of an organization | up, destroy: namespaces | |
| API server or etcd crash | up, destroy: namespaces | up, destroy: bindings swept | |
| the network is gone, or silent | up, destroy: namespaces | up, destroy: bindings swept | destroy: bindings swept |
| rights or credentials are lost | up, destroy: Deployments | up, destroy: bindings | |

A newer Kubernetes provider creates the same in both APIs: only the first one has that case.
"""

from dataclasses import dataclass
from enum import Enum

from choreo_components import Controllers
from tests.faults import core_v1, faults, openchoreo_v1alpha1, points
from tests.faults.estates import Kind
from tests.faults.faults import Fault
from tests.faults.grounds import Layout
from tests.faults.points import Point
from tests.newer_provider.proxy import RELEASE

FIRST, WHOLE = Kind(core_v1.GROUND), Kind(core_v1.GROUND, Layout.ORGANIZATION)
TODAY = Kind(openchoreo_v1alpha1.GROUND)
CONTROLLED = Kind(openchoreo_v1alpha1.GROUND, controllers=Controllers.PRESENT)


class Recovery(Enum):
    """What must be done afterwards."""

    NONE = "none: the command completes"
    IF_FAILED = "none, or the same command again if it failed"
    AGAIN = "the same command again"
    ANYWAY = "the same command again, whatever it reported"
    INTERRUPT = "Ctrl-C if the command does not end, then the same command again, whatever it reported"
    CANCEL = "`pulumi cancel --yes`, then the same command again"


@dataclass(frozen=True)
class Case:
    """A command that a fault strikes at a point, and that must be recovered in just this way."""

    command: str
    """`up` or `destroy`."""
    fault: Fault
    point: Point
    recovery: Recovery
    until: Point | None = None
    """When the fault is repaired; None: when it is over, or the command has ended."""
    kind: Kind = FIRST
    """The estate that the command is for."""
    newer: bool = False
    """Whether the Kubernetes provider is the stand-in for a newer one, which creates objects in another way."""

    @property
    def sentence(self) -> str:
        """The fault, and its target where that is not the toolchain's Kubernetes provider."""
        return self.fault.sentence + (f" (stand-in for Kubernetes provider {RELEASE})" if self.newer else "")

    @property
    def moment(self) -> str:
        """When it strikes, and until when."""
        return self.point.sentence + (f", until {self.until.sentence}" if self.until else "")

    def __str__(self) -> str:
        return f"{self.command} of {self.kind}: {self.sentence} when {self.moment}"


def _up(
    fault: Fault, point: Point, recovery: Recovery = Recovery.AGAIN, kind: Kind = FIRST, *, newer: bool = False
) -> Case:
    return Case("up", fault, point, recovery, kind=kind, newer=newer)


def _destroy(
    fault: Fault,
    point: Point,
    recovery: Recovery = Recovery.AGAIN,
    kind: Kind = FIRST,
    *,
    until: Point | None = None,
) -> Case:
    return Case("destroy", fault, point, recovery, until, kind)


# A destroy takes over what an up of the same kind has recovered, so they alternate.
CASES = (
    _up(faults.INTERRUPTED, points.FIRST_NAMESPACE_MADE, Recovery.ANYWAY),
    _destroy(faults.ENGINE_KILLED, points.FIRST_DEPLOYMENT_GONE, Recovery.CANCEL),
    _up(faults.INTERRUPTED, points.BINDINGS_READY, Recovery.ANYWAY, CONTROLLED),
    _destroy(faults.INTERRUPTED, points.DEPLOYMENT_HELD, Recovery.ANYWAY, CONTROLLED),
    _up(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_MADE, Recovery.CANCEL, WHOLE),
    _destroy(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_GOES, Recovery.CANCEL, WHOLE),
    _up(faults.ENGINE_KILLED, points.ENVIRONMENT_MADE, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.NAMESPACES_GONE, Recovery.CANCEL),
    _up(faults.ENGINE_KILLED, points.FIRST_NAMESPACE_MADE, Recovery.CANCEL, TODAY),
    _destroy(faults.ENGINE_KILLED, points.DEPLOYMENT_HELD, Recovery.CANCEL, TODAY),
    _destroy(faults.ENGINE_KILLED, points.FIRST_DEPLOYMENT_GONE, Recovery.CANCEL, TODAY),
    _up(faults.ENGINE_KILLED, points.DEPLOYMENT_MADE, Recovery.CANCEL),
    _destroy(faults.PROVIDER_KILLED, points.NAMESPACES_GO),
    _up(faults.PROVIDER_KILLED, points.ENVIRONMENT_MADE),
    _destroy(faults.CREDENTIALS_EXPIRE, points.FIRST_DEPLOYMENT_GONE, Recovery.INTERRUPT),
    _up(faults.PROVIDER_KILLED, points.NAMESPACES_MADE, kind=TODAY),
    _destroy(faults.ENGINE_KILLED, points.NAMESPACES_GO, Recovery.CANCEL, TODAY),
    _up(faults.PROVIDER_KILLED, points.BINDINGS_READY, kind=CONTROLLED),
    _destroy(faults.NETWORK_GONE, points.DEPLOYMENT_HELD, Recovery.NONE, CONTROLLED, until=points.DEPLOYMENTS_GONE),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.ORGANIZATION_NAMESPACE_MADE, kind=WHOLE),
    _destroy(faults.KUBERNETES_PROVIDER_KILLED, points.ORGANIZATION_NAMESPACE_GOES, kind=WHOLE),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.FIRST_NAMESPACE_MADE, kind=TODAY),
    _destroy(faults.KUBERNETES_PROVIDER_KILLED, points.NAMESPACES_GO, kind=TODAY),
    _destroy(faults.PROVIDER_KILLED, points.DEPLOYMENT_HELD, kind=TODAY),
    _up(faults.API_SERVER_CRASHES, points.FIRST_NAMESPACE_MADE, Recovery.IF_FAILED, TODAY),
    _destroy(faults.API_SERVER_CRASHES, points.DEPLOYMENT_HELD, Recovery.NONE, TODAY),
    _destroy(faults.API_SERVER_CRASHES, points.NAMESPACES_GO, Recovery.NONE),
    _up(faults.ETCD_CRASHES, points.FIRST_NAMESPACE_MADE, Recovery.IF_FAILED),
    _destroy(faults.ETCD_CRASHES, points.NAMESPACES_GO, Recovery.NONE),
    _destroy(faults.ETCD_CRASHES, points.DEPLOYMENT_HELD, Recovery.NONE, TODAY),
    _up(faults.NETWORK_GONE, points.FIRST_NAMESPACE_MADE),
    _destroy(faults.NETWORK_GONE, points.ALL_NAMESPACES_GO, Recovery.NONE, until=points.NAMESPACES_GONE),
    _destroy(faults.NETWORK_SILENT, points.ALL_NAMESPACES_GO, Recovery.NONE, until=points.NAMESPACES_GONE),
    _up(faults.NETWORK_GONE, points.ENVIRONMENT_MADE, kind=TODAY),
    _destroy(faults.NETWORK_SILENT, points.DEPLOYMENT_HELD, Recovery.NONE, TODAY, until=points.DEPLOYMENTS_GONE),
    _up(faults.RIGHT_LOST, points.ENVIRONMENT_MADE),
    _up(faults.CREDENTIALS_EXPIRE, points.ENVIRONMENT_MADE, kind=TODAY),
    _destroy(faults.RIGHT_LOST, points.FIRST_DEPLOYMENT_GONE, Recovery.INTERRUPT, TODAY),
    # Those after which an object may be there that the state does not know.
    _up(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_MADE, Recovery.CANCEL, WHOLE, newer=True),
    _up(faults.ENGINE_KILLED, points.FIRST_NAMESPACE_MADE, Recovery.CANCEL, newer=True),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.FIRST_NAMESPACE_MADE, newer=True),
    _up(faults.NETWORK_GONE, points.ENVIRONMENT_MADE, newer=True),
)
