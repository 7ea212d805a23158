"""The ground of core.choreo.dev/v1: what is deployed are Deployments, found by labels."""

from typing import Any

import yaml

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from tests.engine import samples
from tests.engine.lists import View
from tests.faults.grounds import ENVIRONMENT, PROJECTS, STRAY, Ground, Layout, Manifest, Subject

ENVIRONMENTS, DEPLOYMENTS = (resource_named(API_VERSION, kind) for kind in ("Environment", "Deployment"))


def _config(layout: Layout, organization: str) -> Manifest:
    """The samples of this checkout, with a second project."""
    config = samples.stack(ENVIRONMENT, organization)
    config.pop("choreo:projects")
    if layout is Layout.ENVIRONMENT:
        return config | {"choreo:projects": list(PROJECTS)}
    return config | {"choreo:resources": [*_of_organization(organization), *config["choreo:resources"]]}


def _of_organization(organization: str) -> list[Manifest]:
    """The organization, its data plane, its pipeline and its projects."""
    objects: list[Manifest] = samples.stack("acme", organization)["choreo:resources"]
    (project,) = [each for each in objects if each["kind"] == "Project"]
    second = project | {"metadata": project["metadata"] | {"name": PROJECTS[1]}}
    return [*objects, second]


def _others(organization: str, environment: str) -> list[Manifest]:
    namespace = data_plane_namespace(organization, PROJECTS[0], environment)
    labelled = {
        organization: labels.organization_namespace_labels(organization),
        namespace: labels.data_plane_namespace_labels(organization, PROJECTS[0], environment),
    }
    objects: list[Manifest] = [
        *_of_organization(organization),
        *samples.stack("staging", organization)["choreo:resources"],
        _deployment(organization, "of-others", environment),
    ]
    for each in objects:
        metadata = each["metadata"]
        if each["kind"] == "Environment":
            metadata["name"] = environment
        metadata.setdefault("labels", {labels.ORGANIZATION: organization, labels.NAME: metadata["name"]})
    namespaces = [_namespace(name, own) for name, own in labelled.items()]
    return [*namespaces, *objects]


def _namespace(name: str, own: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(own)}}


def _deployment(organization: str, name: str, environment: str = ENVIRONMENT) -> Manifest:
    made: Manifest = yaml.safe_load(samples.deployment(organization, environment, name))
    return made


def _sees(subject: Subject, organization: str) -> View:
    match subject:
        case Subject.ENVIRONMENT:
            return View(ENVIRONMENTS, {labels.ORGANIZATION: organization, labels.NAME: ENVIRONMENT})
        case Subject.DEPLOYED:
            return View(DEPLOYMENTS, labels.environment_deployment_selector(organization, ENVIRONMENT))
        case Subject.NAMESPACES:
            return View(NAMESPACES, labels.environment_namespace_selector(organization, ENVIRONMENT))
        case Subject.TENANT:
            return View(NAMESPACES, labels.organization_namespace_labels(organization))
    raise AssertionError(f"there is no {subject}")


GROUND = Ground(
    API_VERSION,
    _config,
    _others,
    stray=lambda organization: _deployment(organization, STRAY),
    namespace=data_plane_namespace,
    sees=_sees,
    of_organization=lambda organization: {labels.ORGANIZATION_NAME: organization},
)
