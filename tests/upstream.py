"""OpenChoreo's own files, where a machine has a copy of them next to the checkout; none is in this repository."""

from pathlib import Path

import pytest

from tests import declaring
from tests.declaring import Manifest

_BESIDE = [folder / "shared" / "openchoreo" for folder in Path(__file__).resolve().parents]

UPSTREAM = next((folder for folder in _BESIDE if folder.is_dir()), _BESIDE[2])
"""The folder with the copy: definitions in `crds`, manifests in `samples`."""

FOLDER = UPSTREAM / "samples" / "core.choreo.dev_v1"
"""The folder with OpenChoreo's sample manifests."""

SAMPLES = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.yaml"))
"""Their files in it."""

with_samples = pytest.mark.skipif(not SAMPLES, reason=f"no copy of OpenChoreo's samples at {FOLDER}")

CONFLICTING = (
    "configuring-choreo/create-new-deployment-pipeline/deployment-pipeline.yaml",
    "configuring-choreo/create-new-environments/development-environment.yaml",
    "deploying-applications/build-from-source/reading-list-service/reading-list-service.yaml",
)
"""Samples that declare otherwise what others of them declare: no stack can have both."""


def default_organization() -> list[Manifest]:
    """What OpenChoreo's Helm chart makes when it is installed (install/helm/choreo, choreoDefaultValues)."""
    plane, org = "default-dataplane", "default-org"
    production = declaring.environment("production", organization=org, data_plane=plane, dns_prefix="prod")
    production["spec"]["isProduction"] = True
    return [
        declaring.organization(org),
        declaring.data_plane(plane, org),
        declaring.environment("development", organization=org, data_plane=plane, dns_prefix="dev"),
        declaring.environment("staging", organization=org, data_plane=plane),
        production,
        declaring.pipeline(
            "default-pipeline", (("development", ("staging", "production")), ("staging", ("production",))), org
        ),
        declaring.project("default-project", "default-pipeline", org),
    ]


def not_in_samples() -> list[Manifest]:
    """What the samples together need and none of them declares: the Helm chart's objects, and a data plane."""
    chart = [each for each in default_organization() if each["kind"] != "DeploymentPipeline"]
    return [*chart, *(declaring.data_plane("us-east-1", organization) for organization in ("acme", "default-org"))]
