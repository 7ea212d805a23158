"""The webhook of Projects: what OpenChoreo refuses, even when the finalizer is removed."""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.core_v1 import labels
from tests.standin.api import Api


def refusal(api: Api, request: Mapping[str, Any]) -> str | None:
    """Why the Project is refused; None if it is not."""
    project, creating = request["object"], request["operation"] == "CREATE"
    metadata = project["metadata"]
    own = metadata.get("labels") or {}
    organization, name = own.get(labels.ORGANIZATION), own.get(labels.NAME)
    if not organization or not name:
        return f"required labels missing for the project {metadata['name']}"
    organizations = api.find("Organization", None, {labels.NAME: organization})
    if len(organizations) != 1:
        return f"found {len(organizations)} organizations with the name {organization}"
    made = (organizations[0].manifest.get("status") or {}).get("namespace")
    if made != metadata["namespace"]:
        return f"the namespace of organization {organization} is {made}, not {metadata['namespace']}"
    reference = project["spec"]["deploymentPipelineRef"]
    if not api.find("DeploymentPipeline", metadata["namespace"], {labels.NAME: reference}):
        return f"deployment pipeline '{reference}' specified in project '{name}' not found"
    if creating and api.find("Project", metadata["namespace"], {labels.ORGANIZATION: organization, labels.NAME: name}):
        return f"project '{name}' already exists in organization '{organization}'"
    return None
