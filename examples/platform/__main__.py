"""A Platform whose objects come from two places: those that follow from a list, and the manifests of a team."""

from itertools import pairwise
from typing import Any

import pulumi

from choreo_components import Controllers, Platform

NAMESPACE = "example-platform"
STAGES = "development", "staging", "production"
PROJECTS = "orders", "payments"


def made(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """An object of the namespace, as it would be in a manifest."""
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "openchoreo.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


resources = [
    # Its label follows from what is in it.
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
    made(
        "DataPlane",
        "west",
        {"clusterAgent": {"clientCA": {"secretKeyRef": {"name": "west-agent-ca", "key": "ca.crt"}}}},
    ),
    *(made("Environment", stage, {"dataPlaneRef": {"kind": "DataPlane", "name": "west"}}) for stage in STAGES),
    made(
        "DeploymentPipeline",
        "standard",
        {
            "promotionPaths": [
                {"sourceEnvironmentRef": {"name": source}, "targetEnvironmentRefs": [{"name": target}]}
                for source, target in pairwise(STAGES)
            ]
        },
    ),
    *(
        made(
            "Project",
            project,
            {"deploymentPipelineRef": {"name": "standard"}, "type": {"kind": "ProjectType", "name": "team"}},
        )
        for project in PROJECTS
    ),
    *(
        made("ProjectReleaseBinding", f"{project}-{stage}", {"owner": {"projectName": project}, "environment": stage})
        for project in PROJECTS
        for stage in STAGES
    ),
]

platform = Platform(
    "shop",
    {
        # `present` waits for what OpenChoreo's controllers report. The local control plane has none: `absent`.
        "controllers": Controllers(pulumi.Config().get("controllers") or "present"),
        "resources": resources,
        "manifests": ["manifests/*.yaml"],
    },
)

pulumi.export("environments", platform.environments)
