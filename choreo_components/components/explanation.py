"""Explanation: logs the conditions of an object that was not accepted in time. The Kubernetes provider does not."""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api import generation_of, kind_of
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.conditions import accepted, explanation
from choreo_components.kubernetes.objects import resource_of
from choreo_components.teardown.causes import causes_of_waiting


async def explain(args: pulumi.ErrorHookArgs, kubeconfig: str | None) -> None:
    """Logs the explanation of an object that was created or changed, and then not accepted in time.

    `kubeconfig` is that of the cluster; None means the ambient one.
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
            if live is None or accepted(live, kind):
                return
            lines = list(explanation(live, kind))
            if kind.carried_out_by is not None:
                generation = generation_of(kind.api_version)
                organization, _, environment = generation.cell_of(live.manifest)
                lines += await causes_of_waiting(cluster, generation, organization, environment)
    except ClusterError:
        # The failure itself was reported already.
        return
    pulumi.log.error("\n".join(lines))
