"""Preparation: plans settings and checks them against the cluster, before anything is declared."""

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
    """Settings without errors, their plan, and the results of the preflight.

    `kubeconfig` is that of the control plane: its text or its path, or None for the ambient one.
    """

    settings: Settings
    plan: Plan
    survey: Survey
    control_plane: ControlPlane
    kubeconfig: str | None = None


def prepare(config: Document, folder: Path, found: Sequence[Finding] = ()) -> Prepared:
    """Reads settings, plans them, and queries the clusters, once.

    `config` has the settings by their full names; manifests, and paths of kubeconfigs, are relative to `folder`.
    `found` are findings of the caller. Raises pulumi.RunError with a report of all findings if one of them is an error,
    and warns of the others.
    """
    read, findings = settings.read(config, folder)
    findings += found
    read = with_paths_from(folder, read)
    planned = plan(read)
    given = config.value.get(KUBECONFIG)
    unusable = [*refused(given, folder, config.at((KUBECONFIG,))), *misplaced(config.value, folder)]
    kubeconfig, context = (None if given is None or unusable else in_folder(given, folder)), None
    if given is None:
        # Read once: another command may select another context while this one runs.
        with suppress(KubeconfigError):
            ambient = resolve(None)
            kubeconfig, context = ambient.text, ambient.context
    if unusable:
        surveyed = Survey(findings=tuple(unusable))
    else:
        # A dry run in a preview only: an update applies the objects anyway.
        trial = pulumi.runtime.is_dry_run()
        work = survey(planned, read.controllers, kubeconfig, read.data_plane_kubeconfigs, trial=trial)
        surveyed = _sync_await(in_another_loop(work))
    findings += [*planned.findings, *surveyed.findings, *missing(planned.outside, surveyed.live)]
    if not pulumi.runtime.is_dry_run():
        findings += surveyed.undecided
    if errors(findings):
        raise pulumi.RunError(report([*findings, *surveyed.terminating]))
    for finding in findings:
        pulumi.warn(f"{finding.where}: {finding.message}")
    secret = None if given is None or kubeconfig is None else pulumi.Output.secret(kubeconfig)
    control_plane = ControlPlane(secret, context, surveyed.identity)
    planned = planned.without(surveyed.skipped).without_waits(surveyed.unsupported)
    return Prepared(read, planned, surveyed, control_plane, kubeconfig)


async def in_another_loop(work: Coroutine[Any, Any, Survey]) -> Survey:
    """The result of work in a separate event loop, in another thread.

    The current loop continues: a provider that hosts components takes other calls and prints log lines in it. Its
    threads are used by Pulumi, which may wait in them for other resources.
    """
    with ThreadPoolExecutor(1) as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, asyncio.run, work)


def project_folder() -> Path:
    """The folder of the project, to which paths are relative: a program with a `main` runs in another one."""
    # Older engines do not provide it, and none provides it to a host of components.
    root = Path(pulumi.runtime.get_root_directory() or "")
    return root if root.is_absolute() and is_project(root) else find_project(Path.cwd()).resolve()


def in_folder(kubeconfig: str, folder: Path) -> str:
    """A kubeconfig whose path is relative to the folder, with its path relative to the working directory.

    The state keeps this path of a file in the project, and it is valid in another checkout too. A kubeconfig that is
    given as text is replaced by what choreo reads of it, so that the Kubernetes provider gets the same.
    """
    if is_text(kubeconfig):
        try:
            return resolve(kubeconfig).given
        except KubeconfigError:
            # Reported with its place.
            return kubeconfig
    if kubeconfig.startswith(("~", os.sep)):
        return kubeconfig
    return os.path.relpath(folder / kubeconfig)


def with_paths_from(folder: Path, read: Settings) -> Settings:
    """The settings with such paths of the kubeconfigs of data planes."""
    given = read.data_plane_kubeconfigs
    found = {name: replace(each, given=in_folder(each.given, folder)) for name, each in given.items()}
    return replace(read, data_plane_kubeconfigs=found)


def misplaced(values: Mapping[str, Any], folder: Path) -> list[Finding]:
    """An error if the ambient kubeconfig has relative paths: providers resolve them from the working directory."""
    listed = os.environ.get("KUBECONFIG", "").split(os.pathsep)
    if KUBECONFIG in values or folder == Path.cwd() or all(not path or Path(path).is_absolute() for path in listed):
        return []
    absolute = os.pathsep.join(str(folder / path) for path in listed if path)
    message = (
        f"a relative path, which providers resolve from {Path.cwd()}, the folder of `main`, and kubectl does not; "
        f"export KUBECONFIG={shlex.quote(absolute)}"
    )
    return [error(Location("environment variable KUBECONFIG"), message)]


def refused(kubeconfig: Any, folder: Path, where: Location) -> list[Finding]:
    """A finding if a kubeconfig cannot be used. Whether it leads to a cluster is not checked here."""
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
    """A finding for each object that is referred to and missing, at the first place that refers to it.

    And one for each existing object that does not fit the object that refers to it.
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
