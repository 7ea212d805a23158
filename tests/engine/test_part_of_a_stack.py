"""A part of a stack is destroyed: exactly that part is deleted, and production never is.

The stack has an environment of production and another one, each with a namespace and a Deployment. Its project, and all
that Pulumi keeps, is in a folder whose path has a space and parentheses.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from choreo_components import Controllers
from choreo_components.api import all_kinds
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.objects import NAMESPACES, resource_of
from devcluster import ControlPlane
from tests.engine import samples
from tests.engine.watching import Watcher
from tests.engine.workspace import Outcome, Workspace, leading_to

API = "kubernetes:core.choreo.dev/v1"

TRIAL, LIVE = "development", "production"


@dataclass
class Stack:
    """A stack, and what the last command deleted of its organization."""

    workspace: Workspace
    name: str
    organization: str
    deleted: set[str] = field(default_factory=set)
    """As KIND NAME."""
    whole: bool = False
    """Whether all of it is up."""

    def urn(self, end: str) -> str:
        """The URN in the state with this ending."""
        [found] = [each["urn"] for each in self.workspace.resources(self.name) if each["urn"].endswith(end)]
        return str(found)

    def object(self, kind: str, name: str) -> str:
        """The URN of an object."""
        role = f"{name}-{kind.lower()}" if kind in ("DataPlane", "Environment") else name
        return self.urn(f"${API}:{kind}::{self.organization}/{role}")

    def component(self, kind: str, name: str) -> str:
        """The URN of the component around an object."""
        return self.urn(f"choreo:core/v1:{kind}::{self.organization}/{name}")

    def destroy(self, *options: str, fails: bool = False) -> Outcome:
        """`pulumi destroy`, watched."""
        self.whole = False
        with self.watched():
            return self.workspace.run("destroy", "--yes", "--stack", self.name, *options, fails=fails)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Records what is deleted, or marked for deletion, meanwhile."""
        with Watcher(self.workspace.kubeconfig, [*map(resource_of, all_kinds().values()), NAMESPACES]) as watcher:
            yield
        events = [each for each in watcher.events if each.deleting or each.type == "DELETED"]
        own = [
            each
            for each in events
            if self.organization in (each.name, each.namespace) or each.has(organization_name=self.organization)
        ]
        self.deleted = {f"{each.kind} {each.name}" for each in own}

    def deployment(self, environment: str) -> str:
        """The environment's Deployment, as it is called in `deleted`."""
        return f"Deployment {environment}-app-{environment}"

    def namespace(self, environment: str) -> str:
        """The environment's namespace, as it is called in `deleted`."""
        return f"Namespace {data_plane_namespace(self.organization, 'customer-portal', environment)}"

    def all_of(self, environment: str) -> set[str]:
        """The environment and what it has, as it is called in `deleted`."""
        return {f"Environment {environment}", self.deployment(environment), self.namespace(environment)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, toolchain_bin: Path, control_plane: ControlPlane) -> Stack:
    """The stack of the organization."""
    place = tmp_path_factory.mktemp("part") / "a b (c)"
    place.mkdir()
    workspace = Workspace(place, leading_to(control_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)
    organization = f"acme-{uuid4().hex[:8]}"
    config = samples.stack("acme", organization)
    config["choreo:resources"].append(yaml.safe_load(samples.data_plane(organization, "dp-other")))
    workspace.stack("acme", config)
    workspace.up("acme")
    return Stack(workspace, "acme", organization)


@pytest.fixture(scope="module")
def environments(folder: Stack) -> Stack:
    """The stack of the two environments."""
    made = Stack(folder.workspace, "environments", folder.organization)
    config = samples.stack(TRIAL, made.organization)
    config["choreo:resources"] = [
        each
        for name in (TRIAL, LIVE)
        for each in (
            samples.stack(name, made.organization)["choreo:resources"][0],
            *samples.workload(made.organization, name, f"{name}-app"),
        )
    ]
    made.workspace.stack(made.name, config)
    return made


@pytest.fixture
def mixed(environments: Stack) -> Stack:
    """The stack of the two environments, all of it up."""
    if not environments.whole:
        environments.workspace.up(environments.name)
        environments.whole = True
    return environments


def test_what_is_not_protected_is_destroyed_and_production_stays_safe(mixed: Stack) -> None:
    said = mixed.destroy("--exclude-protected").said
    assert "All unprotected resources were destroyed" in said
    assert mixed.deleted == mixed.all_of(TRIAL)

    said = mixed.destroy("--skip-preview", fails=True).said
    assert "production-guard" in said, "it remains when the guard of the stack is deleted"
    assert mixed.deleted == set()


def test_one_environment_is_destroyed_with_what_depends_on_it(mixed: Stack) -> None:
    for target in (mixed.object, mixed.component):
        mixed.workspace.up(mixed.name)
        mixed.destroy("--target", target("Environment", TRIAL), "--target-dependents")
        assert mixed.deleted == mixed.all_of(TRIAL)


def test_no_more_of_an_environment_is_deleted_than_what_depends_on_the_target(mixed: Stack) -> None:
    """The finalizer would also delete what Pulumi did not make."""
    stray = f"stray-{mixed.organization}"
    mixed.workspace.create(samples.namespace(stray, mixed.organization, TRIAL))

    said = mixed.destroy("--target", mixed.urn(f"/{TRIAL}-finalizer"), "--target-dependents").said
    assert f"{TRIAL!r} of organization {mixed.organization!r} is not finalized, as its Environment stays" in said
    assert mixed.deleted == {mixed.deployment(TRIAL)}

    mixed.workspace.up(mixed.name)
    mixed.destroy("--target", mixed.urn(f"/{TRIAL}-namespace-customer-portal"), "--target-dependents")
    assert mixed.deleted == {mixed.deployment(TRIAL), mixed.namespace(TRIAL)}

    mixed.workspace.up(mixed.name)
    mixed.destroy("--target", mixed.object("Deployment", f"{TRIAL}-app-{TRIAL}"), "--target-dependents")
    assert mixed.deleted == {mixed.deployment(TRIAL)}
    mixed.workspace.kubectl("delete", "namespace", stray)


def test_without_its_dependents_a_target_is_refused_by_pulumi(mixed: Stack) -> None:
    said = mixed.destroy("--target", mixed.object("Environment", TRIAL), "--skip-preview", fails=True).said
    assert "was not specified in --target list" in said
    assert mixed.deleted == set()


def test_all_but_one_environment_is_deleted_and_that_one_loses_no_more_than_pulumi_deletes(folder: Stack) -> None:
    """Excluding an Environment excludes what it needs, and not what needs it: Pulumi deletes its namespace."""
    stack = Stack(folder.workspace, "several", folder.organization)
    names = "alpha", "beta"
    config = samples.stack(TRIAL, stack.organization)
    made = config["choreo:resources"][0]
    config["choreo:resources"] = [
        {
            **made,
            "metadata": {**made["metadata"], "name": name},
            "spec": {**made["spec"], "gateway": {"dnsPrefix": name}},
        }
        for name in names
    ]
    stack.workspace.stack(stack.name, config)
    stack.workspace.up(stack.name)
    stray = f"stray-{stack.organization}"
    stack.workspace.create(samples.namespace(stray, stack.organization, "alpha"))

    said = stack.destroy("--exclude", stack.object("Environment", "alpha")).said
    assert f"'alpha' of organization {stack.organization!r} is not finalized, as its Environment stays" in said
    assert stack.deleted == {"Environment beta", stack.namespace("alpha"), stack.namespace("beta")}

    stack.workspace.up(stack.name)
    stack.destroy()
    assert stack.deleted == {"Environment alpha", "Environment beta", f"Namespace {stray}"} | {
        stack.namespace(name) for name in names
    }


def test_no_part_of_production_is_deleted_whatever_the_options(mixed: Stack) -> None:
    """Also once the guard of the stack has been deleted with a part."""
    environment, deployment = mixed.object("Environment", LIVE), mixed.object("Deployment", f"{LIVE}-app-{LIVE}")
    finalizer, guard = mixed.urn(f"/{LIVE}-finalizer"), mixed.urn("::production-guard")
    for options in (
        ["--target", environment, "--target-dependents"],
        ["--target", deployment, "--target-dependents", "--ignore-protect"],
        ["--target", finalizer, "--target", guard, "--target-dependents", "--continue-on-error"],
        ["--exclude", mixed.object("Environment", TRIAL), "--ignore-protect"],
        ["--exclude", environment],
        [],
    ):
        said = mixed.destroy("--skip-preview", *options, fails=True).said
        assert not mixed.deleted & mixed.all_of(LIVE), f"{options}: {said}"
        assert "protected" in said


def test_a_stack_with_production_is_refused_as_a_whole_with_the_ways_to_its_other_parts(mixed: Stack) -> None:
    said = mixed.destroy("--skip-preview", fails=True).said
    assert f"production is protected, and this stack has {mixed.organization}/{LIVE}" in said
    assert "pulumi up, and then pulumi destroy --exclude-protected" in said
    assert "allowProductionDestroy" not in said
    assert mixed.deleted == set()


def test_production_that_is_declared_no_longer_stays_with_its_deployments(mixed: Stack) -> None:
    file = mixed.workspace.folder / "stacks" / f"Pulumi.{mixed.name}.yaml"
    whole = file.read_text()
    settings = yaml.safe_load(whole)
    settings["config"]["choreo:resources"] = [
        each for each in settings["config"]["choreo:resources"] if LIVE not in yaml.safe_dump(each)
    ]
    file.write_text(yaml.safe_dump(settings))
    try:
        with mixed.watched():
            said = mixed.workspace.up(mixed.name, fails=True).said
    finally:
        file.write_text(whole)
    mixed.workspace.up(mixed.name)
    assert f"production is protected, and {mixed.organization}/{LIVE} is no longer declared in this stack" in said
    assert mixed.deleted == set()


def test_only_what_others_need_is_refused_of_an_organizations_stack(mixed: Stack, folder: Stack) -> None:
    folder.destroy("--target", folder.object("DataPlane", "dp-other"), "--target-dependents")
    assert folder.deleted == {"DataPlane dp-other"}

    needed = f"DataPlane '{folder.organization}/dp-local' is still used by Environment '{TRIAL}'"
    target = "--target", folder.object("DataPlane", "dp-local"), "--target-dependents"
    said = folder.destroy("--skip-preview", *target, fails=True).said
    assert f"DataPlane {folder.organization}/dp-local stays: objects outside this stack still depend on it" in said
    assert needed in said
    assert folder.deleted == set()

    folder.workspace.up("acme")
    said = folder.destroy("--skip-preview", fails=True).said
    assert "nothing was deleted: objects outside this stack still depend on it" in said
    assert needed in said
    assert folder.deleted == set()


def test_a_state_without_guards_of_parts_and_witnesses_gets_them_and_replaces_nothing(mixed: Stack) -> None:
    """The release before wrote such a state, with one guard."""
    state = json.loads(mixed.workspace.state(mixed.name))
    resources = state["deployment"]["resources"]
    added = [
        each["urn"]
        for each in resources
        if each["type"] == "choreo:index:Witness" or each["urn"].endswith("::production-guard")
    ]
    state["deployment"]["resources"] = [
        {**each, "dependencies": [urn for urn in each.get("dependencies") or [] if urn not in added]}
        for each in resources
        if each["urn"] not in added
    ]
    mixed.workspace.run("stack", "import", "--stack", mixed.name, given=json.dumps(state))

    said = mixed.destroy("--exclude-protected", fails=True).said
    assert "pulumi up, and then pulumi destroy --exclude-protected" in said
    assert mixed.deleted == set()

    changes = mixed.workspace.up(mixed.name).changes
    assert changes.keys() == {"created", "unchanged"}
    assert changes["created"] == len(added)


def test_an_environment_is_added_by_itself_where_the_inventory_is_a_target_too(mixed: Stack) -> None:
    file = mixed.workspace.folder / "stacks" / f"Pulumi.{mixed.name}.yaml"
    whole = file.read_text()
    settings = yaml.safe_load(whole)
    settings["config"]["choreo:resources"].append(samples.stack("staging", mixed.organization)["choreo:resources"][0])
    file.write_text(yaml.safe_dump(settings))
    try:
        targets = "--target", "**Inventory::inventory", "--target", "**/staging*"
        assert "created" in mixed.workspace.up(mixed.name, *targets).changes
        mixed.workspace.up(mixed.name)
    finally:
        file.write_text(whole)
        mixed.workspace.up(mixed.name)


def test_a_change_to_a_part_of_the_stack_leaves_the_rest_as_it_is(mixed: Stack) -> None:
    before = {each["urn"] for each in mixed.workspace.resources(mixed.name)}
    target = mixed.object("Environment", TRIAL)
    assert set(mixed.workspace.up(mixed.name, "--target", target, "--target-dependents").changes) == {"unchanged"}
    assert set(mixed.workspace.up(mixed.name, "--exclude", mixed.object("Environment", LIVE)).changes) == {"unchanged"}
    assert {each["urn"] for each in mixed.workspace.resources(mixed.name)} == before
