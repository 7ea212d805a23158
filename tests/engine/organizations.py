"""An organization that the test's stacks did not make: what an environment needs to come up."""

from pathlib import Path
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace

from choreo_components import Controllers
from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import labels
from choreo_components.kubernetes.objects import resource_of
from tests.engine import samples
from tests.standin.api import lightkube_class


def make(name: str, kubeconfig: Path, controllers: Controllers) -> None:
    """Makes an organization with all that the stack `acme` declares, and waits until controllers have accepted it."""
    with Client(config=KubeConfig.from_file(kubeconfig), trust_env=False) as client:
        if controllers is Controllers.ABSENT:
            own = labels.organization_namespace_labels(name)
            client.create(Namespace(metadata=ObjectMeta(name=name, labels=dict(own))))
        for each in samples.stack("acme", name)["choreo:resources"]:
            _create(client, name, each, controllers)


def _create(client: Client, organization: str, manifest: dict[str, Any], controllers: Controllers) -> None:
    kind, metadata = all_kinds()[manifest["apiVersion"], manifest["kind"]], manifest["metadata"]
    of_organization = {labels.ORGANIZATION: organization} if kind.namespaced else {}
    named = {**metadata, "labels": {**of_organization, labels.NAME: metadata["name"]}}
    resource = lightkube_class(resource_of(kind))
    client.create(resource({**manifest, "metadata": named}))
    if controllers is Controllers.PRESENT and kind.ready_condition is not None:
        # One after the other: the webhook of Projects reads a cache, which may not have a new object yet.
        client.wait(
            resource, metadata["name"], for_conditions=[kind.ready_condition], namespace=metadata.get("namespace")
        )
