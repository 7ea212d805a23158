"""A reference: one object's need for another, by name or by labels, in the stack or outside it.

Which lookups OpenChoreo makes by metadata.name and which by labels follows its controllers (upstream:
internal/controller: hierarchy.go and each kind's controller_finalize.go).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from choreo_components.api.core_v1 import labels
from choreo_components.config.documents import FieldPath
from choreo_components.config.findings import Location, Severity
from choreo_components.config.settings import Declared

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
"""By kind: the kinds of its parents, and which label of the child has to equal which label of the parent."""


@dataclass(frozen=True)
class Target:
    """What a reference leads to: the object of a kind in an organization with this metadata.name, or these labels."""

    kind: str
    organization: str
    name: str | None = None
    labels: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.name is not None:
            return f"{self.kind} {self.name!r}"
        return f"{self.kind} with {', '.join(f'{key}={value}' for key, value in self.labels)}"


Found = Mapping[Target, Mapping[str, Any] | None]
"""What was looked up in the cluster: the object in wire names that a target leads to, None where there is none."""


@dataclass(frozen=True)
class Reference:
    """`source` needs the object that `target` says, and does so at `where`.

    `severity` is what it means when nobody has the object.
    """

    source: Declared
    where: Location
    target: Target
    severity: Severity = Severity.ERROR

    def missing(self) -> str:
        """The finding's message when neither the stack nor the cluster has the object."""
        organization, name = self.target.organization, self.target.name
        match self.source.kind, self.target.kind:
            case "Environment", "DataPlane":
                return (
                    f"cannot retrieve the dataplane: environment {self.source.name!r} refers to "
                    f"a non-existent dataplane {name!r} on organization {organization!r}"
                )
            case "DeploymentPipeline", "Environment":
                return f"nobody has declared the environment {name!r} of organization {organization!r} yet"
            case "Environment", "Project":
                project = dict(self.target.labels)[labels.NAME]
                return (
                    f"no project {project!r} in organization {organization!r} yet; its namespace is made all the same"
                )
            case _, "Organization":
                return f"no organization {organization!r}: neither in this stack nor in the cluster"
            case "Deployment", "DeployableArtifact":
                return f"no {self.target} in organization {organization!r} yet: the Deployment waits until there is one"
            case _:
                return f"no {self.target} in organization {organization!r}: neither in this stack nor in the cluster"


def references(declared: Declared) -> Iterator[Reference]:
    """Everything that an object needs to stand before it, its organization among it."""
    if declared.kind != "Organization":
        yield _by_name(declared, ("metadata", "namespace"), "Organization", declared.organization)
    for parent, shared in _PARENTS.get(declared.kind, {}).items():
        wanted = tuple((theirs, declared.labels[ours]) for ours, theirs in shared.items())
        own = next(ours for ours, theirs in shared.items() if theirs == labels.NAME)
        yield Reference(
            declared,
            declared.at("metadata", "labels", own),
            Target(parent, declared.organization, labels=wanted),
        )
    by_spec = _BY_SPEC.get(declared.kind)
    if by_spec is not None:
        yield from by_spec(declared)


def _by_name(
    declared: Declared,
    path: FieldPath,
    kind: str,
    name: str,
    severity: Severity = Severity.ERROR,
) -> Reference:
    return Reference(
        declared,
        declared.at(*path),
        Target(kind, declared.organization, name),
        severity,
    )


def _environment(declared: Declared) -> Iterator[Reference]:
    if declared.spec.data_plane_ref:
        yield _by_name(
            declared,
            ("spec", "dataPlaneRef"),
            "DataPlane",
            declared.spec.data_plane_ref,
        )


def _pipeline(declared: Declared) -> Iterator[Reference]:
    """OpenChoreo takes a pipeline whose environments do not exist yet; each is named once, where it stands first."""
    seen: set[str] = set()
    for path, name in promoted_environments(declared):
        if name not in seen:
            seen.add(name)
            yield _by_name(declared, path, "Environment", name, Severity.WARNING)


def _project(declared: Declared) -> Iterator[Reference]:
    yield _by_name(
        declared,
        ("spec", "deploymentPipelineRef"),
        "DeploymentPipeline",
        declared.spec.deployment_pipeline_ref,
    )


def _artifact(declared: Declared) -> Iterator[Reference]:
    build = declared.spec.target_artifact.from_build_ref
    if build is not None and build.name:
        yield _by_name(
            declared,
            ("spec", "targetArtifact", "fromBuildRef", "name"),
            "Build",
            build.name,
        )
    configuration = declared.spec.configuration
    if configuration is not None:
        yield from _configuration_groups(
            declared,
            ("spec", "configuration", "application"),
            configuration.application,
        )


def _deployment(declared: Declared) -> Iterator[Reference]:
    artifact = declared.spec.deployment_artifact_ref
    field: FieldPath = ("spec", "deploymentArtifactRef")
    yield _by_name(declared, field, "DeployableArtifact", artifact, Severity.WARNING)
    overrides = declared.spec.configuration_overrides
    if overrides is not None:
        yield from _configuration_groups(
            declared,
            ("spec", "configurationOverrides", "application"),
            overrides.application,
        )


def _configuration_groups(declared: Declared, path: FieldPath, application: Any) -> Iterator[Reference]:
    """Configuration groups that an application's environment variables and files come from, by their label `name`."""
    if application is None:
        return
    wire = application.model_dump(by_alias=True, exclude_none=True)
    for section in ("env", "envFrom", "fileMounts", "fileMountsFrom"):
        for index, entry in enumerate(wire.get(section, [])):
            inside: FieldPath = ("valueFrom",) if "valueFrom" in entry else ()
            group = (entry.get("valueFrom") or entry).get("configurationGroupRef")
            if group:
                field = (
                    *path,
                    section,
                    index,
                    *inside,
                    "configurationGroupRef",
                    "name",
                )
                target = Target(
                    "ConfigurationGroup",
                    declared.organization,
                    labels=((labels.NAME, group["name"]),),
                )
                yield Reference(declared, declared.at(*field), target)


_BY_SPEC: Mapping[str, Callable[[Declared], Iterator[Reference]]] = {
    "Environment": _environment,
    "DeploymentPipeline": _pipeline,
    "Project": _project,
    "DeployableArtifact": _artifact,
    "Deployment": _deployment,
}


def promoted_environments(pipeline: Declared) -> Iterator[tuple[FieldPath, str]]:
    """The names of environments in a pipeline's promotion paths, with the field of each, repetitions included."""
    for index, path in enumerate(pipeline.spec.promotion_paths or []):
        here: FieldPath = ("spec", "promotionPaths", index)
        yield (*here, "sourceEnvironmentRef"), path.source_environment_ref
        for position, target in enumerate(path.target_environment_refs):
            yield (*here, "targetEnvironmentRefs", position, "name"), target.name


class Index:
    """A stack's objects, found as OpenChoreo finds them: by metadata.name, or by labels."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        """Indexes the objects; of several with the same labels the first is found."""
        self._by_name: dict[tuple[str, str, str], Declared] = {}
        self._by_labels: dict[tuple[str, str, frozenset[tuple[str, str]]], Declared] = {}
        self._label_sets = _label_sets()
        for each in declared:
            self._by_name[each.kind, each.organization, each.name] = each
            for keys in self._label_sets.get(each.kind, ()):
                pairs = frozenset((key, each.labels.get(key, "")) for key in keys)
                self._by_labels.setdefault((each.kind, each.organization, pairs), each)

    def find(self, target: Target) -> Declared | None:
        """The object of this stack that is meant, or the Build that will make it; None when it has neither."""
        if target.name is not None:
            kinds = ("DeployableArtifact", "Build") if target.kind == "DeployableArtifact" else (target.kind,)
            named = (self._by_name.get((kind, target.organization, target.name)) for kind in kinds)
            return next((found for found in named if found is not None), None)
        return self._by_labels.get((target.kind, target.organization, frozenset(target.labels)))


def _label_sets() -> Mapping[str, set[tuple[str, ...]]]:
    """By kind: the sets of labels that references to it go by."""
    sets: dict[str, set[tuple[str, ...]]] = {"ConfigurationGroup": {(labels.NAME,)}}
    for parents in _PARENTS.values():
        for kind, shared in parents.items():
            sets.setdefault(kind, set()).add(tuple(shared.values()))
    return sets
