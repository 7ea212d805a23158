"""What the API server asks OpenChoreo about Components, ReleaseBindings and Workflows that are created or changed."""

from collections.abc import Mapping
from typing import Any

from tests.standin.api import Api
from tests.standin.family import Hook

WORKFLOWS_RUN_AS = "workflow-sa"


def _refusal_of_component(_: Api, request: Mapping[str, Any]) -> str | None:
    seen: set[str] = set()
    for index, trait in enumerate(request["object"].get("spec", {}).get("traits") or []):
        name = trait["instanceName"]
        if name in seen:
            return f'spec.traits[{index}].instanceName: Duplicate value: "{name}"'
        seen.add(name)
    return None


def _written_binding(api: Api, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes zero values, and keeps the earlier release if it names none now."""
    spec = dict(api.as_go_writes("ReleaseBinding", request["object"].get("spec") or {}))
    before = ((request.get("oldObject") or {}).get("spec") or {}).get("releaseName")
    return {"spec": {"releaseName": before, **spec} if before else spec}


def _written_workflow(_: Api, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sets the one service account of its runs."""
    spec = request["object"]["spec"]
    template = spec.get("runTemplate") or {}
    of_template = {**(template.get("spec") or {}), "serviceAccountName": WORKFLOWS_RUN_AS}
    return {"spec": {**spec, "runTemplate": {**template, "spec": of_template}}}


HOOKS = (
    Hook("vcomponent.openchoreo.dev", ("components",), refusal=_refusal_of_component),
    Hook("mreleasebinding.openchoreo.dev", ("releasebindings",), mutation=_written_binding),
    Hook("mworkflow.openchoreo.dev", ("workflows", "clusterworkflows"), mutation=_written_workflow),
)
