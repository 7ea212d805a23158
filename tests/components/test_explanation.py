"""An explanation reports the conditions of an object that was not accepted in time."""

from typing import Any

from choreo_components.api import kind_of
from choreo_components.kubernetes.conditions import explanation
from choreo_components.kubernetes.objects import Live, resource_of


def live(kind: str, *conditions: dict[str, Any], generation: int = 2) -> Live:
    metadata = {"name": "web", "namespace": "acme", "generation": generation}
    resource = resource_of(kind_of("core.choreo.dev/v1", kind))
    return Live(resource, {"metadata": metadata, "status": {"conditions": list(conditions)}})


def explained(found: Live) -> list[str]:
    return list(explanation(found, kind_of("core.choreo.dev/v1", found.resource.kind)))


def test_it_names_the_object_what_it_waits_for_its_conditions_and_how_to_inspect_it() -> None:
    condition = {"type": "ArtifactResolved", "status": "False", "reason": "ArtifactNotFound", "message": "not found"}
    assert explained(live("Deployment", condition)) == [
        "Deployment acme/web is not accepted by OpenChoreo's controllers: it waits for Ready=True",
        "  ArtifactResolved=False ArtifactNotFound not found",
        "  inspect: kubectl get deployments.core.choreo.dev web -n acme -o yaml",
    ]


def test_an_object_that_no_controller_has_processed_may_have_no_controllers() -> None:
    (line,) = [line for line in explained(live("Environment")) if "choreo:controllers" in line]
    assert line == (
        "  no controller has processed it: without OpenChoreo's controllers, set choreo:controllers to absent"
    )
