"""Objects that others made than a stack, created in this process: kubectl takes a third of a second of CPU time."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import yaml
from lightkube import Client, KubeConfig

from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Resource
from tests.standin.api import lightkube_class


def create(kubeconfig: Path, text: str) -> None:
    """Creates the objects of the YAML documents, in their order."""
    manifests = [each for each in yaml.safe_load_all(text) if each]

    async def served() -> Mapping[str, Mapping[str, Resource]]:
        async with Cluster(str(kubeconfig)) as cluster:
            return {each: await cluster.resources(each) for each in {manifest["apiVersion"] for manifest in manifests}}

    resources = asyncio.run(served())
    with Client(config=KubeConfig.from_file(kubeconfig), trust_env=False) as client:
        for each in manifests:
            client.create(lightkube_class(resources[each["apiVersion"]][each["kind"]])(each))
