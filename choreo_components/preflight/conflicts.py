"""Conflicts: objects of a plan that do not work together with objects of the cluster that they refer to."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from choreo_components.api import kind_of
from choreo_components.api.generation import Role, Target
from choreo_components.api.generations import generation_of
from choreo_components.config.documents import Document
from choreo_components.config.findings import Finding
from choreo_components.config.settings import Declared
from choreo_components.kubernetes.client import Cluster
from choreo_components.plan.checks import together
from choreo_components.plan.nodes import Plan
from choreo_components.plan.references import Found, references
from choreo_components.preflight.lookup import look_up


async def conflicts(cluster: Cluster, plan: Plan, live: Found) -> list[Finding]:
    """What is wrong with the plan's objects together with those of the cluster that they refer to.

    `live` are the latter; the pipelines of projects among them are looked up too. Raises ClusterError if the cluster
    cannot be asked.
    """
    if not live:
        return []
    wanted = [each for each in _pipelines(live) if each not in live and plan.index.find(each) is None]
    more = await look_up(cluster, wanted)
    referred = [
        {**found, "apiVersion": kind_of(target.api_version, target.kind).api_version, "kind": target.kind}
        for target, found in {**live, **more}.items()
        if found is not None
    ]
    alone = set(plan.findings)
    declared = [node.declared for node in plan.objects]
    return [finding for finding in together(declared, referred) if finding not in alone]


def _pipelines(live: Found) -> Iterator[Target]:
    """The pipelines that projects refer to."""
    for target, found in live.items():
        generation = generation_of(target.api_version)
        if found is not None and generation.role(target.kind) is Role.PROJECT:
            project = _declared(target, found)
            for reference in references(project) if project is not None else ():
                if generation.role(reference.target.kind) is Role.PIPELINE:
                    yield reference.target


def _declared(target: Target, found: Mapping[str, Any]) -> Declared | None:
    """The object as if it were declared; None if it is of an unknown release."""
    kind = kind_of(target.api_version, target.kind)
    metadata = {name: found["metadata"].get(name) for name in ("name", "namespace", "labels")}
    wire = {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {name: value for name, value in metadata.items() if value},
        "spec": found.get("spec") or {},
    }
    try:
        return Declared(kind.model_of(wire).from_wire(wire), Document(wire, str(target)))
    except ValidationError:
        return None
