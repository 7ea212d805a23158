"""A namespace with a data plane, three environments with a pipeline through them, and a project with a service."""

from itertools import pairwise

import pulumi
from pulumi_kubernetes.core.v1 import Namespace

from choreo_components import v1alpha1 as choreo

# `present` waits for what OpenChoreo's controllers report. The local control plane has none: `absent`.
controllers = choreo.Controllers(pulumi.Config().get("controllers") or "present")

# The tenant is a namespace of Kubernetes. OpenChoreo's own tools find it by the label.
tenant = Namespace(
    "example-shop", metadata={"name": "example-shop", "labels": {"openchoreo.dev/control-plane": "true"}}
)
# An output: what is in the namespace comes after it, and is deleted before it.
namespace = tenant.metadata["name"]

plane = choreo.DataPlane(
    "west",
    {
        "controllers": controllers,
        "namespace": namespace,
        "clusterAgent": {"clientCA": {"secretKeyRef": {"name": "west-agent-ca", "key": "ca.crt"}}},
    },
)

environments = {
    name: choreo.Environment(
        name,
        {
            "controllers": controllers,
            "namespace": namespace,
            "dataPlaneRef": {"kind": choreo.DataPlaneRefKind.DATAPLANE, "name": plane.name},
            # With controllers a ProjectReleaseBinding each, else the namespace on the data plane.
            "projects": ["shop"],
        },
    )
    for name in ("development", "staging", "production")
}

pipeline = choreo.DeploymentPipeline(
    "standard",
    {
        "controllers": controllers,
        "namespace": namespace,
        # Outputs: the pipeline comes after the environments, and is deleted before them.
        "promotionPaths": [
            {"sourceEnvironmentRef": {"name": source.name}, "targetEnvironmentRefs": [{"name": target.name}]}
            for source, target in pairwise(environments.values())
        ],
    },
)

project_type = choreo.ProjectType(
    "team",
    {
        "controllers": controllers,
        "namespace": namespace,
        "resources": [
            {
                "id": "namespace",
                "template": {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {"name": "${metadata.namespace}", "labels": "${metadata.labels}"},
                },
            }
        ],
    },
)

project = choreo.Project(
    "shop",
    {
        "controllers": controllers,
        "namespace": namespace,
        "deploymentPipelineRef": {"name": pipeline.name},
        "type": {"kind": choreo.ProjectTypeRefKind.PROJECTTYPE, "name": project_type.name},
    },
)

service = choreo.ComponentType(
    "service",
    {
        "controllers": controllers,
        "namespace": namespace,
        "workloadType": choreo.ComponentTypeWorkloadType.DEPLOYMENT,
        "resources": [
            {
                "id": "deployment",
                "template": {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": {"name": "${metadata.name}", "namespace": "${metadata.namespace}"},
                    "spec": {
                        "selector": {"matchLabels": "${metadata.podSelectors}"},
                        "template": {
                            "metadata": {"labels": "${metadata.podSelectors}"},
                            "spec": {"containers": [{"name": "main", "image": "${workload.container.image}"}]},
                        },
                    },
                },
            }
        ],
    },
)

# Deployed to development whenever its workload changes; `choreo promote` is for the environments after it.
catalog = choreo.Component(
    "catalog",
    {
        "controllers": controllers,
        "namespace": namespace,
        "owner": {"projectName": project.name},
        "componentType": {
            "kind": choreo.ComponentTypeRefKind.COMPONENTTYPE,
            "name": pulumi.Output.concat("deployment/", service.name),
        },
        "autoDeploy": True,
    },
)

choreo.Workload(
    "catalog",
    {
        "controllers": controllers,
        "namespace": namespace,
        "owner": {"projectName": project.name, "componentName": catalog.name},
        "container": {"image": "registry.example/shop/catalog:1.0.0"},
        "endpoints": {"http": {"type": choreo.WorkloadEndpointType.HTTP, "port": 8080}},
    },
)

pulumi.export("namespaces", {name: each.namespaces for name, each in environments.items()})
