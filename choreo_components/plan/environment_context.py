"""An environment's context: the Environment and the DataPlane that it runs on (OpenChoreo: EnvironmentContext)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from choreo_components.config.settings import Declared
from choreo_components.plan.builder import Plan
from choreo_components.plan.references import Found, Target


@dataclass(frozen=True)
class EnvironmentContext:
    """An environment of the stack, and its data plane in wire names: of the stack itself, or live from the cluster.

    `data_plane` is None where neither has it, or the cluster could not be asked.
    """

    environment: Declared
    data_plane: Mapping[str, Any] | None

    @property
    def hosts(self) -> dict[str, str]:
        """The host names of its endpoints by visibility, `public` and `organization`, as far as they are known.

        Made of the environment's dnsPrefix and the data plane's virtual hosts (OpenChoreo: internal/controller/
        endpoint/integrations/kubernetes/address.go).
        """
        gateway = self.environment.spec.gateway
        prefix = gateway.dns_prefix if gateway is not None else None
        domains: Mapping[str, str] = ((self.data_plane or {}).get("spec") or {}).get("gateway") or {}
        named = {
            "public": domains.get("publicVirtualHost"),
            "organization": domains.get("organizationVirtualHost"),
        }
        return {visibility: f"{prefix}.{domain}" for visibility, domain in named.items() if prefix and domain}


def environment_context(environment: Declared, plan: Plan, live: Found) -> EnvironmentContext:
    """The environment with its data plane, of the stack if that declares it, else of the cluster."""
    target = Target("DataPlane", environment.organization, environment.spec.data_plane_ref)
    declared = plan.index.find(target)
    return EnvironmentContext(environment, live.get(target) if declared is None else declared.object.to_wire())
