"""An explanation: what an object says of itself that was waited for in vain. The Kubernetes provider says only that."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from choreo_components.api import Kind, kind_of
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.conditions import accepted
from choreo_components.kubernetes.objects import Live, resource_of


async def explain(args: pulumi.ErrorHookArgs, kubeconfig: str | None) -> None:
    """Logs the explanation of an object which was made or changed, and then not accepted in time.

    `kubeconfig` leads to the cluster; None stands for the ambient one.
    """
    if args.new_inputs is None:
        # A deletion: the provider names the finalizers.
        return
    inputs: Mapping[str, Any] = args.new_inputs
    kind = kind_of(inputs["apiVersion"], inputs["kind"])
    metadata = inputs["metadata"]
    try:
        async with Cluster(kubeconfig) as cluster:
            live = await cluster.get(resource_of(kind), metadata["name"], metadata.get("namespace"))
    except ClusterError:
        # What has failed is said already.
        return
    if live is not None and not accepted(live, kind):
        pulumi.log.error("\n".join(explanation(live, kind)))


def explanation(live: Live, kind: Kind) -> Iterator[str]:
    """Why an object is not accepted, as far as it says so itself."""
    yield f"{live} is not accepted by OpenChoreo's controllers: it waits for {kind.ready_condition}=True"
    yield from (f"  {line}" for line in live.told)
    if not live.conditions:
        yield "  no controller has looked at it: without OpenChoreo's controllers, set choreo:controllers to absent"
    yield f"  {live.look}"
