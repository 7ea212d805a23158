"""The kinds there are, found by apiVersion and kind, and what OpenChoreo and Kubernetes know of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1 import models as core_v1
from choreo_components.api.meta import WireModel
from choreo_components.api.objects import ApiObject
from choreo_components.api.releases import has, own_fields
from choreo_components.api.shape import ObjectOf, fields_of, secrets_in

V0_2_0: Final = "v0.2.0"
"""The release of OpenChoreo that changed the DataPlane, and the last with this API."""


class UnknownKindError(LookupError):
    """There is no such kind; the message says which kinds there are."""


@dataclass(frozen=True)
class PrinterColumn:
    """A column of `kubectl get`: its title, the type of its values, and where in the object they are."""

    name: str
    type: Literal["string", "date"]
    json_path: str


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    `hierarchy` are the labels without which OpenChoreo's controllers find neither the object nor its parents.
    `ready_condition` is the type of the condition that says "reconciled", or None if no controller ever says so (a
    Build's Completed says that an image was made, which is another matter). `spec_required` is what the CRD says; our
    models require the spec wherever it has required fields. `ready_is_refreshed` False: the condition is set once, and
    says nothing of later generations. `since` are models that releases of OpenChoreo have brought under the same
    apiVersion, each in place of the one before; `model` is the first.
    """

    model: type[ApiObject]
    status: type[WireModel]
    plural: str
    hierarchy: tuple[str, ...]
    ready_condition: str | None
    scope: Literal["Cluster", "Namespaced"] = "Namespaced"
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    printer_columns: tuple[PrinterColumn, ...] = ()
    spec_required: bool = False
    ready_is_refreshed: bool = True
    since: Mapping[str, type[ApiObject]] = field(default_factory=dict, hash=False)

    @property
    def api_version(self) -> str:
        """Group and version, as in core.choreo.dev/v1."""
        api_version: str = self.model.model_fields["api_version"].default
        return api_version

    @property
    def group(self) -> str:
        """API group, as in core.choreo.dev."""
        return self.api_version.partition("/")[0]

    @property
    def version(self) -> str:
        """Version in the group, as in v1."""
        return self.api_version.partition("/")[2]

    @property
    def kind(self) -> str:
        """Name of the kind, as in DataPlane."""
        kind: str = self.model.model_fields["kind"].default
        return kind

    @property
    def namespaced(self) -> bool:
        """Whether objects live in a namespace, that of their organization."""
        return self.scope == "Namespaced"

    @property
    def singular(self) -> str:
        """Name for one object in commands, as in dataplane."""
        return self.kind.lower()

    @property
    def models(self) -> tuple[type[ApiObject], ...]:
        """All models of its objects, in the order of their releases."""
        return (self.model, *self.since.values())

    def model_of(self, wire: Mapping[str, Any]) -> type[ApiObject]:
        """The model that an object in wire names is meant to have, be it valid or not.

        Of several, the one that it has most fields of that no other has; without any, the first.
        """
        if not self.since:
            return self.model
        return max(self.models, key=lambda model: sum(has(wire, path) for path in own_fields(model, self.models)))

    def secrets_in(self, wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """The paths of all secrets in an object in wire names, of whichever model it is meant to be."""
        return list(dict.fromkeys(path for model in self.models for path in secrets_in(model, wire)))

    def release_of(self, model: type[ApiObject]) -> str:
        """The release that has this one of several models, in words."""
        for release, later in self.since.items():
            if later is model:
                return f"OpenChoreo {release}"
        return f"OpenChoreo before {next(iter(self.since))}"


def secrets_of(wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The paths of all secrets in an object in wire names, of whatever kind, be it valid or not."""
    kind = next((each for key, each in KINDS.items() if key == (wire.get("apiVersion"), wire.get("kind"))), None)
    return [] if kind is None else kind.secrets_in(wire)


def spec_of(model: type[ApiObject]) -> type[WireModel]:
    """Model of the spec of such objects."""
    shape = fields_of(model)["spec"].shape
    assert isinstance(shape, ObjectOf)
    return shape.model


_AGE = PrinterColumn("Age", "date", ".metadata.creationTimestamp")
_IN_ORGANIZATION = (labels.ORGANIZATION, labels.NAME)
_IN_PROJECT = (labels.ORGANIZATION, labels.PROJECT, labels.NAME)
_IN_COMPONENT = (labels.ORGANIZATION, labels.PROJECT, labels.COMPONENT, labels.NAME)
_IN_TRACK = (
    labels.ORGANIZATION,
    labels.PROJECT,
    labels.COMPONENT,
    labels.DEPLOYMENT_TRACK,
    labels.NAME,
)
_IN_ENVIRONMENT = (*_IN_TRACK[:-1], labels.ENVIRONMENT, labels.NAME)
_IN_DEPLOYMENT = (*_IN_ENVIRONMENT[:-1], labels.DEPLOYMENT, labels.NAME)

_CORE_V1 = (
    Kind(
        core_v1.Organization,
        core_v1.OrganizationStatus,
        "organizations",
        hierarchy=(labels.NAME,),
        ready_condition="Ready",
        scope="Cluster",
        short_names=("org", "orgs"),
    ),
    Kind(
        core_v1.DataPlane,
        core_v1.Status,
        "dataplanes",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Created",
        short_names=("dp", "dps"),
        since={V0_2_0: core_v1.DataPlaneWithCredentials},
    ),
    Kind(
        core_v1.Environment,
        core_v1.Status,
        "environments",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Ready",
        short_names=("env", "envs"),
    ),
    Kind(
        core_v1.DeploymentPipeline,
        core_v1.Status,
        "deploymentpipelines",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Available",
        short_names=("deppipe", "deppipes"),
    ),
    Kind(
        core_v1.Project,
        core_v1.Status,
        "projects",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Created",
        short_names=("proj", "projs"),
    ),
    Kind(
        core_v1.Component,
        core_v1.Status,
        "components",
        hierarchy=_IN_PROJECT,
        ready_condition="Created",
        short_names=("comp", "comps"),
    ),
    Kind(
        core_v1.DeploymentTrack,
        core_v1.Status,
        "deploymenttracks",
        hierarchy=_IN_COMPONENT,
        ready_condition="Available",
        short_names=("deptrack", "deptracks"),
    ),
    Kind(
        core_v1.ConfigurationGroup,
        core_v1.ConditionsStatus,
        "configurationgroups",
        hierarchy=_IN_ORGANIZATION,
        ready_condition=None,
        short_names=("configgrp",),
        categories=("choreo", "all"),
        printer_columns=(
            PrinterColumn(
                "DisplayName",
                "string",
                r".metadata.annotations.core\.choreo\.dev/display-name",
            ),
            PrinterColumn(
                "Organization",
                "string",
                r".metadata.labels.core\.choreo\.dev/organization",
            ),
            _AGE,
        ),
    ),
    Kind(
        core_v1.Build,
        core_v1.BuildStatus,
        "builds",
        hierarchy=_IN_TRACK,
        ready_condition=None,
        spec_required=True,
    ),
    Kind(
        core_v1.DeployableArtifact,
        core_v1.Status,
        "deployableartifacts",
        hierarchy=_IN_TRACK,
        ready_condition="Available",
        # OpenChoreo sets it when there is none yet: internal/controller/deployableartifact
        ready_is_refreshed=False,
    ),
    Kind(
        core_v1.Deployment,
        core_v1.Status,
        "deployments",
        hierarchy=_IN_ENVIRONMENT,
        ready_condition="Ready",
        printer_columns=(
            PrinterColumn("Artifact", "string", ".spec.deploymentArtifactRef"),
            PrinterColumn("Ready", "string", ".status.conditions[?(@.type=='Ready')].status"),
            _AGE,
        ),
    ),
    Kind(
        core_v1.Endpoint,
        core_v1.EndpointStatus,
        "endpoints",
        hierarchy=_IN_DEPLOYMENT,
        ready_condition="Ready",
        printer_columns=(_AGE, PrinterColumn("Address", "string", ".status.address")),
    ),
)

KINDS: Mapping[tuple[str, str], Kind] = MappingProxyType({(kind.api_version, kind.kind): kind for kind in _CORE_V1})
"""All kinds by (apiVersion, kind), in an order of creation: parents, and what is referred to, come first."""


def kind_of(api_version: str, kind: str) -> Kind:
    """The kind of that name.

    Raises:
        UnknownKindError: if there is none.
    """
    found = KINDS.get((api_version, kind))
    if found:
        return found
    known = [name for version, name in KINDS if version == api_version]
    if known:
        raise UnknownKindError(f"{api_version} has no kind {kind!r}; it has {', '.join(known)}")
    versions = ", ".join(dict.fromkeys(version for version, _ in KINDS))
    raise UnknownKindError(f"unknown apiVersion {api_version!r}; known: {versions}")
