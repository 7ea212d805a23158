"""The kinds of core.choreo.dev/v1, and what OpenChoreo and Kubernetes know of each, in an order of creation.

Section 5 of the reference says which kinds depend on which, and which deletions ignore that.
"""

from typing import Final

from choreo_components.api.core_v1 import labels, models
from choreo_components.api.generation import Kind, PrinterColumn, Role

V0_2_0: Final = "v0.2.0"
"""The release of OpenChoreo that changed the DataPlane, and the last with this API."""

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

KINDS: Final = (
    Kind(
        models.Organization,
        models.OrganizationStatus,
        "organizations",
        hierarchy=(labels.NAME,),
        ready_condition="Ready",
        scope="Cluster",
        short_names=("org", "orgs"),
        role=Role.TENANT,
        named_by_label=labels.NAME,
        dependents=("DataPlane", "DeploymentPipeline", "Environment", "Project"),
    ),
    Kind(
        models.DataPlane,
        models.Status,
        "dataplanes",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Created",
        short_names=("dp", "dps"),
        since={V0_2_0: models.DataPlaneWithCredentials},
        role=Role.DATA_PLANE,
        named_by_label=labels.NAME,
        dependents=("Environment",),
    ),
    Kind(
        models.Environment,
        models.Status,
        "environments",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Ready",
        short_names=("env", "envs"),
        role=Role.ENVIRONMENT,
        named_by_label=labels.NAME,
        replaced_by=("spec.dataPlaneRef",),
        dependents=("DeploymentPipeline",),
    ),
    Kind(
        models.DeploymentPipeline,
        models.Status,
        "deploymentpipelines",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Available",
        short_names=("deppipe", "deppipes"),
        role=Role.PIPELINE,
        named_by_label=labels.NAME,
    ),
    Kind(
        models.Project,
        models.Status,
        "projects",
        hierarchy=_IN_ORGANIZATION,
        ready_condition="Created",
        short_names=("proj", "projs"),
        role=Role.PROJECT,
        named_by_label=labels.NAME,
    ),
    Kind(
        models.Component,
        models.Status,
        "components",
        hierarchy=_IN_PROJECT,
        ready_condition="Created",
        short_names=("comp", "comps"),
        role=Role.WORKLOAD,
    ),
    Kind(
        models.DeploymentTrack,
        models.Status,
        "deploymenttracks",
        hierarchy=_IN_COMPONENT,
        ready_condition="Available",
        short_names=("deptrack", "deptracks"),
        role=Role.WORKLOAD,
    ),
    Kind(
        models.ConfigurationGroup,
        models.ConditionsStatus,
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
        role=Role.WORKLOAD,
    ),
    Kind(
        models.Build,
        models.BuildStatus,
        "builds",
        hierarchy=_IN_TRACK,
        ready_condition=None,
        spec_required=True,
        role=Role.WORKLOAD,
    ),
    Kind(
        models.DeployableArtifact,
        models.Status,
        "deployableartifacts",
        hierarchy=_IN_TRACK,
        ready_condition="Available",
        # OpenChoreo sets it when there is none yet: internal/controller/deployableartifact
        ready_is_refreshed=False,
        role=Role.WORKLOAD,
        made_by="Build",
    ),
    Kind(
        models.Deployment,
        models.Status,
        "deployments",
        hierarchy=_IN_ENVIRONMENT,
        ready_condition="Ready",
        printer_columns=(
            PrinterColumn("Artifact", "string", ".spec.deploymentArtifactRef"),
            PrinterColumn("Ready", "string", ".status.conditions[?(@.type=='Ready')].status"),
            _AGE,
        ),
        role=Role.DEPLOYMENT,
        replaced_by=(f'metadata.labels["{labels.ENVIRONMENT}"]',),
    ),
    Kind(
        models.Endpoint,
        models.EndpointStatus,
        "endpoints",
        hierarchy=_IN_DEPLOYMENT,
        ready_condition="Ready",
        printer_columns=(_AGE, PrinterColumn("Address", "string", ".status.address")),
    ),
)
