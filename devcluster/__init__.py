"""The local control plane: etcd, kube-apiserver and kube-controller-manager on the loopback interface, for one user."""

from devcluster.control_plane import ControlPlane, Member
from devcluster.errors import ClusterError

__all__ = ["ClusterError", "ControlPlane", "Member"]
