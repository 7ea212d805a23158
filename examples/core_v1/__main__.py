"""An organization with a data plane, two environments with a pipeline between them, and a project."""

from itertools import pairwise

import pulumi

from choreo_components import Controllers
from choreo_components.core_v1 import DataPlane, DeploymentPipeline, Environment, Organization, Project

# `present` waits for what OpenChoreo's controllers report. The local control plane has none: `absent`.
controllers = Controllers(pulumi.Config().get("controllers") or "present")

organization = Organization("example-globex", {"controllers": controllers})

plane = DataPlane(
    "west",
    {
        "controllers": controllers,
        # An output: the data plane comes after the organization's namespace, and is deleted before it.
        "organization": organization.namespace,
        "kubernetesCluster": {
            "name": "west-1",
            "connectionConfigRef": "west-1-connection",
            "featureFlags": {"cilium": True, "scaleToZero": False, "gatewayType": "envoy"},
        },
        "gateway": {
            "publicVirtualHost": "apis.globex.example",
            "organizationVirtualHost": "internal.globex.example",
        },
    },
)

environments = {
    name: Environment(
        name,
        {
            "controllers": controllers,
            "organization": organization.namespace,
            "dataPlaneRef": plane.name,
            "dataPlaneGateway": plane.gateway,
            "gateway": {"dnsPrefix": prefix},
            "projects": ["shop"],
        },
    )
    for name, prefix in (("development", "dev"), ("staging", "staging"))
}

pipeline = DeploymentPipeline(
    "standard",
    {
        "controllers": controllers,
        "organization": organization.namespace,
        "promotionPaths": [
            {"sourceEnvironmentRef": source.name, "targetEnvironmentRefs": [{"name": target.name}]}
            for source, target in pairwise(environments.values())
        ],
    },
)

Project(
    "shop",
    {
        "controllers": controllers,
        "organization": organization.namespace,
        "deploymentPipelineRef": pipeline.name,
    },
)

pulumi.export("namespaces", {name: each.namespaces for name, each in environments.items()})
pulumi.export("hosts", {name: each.hosts for name, each in environments.items()})
