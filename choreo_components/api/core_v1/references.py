"""The references of core.choreo.dev/v1: by metadata.name, or by labels.

Which lookups OpenChoreo makes by metadata.name and which by labels follows its controllers (upstream:
internal/controller: hierarchy.go and each kind's controller_finalize.go).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from choreo_components.api.core_v1 import API_VERSION, labels, models
from choreo_components.api.core_v1.hierarchy import labelled, named, promoted_environments
from choreo_components.api.generation import Dependency, Given, Path, Severity, Target
from choreo_components.api.objects import ApiObject

_TRACK = {
    labels.PROJECT: labels.PROJECT,
    labels.COMPONENT: labels.COMPONENT,
    labels.DEPLOYMENT_TRACK: labels.NAME,
}

_PARENTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "Component": {"Project": {labels.PROJECT: labels.NAME}},
    "DeploymentTrack": {"Component": {labels.PROJECT: labels.PROJECT, labels.COMPONENT: labels.NAME}},
    "Build": {"DeploymentTrack": _TRACK},
    "DeployableArtifact": {"DeploymentTrack": _TRACK},
    "Deployment": {
        "DeploymentTrack": _TRACK,
        "Environment": {labels.ENVIRONMENT: labels.NAME},
    },
    "Endpoint": {
        "Deployment": {
            labels.ENVIRONMENT: labels.ENVIRONMENT,
            labels.DEPLOYMENT: labels.NAME,
        }
    },
}
"""By kind: the kinds of its parents, and which label of the child must equal which label of the parent."""


def references(given: Given) -> Iterator[Dependency]:
    """Everything that must exist before an object, including its organization."""
    source = given.object
    organization = source.metadata.namespace or source.metadata.name
    if not isinstance(source, models.Organization):
        yield _by_name(source, ("metadata", "namespace"), "Organization", organization)
    labelled_with = source.metadata.labels or {}
    for parent, shared in _PARENTS.get(source.kind, {}).items():
        wanted = tuple((theirs, labelled_with[ours]) for ours, theirs in shared.items())
        own = next(ours for ours, theirs in shared.items() if theirs == labels.NAME)
        target = labelled(parent, organization, wanted)
        yield Dependency(("metadata", "labels", own), target, _missing(source, target))
    by_spec = _BY_SPEC.get(source.kind)
    if by_spec is not None:
        yield from by_spec(source)


def _missing(source: ApiObject, target: Target) -> str:
    """The message if neither the stack nor the cluster has the object."""
    organization, name = target.organization, target.name
    match source.kind, target.kind:
        case "Environment", "DataPlane":
            return (
                f"cannot retrieve the dataplane: environment {source.metadata.name!r} refers to "
                f"a non-existent dataplane {name!r} on organization {organization!r}"
            )
        case "DeploymentPipeline", "Environment":
            return f"environment {name!r} of organization {organization!r} is not declared yet"
        case _, "Organization":
            return f"no organization {organization!r}: neither in this stack nor in the cluster"
        case "Deployment", "DeployableArtifact":
            return f"no {target} in organization {organization!r} yet: the Deployment waits until there is one"
        case _:
            return f"no {target} in organization {organization!r}: neither in this stack nor in the cluster"


def _by_name(
    source: ApiObject, path: Path, kind: str, name: str, severity: Severity = Severity.ERROR, *, holds: bool = True
) -> Dependency:
    target = Target(API_VERSION, kind, source.metadata.namespace or source.metadata.name, name)
    return Dependency(path, target, _missing(source, target), severity, holds)


def _environment(source: ApiObject) -> Iterator[Dependency]:
    assert isinstance(source, models.Environment)
    if source.spec.data_plane_ref:
        yield _by_name(source, ("spec", "dataPlaneRef"), "DataPlane", source.spec.data_plane_ref)


def _pipeline(source: ApiObject) -> Iterator[Dependency]:
    """OpenChoreo accepts a pipeline whose environments do not exist yet; each is reported once, at its first place."""
    seen: set[str] = set()
    for path, name in promoted_environments(source.to_wire()):
        if name not in seen:
            seen.add(name)
            yield _by_name(source, path, "Environment", name, Severity.WARNING, holds=False)


def _project(source: ApiObject) -> Iterator[Dependency]:
    assert isinstance(source, models.Project)
    pipeline = source.spec.deployment_pipeline_ref
    yield _by_name(source, ("spec", "deploymentPipelineRef"), "DeploymentPipeline", pipeline)


def _artifact(source: ApiObject) -> Iterator[Dependency]:
    assert isinstance(source, models.DeployableArtifact)
    build = source.spec.target_artifact.from_build_ref
    if build is not None and build.name:
        yield _by_name(source, ("spec", "targetArtifact", "fromBuildRef", "name"), "Build", build.name)
    configuration = source.spec.configuration
    if configuration is not None:
        path = ("spec", "configuration", "application")
        yield from _configuration_groups(source, path, configuration.application)


def _deployment(source: ApiObject) -> Iterator[Dependency]:
    assert isinstance(source, models.Deployment)
    artifact, path = source.spec.deployment_artifact_ref, ("spec", "deploymentArtifactRef")
    yield _by_name(source, path, "DeployableArtifact", artifact, Severity.WARNING)
    overrides = source.spec.configuration_overrides
    if overrides is not None:
        inside = ("spec", "configurationOverrides", "application")
        yield from _configuration_groups(source, inside, overrides.application)


def _configuration_groups(source: ApiObject, path: Path, application: Any) -> Iterator[Dependency]:
    """The configuration groups of an application's environment variables and files, by their label `name`."""
    if application is None:
        return
    organization = source.metadata.namespace or source.metadata.name
    wire = application.model_dump(by_alias=True, exclude_none=True)
    for section in ("env", "envFrom", "fileMounts", "fileMountsFrom"):
        for index, entry in enumerate(wire.get(section, [])):
            inside: Path = ("valueFrom",) if "valueFrom" in entry else ()
            group = (entry.get("valueFrom") or entry).get("configurationGroupRef")
            if group:
                field = (*path, section, index, *inside, "configurationGroupRef", "name")
                target = named("ConfigurationGroup", organization, group["name"])
                yield Dependency(field, target, _missing(source, target))


_BY_SPEC: Mapping[str, Callable[[ApiObject], Iterator[Dependency]]] = {
    "Environment": _environment,
    "DeploymentPipeline": _pipeline,
    "Project": _project,
    "DeployableArtifact": _artifact,
    "Deployment": _deployment,
}
