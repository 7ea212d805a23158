"""Data planes on separate clusters: environments come up, move and are deleted over two API servers."""

import base64
import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from choreo_components import Controllers
from choreo_components.api.core_v1.labels import data_plane_namespace_labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.openchoreo_v1alpha1 import names as names_of_today
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from devcluster import ControlPlane
from tests import declaring, shells
from tests.engine import by_hand, lists, samples
from tests.engine.adopting import run, take_over, versions
from tests.engine.foreign import REMOTE
from tests.engine.modes import with_controllers
from tests.engine.operators import Operators
from tests.engine.watching import Watcher
from tests.engine.workspace import Outcome, Workspace, leading_to
from tests.faults.proxy import Proxy
from tests.standin.openchoreo_v1alpha1 import samples as today

DEPLOYMENTS, ENVIRONMENTS = (resource_named("core.choreo.dev/v1", kind) for kind in ("Deployment", "Environment"))
SECRET = "kind-cluster-1-connection-config"

FOREIGN = (
    REMOTE
    + """
kubeconfig = pulumi.Config().require_secret("kubeconfig")
organization = Remote("Organization", pulumi.Config().require("organization"), {"controllers": "absent"})
plane = Remote("DataPlane", "plane", {
    "organization": organization.namespace,
    "controllers": "absent",
    "connectionConfig": kubeconfig,
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": "elsewhere-connection",
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
})
environment = Remote("Environment", "development", {
    "organization": organization.namespace,
    "controllers": "absent",
    "dataPlaneRef": plane.name,
    "dataPlaneKubeconfig": kubeconfig,
    "gateway": {"dnsPrefix": "dev"},
    "projects": ["portal"],
}, ("name", "namespace", "namespaces"))
"""
)


@dataclass(frozen=True)
class Estate:
    """An organization on the control plane whose data plane `dp-local` is the second cluster, by way of its Secret."""

    organization: str
    workspace: Workspace
    data_plane: Path
    """The kubeconfig of the second cluster's administrator."""
    operators: Operators
    """Makes operators of the second cluster."""

    def give(self) -> tuple[str, Outcome]:
        """Gives the stack of the organization new credentials of the data plane, and brings it up, as documented."""
        text = self.operators.operator(None, files=("data-plane",)).read_text().strip()
        kubeconfig = self.workspace.folder / "dp-local.kubeconfig"
        kubeconfig.write_text(text)
        documented = shells.block("docs/data-planes.md", "dataPlaneKubeconfigs").script.replace("dp-east", "dp-local")
        said = run(self.workspace, shells.WITHOUT_PREVIEWS + documented)
        kubeconfig.unlink()
        return text, Outcome(0, said)

    def rotate(self, address: str = "127.0.0.1") -> Path:
        """Puts new credentials of the data plane into the Secret, and another address of it."""
        kubeconfig = self.operators.operator(None, files=("data-plane",))
        text = kubeconfig.read_text().replace("127.0.0.1", address)
        data = {"data": {"kubeconfig": base64.b64encode(text.encode()).decode()}}
        self.workspace.kubectl("patch", "secret", SECRET, "-n", self.organization, "-p", json.dumps(data))
        return kubeconfig

    def secret(self) -> dict[str, Any]:
        """The Secret with the data plane's kubeconfig."""
        found = self.workspace.kubectl("get", "secret", SECRET, "-n", self.organization, "-o", "yaml")
        secret: dict[str, Any] = yaml.safe_load(found)
        return secret

    def secret_words(self) -> list[str]:
        """What must appear nowhere: the token in the kubeconfig, and the whole kubeconfig in base64."""
        encoded = self.secret()["data"]["kubeconfig"]
        config = yaml.safe_load(base64.b64decode(encoded))
        return [config["users"][0]["user"]["token"], encoded[:200]]

    def namespaces(self, environment: str, kubeconfig: Path) -> list[str]:
        """The environment's namespaces in one of the clusters."""
        return namespaces(kubeconfig, {"organization-name": self.organization, "environment-name": environment})


def namespaces(kubeconfig: Path, labels: Mapping[str, str]) -> list[str]:
    """The names of the namespaces in a cluster that have the labels."""
    return [live.name for live in lists.listed(kubeconfig, [lists.View(NAMESPACES, labels)])]


def set_kubeconfig(workspace: Workspace, stack: str, data_plane: str, text: str) -> None:
    """Gives a stack the kubeconfig of a data plane."""
    key = f"choreo:dataPlaneKubeconfigs.{data_plane}"
    workspace.run("config", "set", "--secret", "--path", key, "--stack", stack, given=text)


def kubectl(workspace: Workspace, kubeconfig: Path, *arguments: str, manifest: str | None = None) -> str:
    """Runs kubectl on one of the clusters."""
    return workspace.kubectl("--kubeconfig", str(kubeconfig), *arguments, manifest=manifest)


@pytest.fixture(scope="module")
def estate(
    tmp_path_factory: pytest.TempPathFactory, toolchain_bin: Path, control_plane: ControlPlane, data_plane: ControlPlane
) -> Iterator[Estate]:
    organization = f"acme-{uuid4().hex[:8]}"
    environment = leading_to(control_plane.kubeconfig, toolchain_bin)
    made = Workspace(tmp_path_factory.mktemp("estate"), environment, Controllers.ABSENT)
    made.stack("acme", samples.stack("acme", organization))
    with Operators(data_plane.kubeconfig, tmp_path_factory.mktemp("operators")) as operators:
        found = Estate(organization, made, data_plane.kubeconfig, operators)
        found.give()
        yield found
        made.destroy("acme")
        assert made.resources("acme") == []


def test_the_organizations_stack_makes_the_secret_and_does_not_show_it(estate: Estate) -> None:
    workspace = estate.workspace
    text, said = estate.give()
    assert said.changes["updated"] == 1, said.said
    secret = estate.secret()
    assert base64.b64decode(secret["data"]["kubeconfig"]).decode() == text
    assert secret["metadata"]["labels"]["core.choreo.dev/organization"] == estate.organization
    for place, seen in (("state", workspace.state("acme")), ("diff", workspace.preview("acme", "--diff").said)):
        assert not [word for word in estate.secret_words() if word in seen], f"the kubeconfig is in the {place}"


def test_drift_compares_the_secret_and_shows_nothing_of_it(estate: Estate) -> None:
    workspace = estate.workspace
    estate.give()
    before = run(workspace, "choreo drift")
    assert before.endswith("1 stack, 6 objects: no drift\n"), before

    estate.rotate()
    workspace.kubectl("label", "secret", SECRET, "-n", estate.organization, "core.choreo.dev/dataplane-")
    words = estate.secret_words()
    for output in ("text", "json"):
        said = run(workspace, f"choreo drift --output {output} || [ $? = 1 ]")
        assert not [word for word in words if word in said], "the kubeconfig is shown"
    lines = run(workspace, "choreo drift || [ $? = 1 ]").splitlines()
    assert lines[1].startswith(f"  Secret {estate.organization}/{SECRET} (stacks/Pulumi.acme.yaml:")
    assert lines[2].startswith('    metadata.labels[core.choreo.dev/dataplane]: "dp-local" -> nothing (')
    assert lines[3].startswith("    data.kubeconfig: differs (secret, not shown) (stacks/Pulumi.acme.yaml:")

    workspace.up("acme", "--refresh")
    assert run(workspace, "choreo drift") == before


@pytest.fixture
def operated(estate: Estate, tmp_path: Path) -> Iterator[Workspace]:
    """The estate's workspace, run by an operator with the roles of control-plane.yaml on the control plane."""
    administrator = estate.workspace.kubeconfig
    with Operators(administrator, tmp_path) as operators:
        kubeconfig = operators.operator(estate.organization, files=("control-plane",))
        estate.workspace.environment["KUBECONFIG"] = str(kubeconfig)
        yield estate.workspace
        estate.workspace.environment["KUBECONFIG"] = str(administrator)


def test_an_environment_needs_names_only_and_is_deleted_in_order_over_both_clusters(
    estate: Estate, operated: Workspace, control_plane: ControlPlane
) -> None:
    """With the rights of docs/permissions/control-plane.yaml here, and of data-plane.yaml there."""
    workspace, organization = operated, estate.organization
    administrator = control_plane.kubeconfig
    workspace.stack("development", samples.stack("development", organization))
    made = workspace.up("development").changes["created"]
    [own] = estate.namespaces("development", estate.data_plane)
    assert estate.namespaces("development", administrator) == []
    assert workspace.refresh("development").changes == {"unchanged": made}
    state = workspace.state("development")
    assert not [word for word in estate.secret_words() if word in state], "the data plane's kubeconfig in plain text"
    # Made by others: on the data plane they are deleted with the environment, on the control plane they remain.
    stray = f"stray-{organization}"
    for kubeconfig in (estate.data_plane, administrator):
        manifest = samples.namespace(stray, organization, "development")
        by_hand.create(kubeconfig, manifest)
    workspace.create(samples.deployment(organization, "development", "made-by-hand"))

    with (
        Watcher(administrator, [DEPLOYMENTS, NAMESPACES, ENVIRONMENTS]) as there,
        Watcher(estate.data_plane, [NAMESPACES]) as here,
    ):
        workspace.destroy("development")

    ours = [event for event in here.events if event.has(organization_name=organization)]
    deployments = [each for each in there.of(DEPLOYMENTS) if each.namespace == organization and each.type == "DELETED"]
    assert {each.name for each in deployments} == {"reading-list-service-development", "made-by-hand"}
    begun = min(event.seen for event in ours if event.deleting)
    assert max(each.seen for each in deployments) < begun, "a namespace was being deleted while a Deployment existed"
    gone = {event.name: event.seen for event in ours if event.type == "DELETED"}
    assert gone.keys() == {own.removeprefix("namespace/"), stray}
    environments = [each for each in there.of(ENVIRONMENTS) if each.namespace == organization]
    assert {each.name for each in environments if each.type == "DELETED"} == {"development"}
    going = min(each.seen for each in environments if each.deleting or each.type == "DELETED")
    assert max(gone.values()) < going, "the Environment was deleted before its namespaces"
    assert estate.namespaces("development", administrator) == [stray]
    kubectl(workspace, administrator, "delete", "namespace", stray, "--wait=false")


def test_other_credentials_and_another_address_reach_the_finalizer_with_the_next_up_and_replace_nothing(
    estate: Estate,
) -> None:
    workspace = estate.workspace
    first = estate.rotate()
    workspace.stack("staging", samples.stack("staging", estate.organization))
    workspace.up("staging")
    second = estate.rotate("localhost")
    with Watcher(estate.data_plane, [NAMESPACES]) as watcher:
        said = workspace.up("staging")
    assert not {"created", "deleted", "replaced"} & said.changes.keys(), said.said
    assert not [event for event in watcher.events if event.has(organization_name=estate.organization)]
    estate.operators.dismiss(first)

    # Credentials that are expired in the state, and valid in the Secret.
    estate.rotate()
    estate.operators.dismiss(second)
    said = workspace.destroy("staging", fails=True)
    assert "environment 'staging'" in said.said
    assert "on data plane 'dp-local' is not finalized" in said.said
    assert "answers 401" in said.said
    assert "to use other credentials than those in the state: --run-program" in said.said
    workspace.destroy("staging", "--run-program")
    assert workspace.resources("staging") == []
    assert estate.namespaces("staging", estate.data_plane) == []


def test_kubeconfigs_in_the_settings_are_rotated_by_an_up_and_the_next_destroy_uses_the_new_ones(
    estate: Estate, tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane
) -> None:
    """With nothing but the settings: the ambient kubeconfig leads nowhere."""
    organization = estate.organization
    workspace = Workspace(tmp_path, leading_to(tmp_path / "nowhere", toolchain_bin), Controllers.ABSENT)
    workspace.stack("staging", samples.stack("staging", organization))
    with Operators(control_plane.kubeconfig, tmp_path) as operators:

        def give() -> tuple[Path, Path]:
            here = operators.operator(organization, files=("control-plane",))
            there = estate.operators.operator(None, files=("data-plane",))
            workspace.run("config", "set", "--secret", "choreo:kubeconfig", "-s", "staging", given=here.read_text())
            set_kubeconfig(workspace, "staging", "dp-local", there.read_text())
            return here, there

        here, there = give()
        workspace.up("staging")
        assert len(estate.namespaces("staging", estate.data_plane)) == 1
        give()
        said = workspace.up("staging")
        assert not {"created", "deleted", "replaced"} & said.changes.keys(), said.said
        operators.dismiss(here)
        estate.operators.dismiss(there)
        workspace.destroy("staging")
    assert estate.namespaces("staging", estate.data_plane) == []


def test_a_data_plane_that_does_not_answer_is_an_error_and_the_next_destroy_resumes(
    estate: Estate, tmp_path: Path
) -> None:
    workspace = estate.workspace
    config = samples.stack("production", estate.organization)
    config |= {"choreo:timeouts": {"namespaces": "6s"}, "choreo:allowProductionDestroy": True}
    with Proxy(estate.data_plane) as proxy:
        workspace.stack("production", config)
        kubeconfig = proxy.kubeconfig(tmp_path / "kubeconfig")
        set_kubeconfig(workspace, "production", "dp-local", kubeconfig.read_text())
        workspace.up("production")
        proxy.cut()
        said = workspace.preview("production", fails=True).said
        assert "spec.dataPlaneRef: error: data plane 'dp-local' of environment 'production': " in said
        assert "cannot be reached" in said
        assert "Traceback" not in said
        said = workspace.destroy("production", fails=True).said
        assert "on data plane 'dp-local' is not finalized: timed out after 6s" in said
        assert "the next destroy resumes from here" in said
        proxy.restore()
        workspace.destroy("production")
    assert workspace.resources("production") == []


def test_an_environment_moves_from_a_separate_cluster_to_the_control_planes(estate: Estate) -> None:
    workspace = estate.workspace
    manifest = samples.data_plane(estate.organization, "dp-here").replace(SECRET, "missing")
    workspace.create(manifest)
    workspace.stack("moving", samples.stack("staging", estate.organization))
    workspace.up("moving")
    file = workspace.folder / "stacks" / "Pulumi.moving.yaml"
    file.write_text(file.read_text().replace("dataPlaneRef: dp-local", "dataPlaneRef: dp-here"))
    workspace.up("moving")
    assert estate.namespaces("staging", estate.data_plane) == []
    assert len(estate.namespaces("staging", workspace.kubeconfig)) == 1
    workspace.destroy("moving")
    assert estate.namespaces("staging", workspace.kubeconfig) == []
    workspace.kubectl("delete", "dataplanes.core.choreo.dev", "dp-here", "-n", estate.organization)


def test_an_environment_on_a_separate_cluster_is_taken_over_where_it_is(
    estate: Estate, tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane
) -> None:
    organization = estate.organization
    estate.workspace.stack("forgotten", samples.stack("staging", organization))
    estate.workspace.up("forgotten")
    estate.workspace.run("stack", "rm", "--force", "--yes", "--preserve-config", "forgotten")

    def seen() -> tuple[dict[str, str], str]:
        selector = f"organization-name={organization}"
        namespaces = kubectl(estate.workspace, estate.data_plane, "get", "namespaces", "-l", selector, "-o", "yaml")
        return versions(estate.workspace, organization), namespaces

    before = seen()
    another = Workspace(tmp_path, leading_to(control_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)
    said = run(another, f"choreo adopt --organization {organization} --environment staging --stack staging")
    changes = take_over(another, said)

    assert list(changes["staging"]) == ["unchanged"], said
    assert seen() == before
    state = another.state("staging")
    assert not [word for word in estate.secret_words() if word in state], "the data plane's kubeconfig in plain text"
    another.destroy("staging")
    assert estate.namespaces("staging", estate.data_plane) == []


def test_an_organization_with_a_separate_data_plane_is_taken_over_and_one_stack_has_its_kubeconfig(
    estate: Estate, tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane
) -> None:
    organization = estate.organization
    estate.workspace.stack("lost", samples.stack("staging", organization))
    estate.workspace.up("lost")
    estate.workspace.run("stack", "rm", "--force", "--yes", "--preserve-config", "lost")
    before = versions(estate.workspace, organization)
    another = Workspace(tmp_path, leading_to(control_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)

    said = run(another, f"choreo adopt --organization {organization} --stack acme")

    assert "warning: stack acme: Pulumi has written" in said, "the estate's own state still has it"
    imports = (another.folder / ".choreo" / "import-acme.json").read_text()
    assert not [word for word in estate.secret_words() if word in imports], "the stack has no environment"
    changes = take_over(another, said)
    assert {stack: list(each) for stack, each in changes.items()} == {
        "acme": ["unchanged"],
        "acme-staging": ["unchanged"],
    }
    assert versions(estate.workspace, organization) == before
    another.destroy("acme-staging")


# --- What the state knows ------------------------------------------------------------------------------------------


@pytest.fixture
def west(estate: Estate) -> Iterator[Estate]:
    """The estate with a second data plane, `dp-west`, whose kubeconfig is only in the settings of stacks."""
    manifest = samples.data_plane(estate.organization, "dp-west").replace(SECRET, "missing")
    estate.workspace.create(manifest)
    yield estate
    estate.workspace.kubectl("delete", "dataplanes.core.choreo.dev", "dp-west", "-n", estate.organization)


def on_west(estate: Estate, stack: str, kubeconfig: Path) -> None:
    """A stack that is up, with the environment staging on `dp-west`, whose kubeconfig is in the settings."""
    config = samples.stack("staging", estate.organization)
    config["choreo:resources"][0]["spec"]["dataPlaneRef"] = "dp-west"
    estate.workspace.stack(stack, config)
    set_kubeconfig(estate.workspace, stack, "dp-west", kubeconfig.read_text())
    estate.workspace.up(stack)
    assert len(estate.namespaces("staging", estate.data_plane)) == 1


def change(workspace: Workspace, stack: str, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edits the settings of a stack."""
    file = workspace.folder / "stacks" / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(file.read_text())
    edit(content["config"])
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def forget(workspace: Workspace, stack: str) -> None:
    """Removes the kubeconfigs of data planes from the settings of a stack."""
    change(workspace, stack, lambda config: config.pop("choreo:dataPlaneKubeconfigs"))


def test_an_environment_that_leaves_its_stack_is_deleted_on_a_data_plane_that_is_no_longer_declared(
    west: Estate,
) -> None:
    workspace = west.workspace
    config = samples.stack("staging", west.organization)
    [staging] = config["choreo:resources"]
    perf = copy.deepcopy(staging)
    perf["metadata"]["name"], perf["spec"] = "perf", {"dataPlaneRef": "dp-west", "gateway": {"dnsPrefix": "perf"}}
    workspace.stack("many", {**config, "choreo:resources": [staging, perf]})
    set_kubeconfig(workspace, "many", "dp-west", west.operators.operator(None, files=("data-plane",)).read_text())
    workspace.up("many")
    assert len(west.namespaces("perf", west.data_plane)) == 1

    forget(workspace, "many")
    change(workspace, "many", lambda config: config["choreo:resources"].pop())
    workspace.up("many")

    assert west.namespaces("perf", west.data_plane) == []
    assert len(west.namespaces("staging", west.data_plane)) == 1
    assert not [each for each in workspace.resources("many") if "dp-west" in each["urn"]]
    workspace.destroy("many")


@pytest.mark.parametrize(("stack", "options"), [("refused", ()), ("refused-again", ("--run-program",))])
def test_after_an_up_that_was_refused_the_state_still_leads_to_the_data_plane(
    west: Estate, stack: str, options: tuple[str, ...]
) -> None:
    workspace = west.workspace
    on_west(west, stack, west.operators.operator(None, files=("data-plane",)))
    before = workspace.resources(stack)
    forget(workspace, stack)
    said = workspace.up(stack, fails=True).said
    assert "is on data plane 'dp-west', which is a separate cluster, and its kubeconfig is missing" in said
    assert len(workspace.resources(stack)) == len(before)
    assert workspace.refresh(stack).changes == {"unchanged": len(before)}
    workspace.destroy(stack, *options)
    assert west.namespaces("staging", west.data_plane) == []
    assert workspace.resources(stack) == []


def test_an_environment_is_not_moved_from_a_data_plane_that_does_not_answer(west: Estate, tmp_path: Path) -> None:
    workspace = west.workspace
    with Proxy(west.data_plane) as proxy:
        on_west(west, "leaving", proxy.kubeconfig(tmp_path / "kubeconfig"))

        def move(config: dict[str, Any]) -> None:
            config["choreo:resources"][0]["spec"]["dataPlaneRef"] = "dp-local"

        change(workspace, "leaving", move)
        forget(workspace, "leaving")
        proxy.cut()
        for command in (workspace.preview, workspace.up):
            said = command("leaving", fails=True).said
            moved = (
                f"environment '{west.organization}/staging' cannot be moved off data plane '{west.organization}/dp-w"
            )
            assert moved in said
            assert "cannot be reached" in said
            assert "deleting" not in said
        proxy.restore()
        workspace.up("leaving")
    providers = {each["urn"].rpartition("::")[2] for each in workspace.resources("leaving")}
    assert f"{west.organization}/dp-local" in providers
    assert f"{west.organization}/dp-west" not in providers
    workspace.destroy("leaving")
    assert west.namespaces("staging", west.data_plane) == []


def test_a_kubeconfig_of_another_cluster_under_the_same_name_is_refused(west: Estate) -> None:
    workspace = west.workspace
    on_west(west, "mistaken", west.operators.operator(None, files=("data-plane",)))
    own = west.namespaces("staging", west.data_plane)
    set_kubeconfig(workspace, "mistaken", "dp-west", workspace.kubeconfig.read_text())
    for command in (workspace.preview, workspace.up):
        said = command("mistaken", fails=True).said
        assert f"is on data plane '{west.organization}/dp-west': its kubeconfig leads to another cluster" in said
    assert west.namespaces("staging", west.data_plane) == own
    assert west.namespaces("staging", workspace.kubeconfig) == []
    workspace.destroy("mistaken")
    assert west.namespaces("staging", west.data_plane) == []


def test_data_planes_that_name_the_same_secret_are_one_cluster_from_the_first_up_on(
    workspace: Workspace, organization: str, data_plane: ControlPlane
) -> None:
    config = samples.stack("acme", organization)
    other = yaml.safe_load(samples.data_plane(organization, "dp-other"))
    staging = samples.stack("staging", organization)["choreo:resources"][0]
    staging["spec"]["dataPlaneRef"] = "dp-other"
    config["choreo:resources"] += [other, staging]
    workspace.stack("whole", config)
    set_kubeconfig(workspace, "whole", "dp-local", data_plane.kubeconfig.read_text())
    workspace.up("whole")
    labels = {"organization-name": organization, "environment-name": "staging"}
    assert namespaces(workspace.kubeconfig, labels) == []
    assert len(namespaces(data_plane.kubeconfig, labels)) == 1
    assert workspace.preview("whole").changes.keys() == {"unchanged"}
    workspace.destroy("whole")
    assert namespaces(data_plane.kubeconfig, labels) == []


def test_a_program_in_another_language_says_where_its_data_plane_is(
    workspace: Workspace, organization: str, data_plane: ControlPlane
) -> None:
    text = data_plane.kubeconfig.read_text().strip()
    key = yaml.safe_load(text)["users"][0]["user"]["client-key-data"]
    workspace.project({"__main__.py": FOREIGN}, "foreign")
    workspace.stack("foreign")
    workspace.run("config", "set", "--stack", "foreign", "organization", organization)
    workspace.run("config", "set", "--secret", "--stack", "foreign", "kubeconfig", given=text)
    made = workspace.up("foreign").changes["created"]
    assert workspace.refresh("foreign").changes == {"unchanged": made}
    labels = {"organization-name": organization, "environment-name": "development"}
    assert len(namespaces(data_plane.kubeconfig, labels)) == 1
    assert namespaces(workspace.kubeconfig, labels) == []
    secret = workspace.kubectl("get", "secret", "elsewhere-connection", "-n", organization, "-o", "yaml")
    encoded = yaml.safe_load(secret)["data"]["kubeconfig"]
    assert base64.b64decode(encoded).decode() == text
    state = workspace.state("foreign")
    assert not [word for word in (key, encoded) if word in state], "the kubeconfig is in the state"
    workspace.destroy("foreign")
    assert namespaces(data_plane.kubeconfig, labels) == []


@with_controllers
def test_what_controllers_make_in_their_own_cluster_is_deleted_with_the_environment(
    acme: Workspace, organization: str, data_plane: ControlPlane
) -> None:
    acme.stack("development", samples.stack("development", organization))
    set_kubeconfig(acme, "development", "dp-local", data_plane.kubeconfig.read_text())
    said = acme.up("development").said
    assert "OpenChoreo's controllers that know connectionConfigRef do not read it" in said
    labels = {"organization-name": organization, "environment-name": "development"}
    assert len(namespaces(data_plane.kubeconfig, labels)) == 1, "made by the stack"
    assert len(namespaces(acme.kubeconfig, labels)) == 1, "made by the controllers"
    acme.destroy("development")
    assert namespaces(data_plane.kubeconfig, labels) == namespaces(acme.kubeconfig, labels) == []


def test_the_credentials_of_a_data_plane_lead_to_its_cluster(
    later: Workspace, data_plane: ControlPlane, organization: str
) -> None:
    """OpenChoreo v0.2.0 has them in the DataPlane, and its controllers use these."""
    config = yaml.safe_load(data_plane.kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    plane = declaring.data_plane_with_credentials(organization=organization)
    plane["spec"]["kubernetesCluster"]["credentials"] = {
        "apiServerURL": cluster["server"],
        "caCert": cluster["certificate-authority-data"],
        "clientCert": user["client-certificate-data"],
        "clientKey": user["client-key-data"],
    }
    later.stack("acme", {"choreo:resources": [declaring.organization(organization), plane]})
    later.stack(
        "development",
        {"choreo:projects": ["shop"], "choreo:resources": [declaring.environment(organization=organization)]},
    )
    later.up("acme")
    later.up("development")

    labels = {"organization-name": organization}
    assert namespaces(later.kubeconfig, labels) == []
    assert len(namespaces(data_plane.kubeconfig, labels)) == 1
    assert user["client-key-data"] not in later.state("development"), "the key in plain text"

    later.destroy("development")
    assert namespaces(data_plane.kubeconfig, labels) == []


def test_environments_on_a_data_plane_that_only_a_given_kubeconfig_reaches_are_taken_over(
    later: Workspace, data_plane: ControlPlane, organization: str
) -> None:
    """As in OpenChoreo's own installation: the address is valid only inside the cluster."""
    plane = declaring.data_plane_with_credentials(organization=organization)
    plane["spec"]["kubernetesCluster"]["credentials"]["apiServerURL"] = "https://control-plane.invalid:6443"
    name = data_plane_namespace(organization, "shop", "development")
    labels = data_plane_namespace_labels(organization, "shop", "development")
    for kubeconfig, each in (
        (later.kubeconfig, {"metadata": {"name": organization}}),
        (data_plane.kubeconfig, {"metadata": {"name": name, "labels": labels}}),
    ):
        made = yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", **each})
        by_hand.create(kubeconfig, made)
    config = {
        "choreo:controllers": "absent",
        "choreo:resources": [
            declaring.organization(organization),
            plane,
            declaring.environment(organization=organization),
        ],
    }
    read, findings = settings.read(Document(config, "test"), Path())
    assert not findings
    for declared in read.declared:
        later.create(yaml.safe_dump(declared.object.to_wire()))
    command = f"choreo adopt --organization {organization} --stack acme"
    left = run(later, f"cd $(mktemp -d) && cp {later.folder}/Pulumi.yaml . && {command}", code=1)
    assert f"not adopted: Environment {organization}/development: its namespaces are not known" in left
    assert "--data-plane-kubeconfig dp-local=FILE" in left

    (later.folder / "east.kubeconfig").symlink_to(data_plane.kubeconfig)
    documented = shells.block("docs/adopt.md", "--data-plane-kubeconfig").script.replace("dp-east", "dp-local")
    said = run(later, documented.replace("--organization acme", f"--organization {organization}"))
    changes = take_over(later, said)

    assert {stack: list(each) for stack, each in changes.items()} == {
        "acme": ["unchanged"],
        "acme-development": ["unchanged"],
    }
    assert f"Namespace {name}" not in said, "its namespace is on the data plane"
    later.destroy("acme-development")
    assert kubectl(later, data_plane.kubeconfig, "get", "namespaces", name, "--ignore-not-found") == ""


def test_an_environment_of_todays_api_has_its_namespaces_on_the_cluster_of_its_data_plane(
    workspace: Workspace, data_plane: ControlPlane
) -> None:
    """Its bindings are on the control plane, and are deleted before the namespaces."""
    team = f"team-{uuid4().hex[:8]}"
    workspace.stack("platform", {"choreo:resources": today.platform(team, ["development"])})
    set_kubeconfig(workspace, "platform", "default", data_plane.kubeconfig.read_text())
    created = workspace.up("platform").changes["created"]
    assert workspace.up("platform", "--refresh").changes == {"unchanged": created}

    labelled = {"openchoreo.dev/namespace": team, "openchoreo.dev/environment": "development"}
    own = names_of_today.data_plane_namespace(team, "shop", "development")
    assert namespaces(data_plane.kubeconfig, labelled) == [own]
    assert namespaces(workspace.kubeconfig, labelled) == []
    # Made by others: what is deployed, and a namespace there that no stack knows.
    workspace.create(yaml.safe_dump(today.release_binding(team, "development")))
    stray = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"stray-{team}", "labels": labelled}}
    by_hand.create(data_plane.kubeconfig, yaml.safe_dump(stray))

    bindings = resource_named("openchoreo.dev/v1alpha1", "ReleaseBinding")
    with Watcher(workspace.kubeconfig, [bindings]) as there, Watcher(data_plane.kubeconfig, [NAMESPACES]) as here:
        workspace.destroy("platform")
    [gone] = [each.seen for each in there.events if each.namespace == team and each.type == "DELETED"]
    ours = [each for each in here.events if each.has(**{"openchoreo.dev/namespace": team})]
    assert {each.name for each in ours if each.type == "DELETED"} == {own, f"stray-{team}"}
    assert gone < min(each.seen for each in ours if each.deleting)
    assert workspace.resources("platform") == []
