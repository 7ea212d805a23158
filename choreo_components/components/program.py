"""The program: a stack's settings, planned, checked against the cluster, and declared."""

import json
import os
import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import get_config_env

from choreo_components.api.generation import Severity, Target
from choreo_components.components.debug_lines import drop_debug_lines
from choreo_components.components.declaration import ControlPlane, declare
from choreo_components.config import settings
from choreo_components.config.findings import Finding, Location, error, errors, report
from choreo_components.config.kubeconfig_source import is_text
from choreo_components.config.options import Controllers
from choreo_components.config.project import find_project, is_project, located
from choreo_components.config.settings import KUBECONFIG, Settings
from choreo_components.kubernetes.kubeconfig import KubeconfigError, resolve
from choreo_components.plan.builder import plan
from choreo_components.plan.environment_context import environment_context
from choreo_components.plan.nodes import NamespaceNode, ObjectNode, Plan
from choreo_components.plan.references import Found, Reference
from choreo_components.preflight.run import Survey, survey


def run() -> None:
    """Declares everything that the current stack's settings declare.

    Raises pulumi.RunError with a report of all findings when one of them is an error; nothing is declared then.
    """
    drop_debug_lines()
    folder = project_folder()
    values = configuration()
    config, exposed = located(values, folder, pulumi.get_stack())
    if KUBECONFIG in values:
        values[KUBECONFIG] = in_folder(values[KUBECONFIG], folder)
    read, findings = settings.read(config, folder)
    read = with_paths_from(folder, read)
    findings += exposed
    planned = plan(read)
    kubeconfig, context = values.get(KUBECONFIG), None
    if KUBECONFIG not in values:
        # Read once: another command may select another context while this one asks, and declares.
        with suppress(KubeconfigError):
            ambient = resolve(None)
            kubeconfig, context = ambient.text, ambient.context
    unusable = refused(values.get(KUBECONFIG), config.at((KUBECONFIG,))) + misplaced(values, folder)
    surveyed = (
        Survey(findings=tuple(unusable))
        if unusable
        else survey(planned, read.controllers, kubeconfig, read.data_plane_kubeconfigs)
    )
    findings += [*planned.findings, *surveyed.findings, *missing(planned.outside, surveyed.live)]
    if not pulumi.runtime.is_dry_run():
        findings += surveyed.undecided
    if errors(findings):
        raise pulumi.RunError(report([*findings, *surveyed.terminating]))
    for finding in findings:
        pulumi.warn(f"{finding.where}: {finding.message}")
    planned = planned.without_waits(surveyed.unsupported)
    secret = pulumi.Output.secret(values[KUBECONFIG]) if KUBECONFIG in values else None
    control_plane = ControlPlane(secret, context, surveyed.identity)
    own_hooks = hooks(read, kubeconfig)
    declare(read, planned, control_plane, own_hooks, surveyed.data_planes, surveyed.terminating)
    pulumi.export("environments", outputs(planned, surveyed.live))


def project_folder() -> Path:
    """The folder of the project, to which paths are relative: a program with a `main` works in another one."""
    # Older engines do not say.
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


def hooks(read: Settings, kubeconfig: str | None) -> pulumi.ResourceHookBinding | None:
    """What is called when an object could not be made or changed; nothing where nobody accepts objects."""
    if read.controllers is Controllers.ABSENT:
        return None

    async def on_error(args: pulumi.ErrorHookArgs) -> bool:
        # Deferred: as long as all goes well, it needs no client.
        from choreo_components.components.explanation import explain

        await explain(args, kubeconfig)
        return False

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook("explain", on_error)])


def configuration() -> dict[str, Any]:
    """The stack's settings by their full names, decoded from the text that Pulumi hands over."""
    given: Mapping[str, str] = get_config_env()
    # A kubeconfig may be JSON: it stays the text that it is.
    return {
        name: text if name == KUBECONFIG else _decoded(text) for name, text in given.items() if settings.is_read(name)
    }


def _decoded(text: str) -> Any:
    """Lists and mappings come as JSON; a string comes as it is."""
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def refused(kubeconfig: str | None, where: Location) -> list[Finding]:
    """A finding when a kubeconfig is given that nobody can use. Whether it leads to a cluster is not asked."""
    if kubeconfig is None:
        return []
    from choreo_components.kubernetes.client import Cluster, ClusterError

    try:
        Cluster(kubeconfig)
    except ClusterError as problem:
        return [error(where, str(problem))]
    return []


def missing(references: Sequence[Reference], live: Found) -> list[Finding]:
    """A finding for each object that is referred to and that nobody has, at the first place that refers to it."""
    by_target: dict[Target, list[Reference]] = defaultdict(list)
    for reference in references:
        if reference.target in live and live[reference.target] is None:
            by_target[reference.target].append(reference)
    findings = []
    for group in by_target.values():
        worst = next((each for each in group if each.severity is Severity.ERROR), group[0])
        others = f" ({len(group) - 1} more refer to it)" if len(group) > 1 else ""
        findings.append(Finding(worst.severity, worst.where, worst.missing + others))
    return findings


def outputs(planned: Plan, live: Found) -> dict[str, Any]:
    """The stack's outputs by ORGANIZATION/ENVIRONMENT: data plane, host names, and the namespace of each project."""
    environments: dict[str, Any] = {}
    for node in planned.nodes:
        if isinstance(node, ObjectNode) and node.key.kind == "Environment":
            context = environment_context(node.declared, planned, live)
            environments[f"{node.key.organization}/{node.key.name}"] = {
                "dataPlane": node.declared.spec.data_plane_ref,
                "hosts": context.hosts,
                "namespaces": {},
            }
        elif isinstance(node, NamespaceNode):
            of_environment = environments[f"{node.key.organization}/{node.environment.name}"]
            of_environment["namespaces"][node.project] = node.name
    return environments
