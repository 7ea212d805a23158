"""The reference: the same objects as a competent user declares them with pulumi-kubernetes alone."""

import hashlib

import pulumi
import pulumi_kubernetes as k8s

LABEL = "openchoreo.dev/"

config = pulumi.Config()
home = config.require("organization")


def custom_resource(
    kind: str, name: str, spec: dict[str, object], *needs: pulumi.Resource, **owners: str
) -> k8s.apiextensions.CustomResource:
    """An object of the namespace."""
    return k8s.apiextensions.CustomResource(
        f"{kind.lower()}-{name}",
        api_version="openchoreo.dev/v1alpha1",
        kind=kind,
        metadata={"name": name, "namespace": home, "labels": {LABEL + key: value for key, value in owners.items()}},
        spec=spec,
        opts=pulumi.ResourceOptions(depends_on=list(needs)),
    )


environment = custom_resource("Environment", "env", {"dataPlaneRef": {"kind": "DataPlane", "name": "dp"}})
for number in range(config.require_int("projects")):
    project, component = f"project-{number:03}", f"service-{number:03}"
    digest = hashlib.sha256(f"dp-{home}-{project}-env".encode()).hexdigest()[:8]
    namespace = k8s.core.v1.Namespace(
        f"namespace-{project}-env",
        metadata={
            "name": f"dp-{home}-{project}-env-{digest}",
            "labels": {
                LABEL + "namespace": home,
                LABEL + "project": project,
                LABEL + "environment": "env",
            },
        },
        opts=pulumi.ResourceOptions(depends_on=[environment]),
    )
    # Depends on the namespace, which depends on the Environment: a destroy deletes them in this order.
    binding = custom_resource(
        "ProjectReleaseBinding",
        f"{project}-env",
        {"owner": {"projectName": project}, "environment": "env", "projectRelease": "first"},
        namespace,
        project=project,
    )
    custom_resource(
        "ReleaseBinding",
        f"{component}-env",
        {
            "owner": {"projectName": project, "componentName": component},
            "environment": "env",
            "releaseName": "first",
        },
        binding,
        project=project,
        component=component,
    )
