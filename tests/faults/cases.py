"""The cases: which fault strikes which command at which point, and what it takes to come to the end that was meant."""

from dataclasses import dataclass
from enum import Enum

from tests.faults import faults, points
from tests.faults.estates import Layout
from tests.faults.faults import Fault
from tests.faults.points import Point
from tests.newer_provider.proxy import RELEASE


class Recovery(Enum):
    """What somebody has to do afterwards."""

    NONE = "none: the command goes on to its end"
    IF_FAILED = "none, or the same command again where it has failed"
    AGAIN = "the same command again"
    ANYWAY = "the same command again, whatever it has said"
    INTERRUPT = "Ctrl-C where the command does not end, then the same command again, whatever it has said"
    CANCEL = "`pulumi cancel --yes`, then the same command again"


@dataclass(frozen=True)
class Case:
    """A command that is struck by a fault at a point, and has to be recovered in just this way."""

    command: str
    """`up` or `destroy`."""
    fault: Fault
    point: Point
    recovery: Recovery
    until: Point | None = None
    """When the fault is mended; None: when it is over, or the command has ended."""
    layout: Layout = Layout.ENVIRONMENT
    newer: bool = False
    """Whether the Kubernetes provider is the stand-in for a newer one, which creates objects otherwise."""

    @property
    def sentence(self) -> str:
        """What strikes, and whom where it is not the toolchain's Kubernetes provider."""
        return self.fault.sentence + (f" (stand-in for Kubernetes provider {RELEASE})" if self.newer else "")

    @property
    def moment(self) -> str:
        """When it strikes, and until when."""
        return self.point.sentence + (f", until {self.until.sentence}" if self.until else "")

    def __str__(self) -> str:
        return f"{self.command} of {self.layout.value}: {self.sentence} when {self.moment}"


def _up(fault: Fault, point: Point, recovery: Recovery = Recovery.AGAIN, newer: bool = False) -> Case:
    layout = Layout.ORGANIZATION if point is points.ORGANIZATION_NAMESPACE_MADE else Layout.ENVIRONMENT
    return Case("up", fault, point, recovery, layout=layout, newer=newer)


def _destroy(fault: Fault, point: Point, recovery: Recovery = Recovery.AGAIN, until: Point | None = None) -> Case:
    layout = Layout.ORGANIZATION if point is points.ORGANIZATION_NAMESPACE_GOES else Layout.ENVIRONMENT
    return Case("destroy", fault, point, recovery, until, layout)


# A destroy takes over what an up has recovered, so they stand in turns.
CASES = (
    _up(faults.INTERRUPTED, points.FIRST_NAMESPACE_MADE, Recovery.ANYWAY),
    _destroy(faults.INTERRUPTED, points.DEPLOYMENT_HELD, Recovery.ANYWAY),
    _up(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_MADE, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_GOES, Recovery.CANCEL),
    _up(faults.ENGINE_KILLED, points.ENVIRONMENT_MADE, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.FIRST_DEPLOYMENT_GONE, Recovery.CANCEL),
    _up(faults.ENGINE_KILLED, points.FIRST_NAMESPACE_MADE, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.DEPLOYMENT_HELD, Recovery.CANCEL),
    _up(faults.ENGINE_KILLED, points.DEPLOYMENT_MADE, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.NAMESPACES_GO, Recovery.CANCEL),
    _destroy(faults.ENGINE_KILLED, points.NAMESPACES_GONE, Recovery.CANCEL),
    _up(faults.PROVIDER_KILLED, points.ENVIRONMENT_MADE),
    _destroy(faults.PROVIDER_KILLED, points.DEPLOYMENT_HELD),
    _up(faults.PROVIDER_KILLED, points.NAMESPACES_MADE),
    _destroy(faults.PROVIDER_KILLED, points.NAMESPACES_GO),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.ORGANIZATION_NAMESPACE_MADE),
    _destroy(faults.KUBERNETES_PROVIDER_KILLED, points.ORGANIZATION_NAMESPACE_GOES),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.FIRST_NAMESPACE_MADE),
    _destroy(faults.KUBERNETES_PROVIDER_KILLED, points.NAMESPACES_GO),
    _up(faults.API_SERVER_CRASHES, points.FIRST_NAMESPACE_MADE),
    _destroy(faults.API_SERVER_CRASHES, points.DEPLOYMENT_HELD, Recovery.NONE),
    _destroy(faults.API_SERVER_CRASHES, points.NAMESPACES_GO, Recovery.NONE),
    _up(faults.ETCD_CRASHES, points.FIRST_NAMESPACE_MADE, Recovery.IF_FAILED),
    _destroy(faults.ETCD_CRASHES, points.DEPLOYMENT_HELD, Recovery.NONE),
    _destroy(faults.ETCD_CRASHES, points.NAMESPACES_GO, Recovery.NONE),
    _up(faults.NETWORK_GONE, points.FIRST_NAMESPACE_MADE),
    _destroy(faults.NETWORK_GONE, points.ALL_NAMESPACES_GO, Recovery.NONE, until=points.NAMESPACES_GONE),
    _up(faults.NETWORK_GONE, points.ENVIRONMENT_MADE),
    _destroy(faults.NETWORK_GONE, points.DEPLOYMENT_HELD, Recovery.NONE, until=points.DEPLOYMENTS_GONE),
    _destroy(faults.NETWORK_SILENT, points.ALL_NAMESPACES_GO, Recovery.NONE, until=points.NAMESPACES_GONE),
    _up(faults.RIGHT_LOST, points.ENVIRONMENT_MADE),
    _destroy(faults.RIGHT_LOST, points.FIRST_DEPLOYMENT_GONE, Recovery.INTERRUPT),
    _up(faults.CREDENTIALS_EXPIRE, points.ENVIRONMENT_MADE),
    _destroy(faults.CREDENTIALS_EXPIRE, points.FIRST_DEPLOYMENT_GONE, Recovery.INTERRUPT),
    # Those after which an object may be there that the state does not know.
    _up(faults.ENGINE_KILLED, points.ORGANIZATION_NAMESPACE_MADE, Recovery.CANCEL, newer=True),
    _up(faults.ENGINE_KILLED, points.FIRST_NAMESPACE_MADE, Recovery.CANCEL, newer=True),
    _up(faults.KUBERNETES_PROVIDER_KILLED, points.FIRST_NAMESPACE_MADE, newer=True),
    _up(faults.NETWORK_GONE, points.ENVIRONMENT_MADE, newer=True),
)
