"""A preparation: settings, planned and checked against the cluster, before anything of them is declared."""

import asyncio
import os
import shlex
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.sync_await import _sync_await

from choreo_components.api.generation import Severity, Target
from choreo_components.components.declaration import ControlPlane
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import Finding, Location, error, errors, report
from choreo_components.config.kubeconfig_source import is_text
from choreo_components.config.project import find_project, is_project
from choreo_components.config.settings import KUBECONFIG, Settings
from choreo_components.kubernetes.kubeconfig import KubeconfigError, resolve
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import Plan
from choreo_components.plan.references import Found, Reference
from choreo_components.preflight.run import Survey, survey


@dataclass(frozen=True)
class Prepared:
    """Settings without errors, what they become, and what the clusters have said of it.

    `kubeconfig` leads to the control plane: its text or its path, or None for the ambient one.
    """

    settings: Settings
    plan: Plan
    survey: Survey
    control_plane: ControlPlane
    kubeconfig: str | None = None


def prepare(config: Document, folder: Path, found: Sequence[Finding] = ()) -> Prepared:
    """Reads settings, plans them, and asks the clusters, once.

    `config` has the settings by their full names; manifests, and paths of kubeconfigs, are relative to `folder`.
    `found` are findings of those who have made it. Raises pulumi.RunError with a report of all findings when one of
    them is an error, and warns of the others.
    """
    read, findings = settings.read(config, folder)
    findings += found
    read = with_paths_from(folder, read)
    planned = plan(read)
    given = config.value.get(KUBECONFIG)
    unusable = [*refused(given, folder, config.at((KUBECONFIG,))), *misplaced(config.value, folder)]
    kubeconfig, context = (None if given is None or unusable else in_folder(given, folder)), None
    if given is None:
        # Read once: another command may select another context while this one asks, and declares.
        with suppress(KubeconfigError):
            ambient = resolve(None)
            kubeconfig, context = ambient.text, ambient.context
    if unusable:
        surveyed = Survey(findings=tuple(unusable))
    else:
        # On trial in a preview only: an update applies it anyway.
        trial = pulumi.runtime.is_dry_run()
        asking = survey(planned, read.controllers, kubeconfig, read.data_plane_kubeconfigs, trial=trial)
        surveyed = _sync_await(elsewhere(asking))
    findings += [*planned.findings, *surveyed.findings, *missing(planned.outside, surveyed.live)]
    if not pulumi.runtime.is_dry_run():
        findings += surveyed.undecided
    if errors(findings):
        raise pulumi.RunError(report([*findings, *surveyed.terminating]))
    for finding in findings:
        pulumi.warn(f"{finding.where}: {finding.message}")
    secret = None if given is None or kubeconfig is None else pulumi.Output.secret(kubeconfig)
    control_plane = ControlPlane(secret, context, surveyed.identity)
    planned = planned.without(surveyed.passed_over).without_waits(surveyed.unsupported)
    return Prepared(read, planned, surveyed, control_plane, kubeconfig)


async def elsewhere(work: Coroutine[Any, Any, Survey]) -> Survey:
    """What comes of work in an event loop of its own, in another thread.

    The one here goes on: a provider that hosts components takes other calls in it, and shows what is logged meanwhile.
    The threads that it has are Pulumi's, which may wait there for other resources.
    """
    with ThreadPoolExecutor(1) as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, asyncio.run, work)


def project_folder() -> Path:
    """The folder of the project, to which paths are relative: a program with a `main` works in another one."""
    # Older engines do not say, and none says it to a host of components.
    told = Path(pulumi.runtime.get_root_directory() or "")
    return told if told.is_absolute() and is_project(told) else find_project(Path.cwd()).resolve()


def in_folder(kubeconfig: str, folder: Path) -> str:
    """A kubeconfig that is given by its path from the folder, by its path from where the program works.

    That of a file in the project: the state keeps it, and means the same in another checkout. One that is given as its
    text becomes what choreo reads in it, which the Kubernetes provider then is given too.
    """
    if is_text(kubeconfig):
        try:
            return resolve(kubeconfig).given
        except KubeconfigError:
            # It is reported with its place.
            return kubeconfig
    if kubeconfig.startswith(("~", os.sep)):
        return kubeconfig
    return os.path.relpath(folder / kubeconfig)


def with_paths_from(folder: Path, read: Settings) -> Settings:
    """The settings with the kubeconfigs of data planes so too."""
    given = read.data_plane_kubeconfigs
    found = {name: replace(each, given=in_folder(each.given, folder)) for name, each in given.items()}
    return replace(read, data_plane_kubeconfigs=found)


def misplaced(values: Mapping[str, Any], folder: Path) -> list[Finding]:
    """An error where the ambient kubeconfig has relative paths: providers take them from where the program works."""
    listed = os.environ.get("KUBECONFIG", "").split(os.pathsep)
    if KUBECONFIG in values or folder == Path.cwd() or all(not path or Path(path).is_absolute() for path in listed):
        return []
    meant = os.pathsep.join(str(folder / path) for path in listed if path)
    message = (
        f"a relative path, which providers read from {Path.cwd()}, where `main` has the program, and kubectl does not: "
        f"export KUBECONFIG={shlex.quote(meant)}"
    )
    return [error(Location("environment variable KUBECONFIG"), message)]


def refused(kubeconfig: Any, folder: Path, where: Location) -> list[Finding]:
    """A finding when a kubeconfig is given that nobody can use. Whether it leads to a cluster is not asked."""
    if kubeconfig is None:
        return []
    if not isinstance(kubeconfig, str):
        return [error(where, "should be the text of a kubeconfig, or the path of one, not a value of another type")]
    from choreo_components.kubernetes.client import Cluster, ClusterError

    try:
        Cluster(in_folder(kubeconfig, folder))
    except ClusterError as problem:
        return [error(where, str(problem))]
    return []


def missing(references: Sequence[Reference], live: Found) -> list[Finding]:
    """A finding for each object that is referred to and that nobody has, at the first place that refers to it.

    And one for each that is there, and not as the one that refers to it needs it.
    """
    by_target: dict[Target, list[Reference]] = defaultdict(list)
    misfits: dict[tuple[Target, str], list[Finding]] = defaultdict(list)
    findings = []
    for reference in references:
        if reference.target not in live:
            continue
        found = live[reference.target]
        if found is None:
            by_target[reference.target].append(reference)
            continue
        for each in reference.misfits(found):
            misfits[reference.target, each.message].append(each)
    for wrong in misfits.values():
        more = f" ({len(wrong) - 1} more refer to it)" if len(wrong) > 1 else ""
        findings.append(replace(wrong[0], message=wrong[0].message + more))
    for group in by_target.values():
        worst = next((each for each in group if each.severity is Severity.ERROR), group[0])
        others = f" ({len(group) - 1} more refer to it)" if len(group) > 1 else ""
        findings.append(Finding(worst.severity, worst.where, worst.missing + others))
    return findings
