"""Drift: declared fields that differ in the cluster, and nothing else."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api import ApiObject, Kind, ObjectMeta
from choreo_components.api import generations as registry
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import SECRET
from choreo_components.config.documents import Document
from choreo_components.config.settings import Declared, Settings
from choreo_components.inspection.drift import Drift, Report, drift
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.inspection.target_clusters import OpenedStack
from choreo_components.kubernetes.objects import SECRETS, Live, live_of
from choreo_components.plan.nodes import Key, ObjectNode, Plan
from choreo_components.plan.references import Index
from tests import declaring
from tests.declaring import Manifest, Stack, stack
from tests.inspection import worlds
from tests.inspection.worlds import LATER, up


def opened(made: Stack, **more: Any) -> OpenedStack:
    assert made.settings.declared, made.findings
    return OpenedStack("test", made.settings, made.plan, **more)


def drifts(made: Stack, world: Snapshot, **more: Any) -> tuple[Drift, ...]:
    return drift(opened(made, **more), world).drifts


def only(found: tuple[Drift, ...]) -> Drift:
    assert len(found) == 1, f"not one drift: {list(map(str, found))}"
    return found[0]


def differing(found: Drift) -> list[tuple[str, Any, Any]]:
    return [(each.field, each.declared, each.live) for each in found.differences]


def with_spec(made: Stack, kind: str, name: str, **fields: Any) -> Snapshot:
    """The world in which the stack is up, and fields of an object's spec were then changed."""
    return worlds.changed(up(made.plan), kind, name, spec=fields)


ENVIRONMENT = stack(declaring.environment())
PRODUCTION = declaring.environment("production")
PRODUCTION["spec"]["isProduction"] = True
PLATFORM = stack(
    declaring.organization(),
    declaring.data_plane(),
    PRODUCTION,
    declaring.pipeline(promotions=[("development", ["staging", "production"])]),
    declaring.project(),
)


def test_a_stack_that_is_up_has_no_drift() -> None:
    report = drift(opened(PLATFORM), up(PLATFORM.plan))
    # Two namespaces among them: that of the organization, and that of the project in the environment.
    assert (report.drifts, report.looked_at) == ((), 7)


VALUES = st.sampled_from(["", "a", "b"])
BOOLEANS = st.sampled_from([None, True, False])


@st.composite
def artifacts(draw: st.DrawFn) -> Manifest:
    """An artifact with lists, maps, numbers and zero values at all depths."""
    template = {
        "metadata": {"name": "port", "labels": draw(st.dictionaries(st.sampled_from(["a", "b"]), VALUES))},
        "spec": {
            "type": "HTTP",
            "service": {"port": draw(st.integers(0, 2)), "basePath": draw(VALUES)},
            "networkVisibilities": {"public": {"enable": draw(st.booleans())}},
        },
    }
    probe = {"grpc": {"port": 1, "service": draw(VALUES)}, "periodSeconds": draw(st.integers(0, 2))}
    application = {
        "args": draw(st.lists(VALUES, max_size=2)),
        "env": [{"key": "K", "value": draw(VALUES)}],
        "probes": {"readinessProbe": probe},
        "scaling": {"hpa": {"minReplicas": draw(st.sampled_from([None, 0, 1]))}},
        "task": {"disabled": draw(BOOLEANS)},
    }
    made = declaring.artifact()
    made["spec"]["configuration"] = {"endpointTemplates": [template], "application": application, "dependencies": {}}
    return made


@given(artifacts())
def test_declared_values_are_no_drift(declared: Manifest) -> None:
    made = stack(declared)
    assert drifts(made, up(made.plan)) == ()


@given(artifacts())
def test_a_zero_value_that_the_api_server_keeps_is_no_drift(declared: Manifest) -> None:
    made = stack(declared)
    assert drifts(made, with_spec(made, "DeployableArtifact", "web-1", **declared["spec"])) == ()


@given(artifacts(), artifacts())
def test_there_is_drift_if_and_only_if_other_objects_would_be_sent(first: Manifest, second: Manifest) -> None:
    one, other = stack(first), stack(second)
    same = one.settings.declared[0].object.to_wire() == other.settings.declared[0].object.to_wire()
    assert (drifts(one, up(other.plan)) == ()) is same


def test_a_changed_field_is_reported_with_its_declared_and_live_value_and_the_place() -> None:
    found = only(drifts(ENVIRONMENT, with_spec(ENVIRONMENT, "Environment", "development", gateway={"dnsPrefix": "x"})))
    (difference,) = found.differences
    assert str(found) == "Environment acme/development"
    assert differing(found) == [("spec.gateway.dnsPrefix", "development", "x")]
    assert difference.where == ENVIRONMENT.at("dnsPrefix", "choreo:resources[0].spec.gateway.dnsPrefix")


def test_a_missing_field_is_reported() -> None:
    found = only(drifts(ENVIRONMENT, with_spec(ENVIRONMENT, "Environment", "development", gateway={})))
    assert differing(found) == [("spec.gateway.dnsPrefix", "development", None)]


def test_a_declared_zero_value_differs_from_any_other() -> None:
    declared = declaring.environment()
    declared["spec"]["isProduction"] = False
    made = stack(declared)
    found = only(drifts(made, with_spec(made, "Environment", "development", isProduction=True)))
    assert differing(found) == [("spec.isProduction", False, True)]


def test_an_undeclared_field_of_the_spec_is_reported_as_foreign() -> None:
    found = only(drifts(ENVIRONMENT, with_spec(ENVIRONMENT, "Environment", "development", isProduction=True)))
    assert differing(found) == [("spec.isProduction", None, True)]
    assert found.differences[0].foreign


def test_an_undeclared_zero_value_is_no_drift() -> None:
    assert drifts(ENVIRONMENT, with_spec(ENVIRONMENT, "Environment", "development", isProduction=False)) == ()


def test_a_list_is_declared_as_a_whole_and_nothing_in_it_is_foreign() -> None:
    paths = [
        {
            "sourceEnvironmentRef": "development",
            "targetEnvironmentRefs": [{"name": "staging", "requiresApproval": True}],
        },
        {"sourceEnvironmentRef": "staging", "targetEnvironmentRefs": []},
    ]
    found = only(drifts(PLATFORM, with_spec(PLATFORM, "DeploymentPipeline", "pipeline", promotionPaths=paths)))
    assert differing(found) == [
        ("spec.promotionPaths[0].targetEnvironmentRefs[0].requiresApproval", None, True),
        ("spec.promotionPaths[0].targetEnvironmentRefs[1]", {"name": "production"}, None),
        ("spec.promotionPaths[1]", None, paths[1]),
    ]
    assert not any(each.foreign for each in found.differences)


def test_an_empty_object_that_go_writes_into_a_list_is_no_drift() -> None:
    template: dict[str, Any] = {"metadata": {"name": "port"}, "spec": {"type": "HTTP", "service": {"port": 1}}}
    declared = declaring.artifact()
    declared["spec"]["configuration"] = {"endpointTemplates": [template]}
    made = stack(declared)
    written = {**template, "spec": {**template["spec"], "schema": {"content": ""}, "apiSettings": {"backendJwt": None}}}
    world = with_spec(made, "DeployableArtifact", "web-1", configuration={"endpointTemplates": [written]})
    assert drifts(made, world) == ()


def test_a_number_that_is_a_pointer_in_go_differs_from_none() -> None:
    declared = declaring.deployment()
    declared["spec"]["revisionHistoryLimit"] = 0
    made = stack(declared)
    found = only(drifts(made, with_spec(made, "Deployment", "web-development", revisionHistoryLimit=None)))
    assert differing(found) == [("spec.revisionHistoryLimit", 0, None)]


class TestMetadata:
    """Labels and annotations: those that are declared, or derived from declared fields."""

    def test_a_changed_label_is_reported_even_if_it_was_filled_in(self) -> None:
        own = {labels.ORGANIZATION: "other", labels.NAME: "development"}
        found = only(
            drifts(
                ENVIRONMENT,
                worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", metadata={"labels": own}),
            )
        )
        assert differing(found) == [("metadata.labels[core.choreo.dev/organization]", "acme", "other")]

    def test_a_changed_or_missing_annotation_is_reported(self) -> None:
        declared = declaring.environment()
        declared["metadata"]["annotations"] = {labels.DISPLAY_NAME: "Development", labels.DESCRIPTION: "To play"}
        made = stack(declared)
        changed = worlds.changed(
            up(made.plan), "Environment", "development", metadata={"annotations": {labels.DISPLAY_NAME: "Test"}}
        )
        assert differing(only(drifts(made, changed))) == [
            ("metadata.annotations[core.choreo.dev/display-name]", "Development", "Test"),
            ("metadata.annotations[core.choreo.dev/description]", "To play", None),
        ]

    def test_what_others_have_added_is_no_drift(self) -> None:
        own = {labels.ORGANIZATION: "acme", labels.NAME: "development", "theirs": "yes"}
        metadata = {"labels": own, "annotations": {"pulumi.com/patchForce": "true"}, "finalizers": ["f"]}
        world = worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", metadata=metadata)
        assert drifts(ENVIRONMENT, world) == ()


class TestPresence:
    """Objects that are missing, being deleted, or not accepted."""

    def test_a_missing_object_is_reported_with_its_place(self) -> None:
        found = only(drifts(PLATFORM, worlds.without(up(PLATFORM.plan), "Project", "shop")))
        assert (str(found), found.live) == ("Project acme/shop", None)
        assert found.where == PLATFORM.at("name: shop", "choreo:resources[4].metadata.name")

    def test_one_that_could_not_be_listed_is_not_reported_as_missing(self) -> None:
        world = worlds.without(up(PLATFORM.plan), "Project", "shop")
        report = drift(opened(PLATFORM), replace(world, unread=worlds.unread(Project="forbidden")))
        assert (report.drifts, report.looked_at) == ((), 6)

    def test_a_kind_that_the_cluster_does_not_serve_is_named(self) -> None:
        world = worlds.without(up(PLATFORM.plan), "Project", "shop")
        found = only(drifts(PLATFORM, replace(world, served=world.served - {(API_VERSION, "Project")})))
        assert found.notes == ("the cluster does not serve Project",)

    def test_one_that_is_being_deleted_is_reported_with_its_finalizers(self) -> None:
        metadata = {"deletionTimestamp": LATER, "finalizers": ["example.com/mine"]}
        world = worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", metadata=metadata)
        found = only(drifts(ENVIRONMENT, world))
        assert found.notes == (f"being deleted since {LATER}, held by example.com/mine",)

    def test_one_that_the_controllers_have_not_accepted_is_reported_with_its_conditions(self) -> None:
        condition = {"type": "Ready", "status": "False", "reason": "Broken", "message": "it is\nbroken"}
        world = worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", status={"conditions": [condition]})
        found = only(drifts(ENVIRONMENT, world))
        assert found.notes == ("not ready (it waits for Ready=True): Ready=False Broken it is\\nbroken",)

    def test_one_that_was_accepted_before_it_was_changed_says_so(self) -> None:
        condition = {"type": "Ready", "status": "True", "observedGeneration": 1, "reason": "Yes"}
        world = worlds.changed(
            up(ENVIRONMENT.plan),
            "Environment",
            "development",
            metadata={"generation": 3},
            status={"conditions": [condition]},
        )
        assert only(drifts(ENVIRONMENT, world)).notes == (
            "not ready (it waits for Ready=True): its conditions are of generation 1, and it is at 3: Ready=True Yes",
        )

    def test_one_that_no_controller_has_processed_is_reported_as_such(self) -> None:
        world = worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", status={"conditions": []})
        assert "no controller has processed it" in only(drifts(ENVIRONMENT, world)).notes[0]

    def test_without_controllers_no_condition_is_needed(self) -> None:
        made = stack(declaring.environment(), controllers="absent")
        assert (
            drifts(made, worlds.changed(up(made.plan), "Environment", "development", status={"conditions": []})) == ()
        )

    def test_a_condition_that_the_cluster_cannot_store_is_not_needed(self) -> None:
        world = worlds.changed(up(ENVIRONMENT.plan), "Environment", "development", status={"conditions": []})
        assert drift(opened(ENVIRONMENT), world, unsupported={(API_VERSION, "Environment")}).drifts == ()


class TestNamespaces:
    """The namespaces that OpenChoreo needs."""

    NAME = data_plane_namespace("acme", "shop", "development")
    PROVISIONED = stack(declaring.environment(), projects=["shop"])

    def test_a_missing_data_plane_namespace_is_reported_at_the_project_that_needs_it(self) -> None:
        found = only(drifts(self.PROVISIONED, worlds.without(up(self.PROVISIONED.plan), "Namespace", self.NAME)))
        assert (str(found), found.live) == (f"Namespace {self.NAME}", None)
        assert found.where == self.PROVISIONED.at("- shop", "choreo:projects[0]")

    def test_one_of_its_five_labels_with_another_value_is_reported(self) -> None:
        own = labels.data_plane_namespace_labels("acme", "shop", "development") | {"environment-name": "x", "mine": "y"}
        world = worlds.changed(up(self.PROVISIONED.plan), "Namespace", self.NAME, metadata={"labels": own})
        assert differing(only(drifts(self.PROVISIONED, world))) == [
            ("metadata.labels.environment-name", "development", "x")
        ]

    def test_labels_and_annotations_in_the_settings_are_reported_at_the_setting(self) -> None:
        more = {"labels": {"team": "blue"}, "annotations": {"example.com/owner": "Blue"}}
        made = stack(declaring.environment(), projects=["shop"], namespaceMetadata=more)
        found = only(drifts(made, up(self.PROVISIONED.plan)))
        assert differing(found) == [
            ("metadata.labels.team", "blue", None),
            ("metadata.annotations[example.com/owner]", "Blue", None),
        ]
        where = made.at("choreo:namespaceMetadata", "choreo:namespaceMetadata")
        assert {each.where for each in found.differences} == {where}

    def test_and_not_where_it_is_encrypted_and_unknown(self) -> None:
        made = stack(declaring.environment(), projects=["shop"], namespaceMetadata={"labels": {"team": "placeholder"}})
        field = frozenset({"choreo:namespaceMetadata.labels.team"})
        report = drift(opened(made, secrets=field, unknown=field), up(self.PROVISIONED.plan))
        assert (report.drifts, report.unknown) == ((), 1)
        (difference,) = only(drifts(made, up(self.PROVISIONED.plan), secrets=field)).differences
        assert (difference.secret, difference.declared) == (True, None)

    def test_that_of_the_organization_is_compared_as_well(self) -> None:
        world = worlds.without(up(PLATFORM.plan), "Namespace", "acme")
        assert str(only(drifts(PLATFORM, world))) == "Namespace acme"


class Vault(WireModel):
    """A part of a made-up kind, with a secret."""

    pin: Annotated[str, SECRET]
    address: str


class SafeSpec(WireModel):
    """The spec of a made-up kind."""

    vault: Vault


class Safe(ApiObject):
    """An object of a made-up kind."""

    api_version: Literal["example.com/v1"] = "example.com/v1"
    kind: Literal["Safe"] = "Safe"
    spec: SafeSpec


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> OpenedStack:
    """A stack that declares an object of a made-up kind and generation."""
    kind = Kind(Safe, WireModel, "safes", hierarchy=(), ready_condition=None)
    generation = replace(GENERATION, api_version="example.com/v1", load=lambda: (kind,), order=("Safe",))
    monkeypatch.setattr(registry, "generations", lambda: {generation.api_version: generation})
    monkeypatch.setattr(registry, "all_kinds", lambda: {(generation.api_version, "Safe"): kind})
    spec = SafeSpec(vault=Vault(pin="0815", address="here"))
    declared = Declared(Safe(metadata=ObjectMeta(name="safe", namespace="acme"), spec=spec), Document({}, "safe.yaml"))
    node = ObjectNode(Key.of(declared), declared, wait=None)
    made = Plan((node,), needs={node.key: ()}, outside=(), findings=(), index=Index([declared]))
    return OpenedStack("test", Settings((declared,)), made)


class TestSecrets:
    """Values that are encrypted in the stack's file."""

    FIELD = "choreo:resources[0].spec.gateway.dnsPrefix"

    @pytest.mark.parametrize("secret", [FIELD, "choreo:resources", "choreo:resources[0].spec"])
    def test_of_a_secret_only_the_fact_that_it_differs_is_reported(self, secret: str) -> None:
        world = with_spec(ENVIRONMENT, "Environment", "development", gateway={"dnsPrefix": "x"})
        (difference,) = only(drifts(ENVIRONMENT, world, secrets=frozenset({secret}))).differences
        assert (difference.field, difference.secret) == ("spec.gateway.dnsPrefix", True)
        assert (difference.declared, difference.live) == (None, None)

    def test_a_value_that_holds_a_secret_is_not_shown(self) -> None:
        world = with_spec(ENVIRONMENT, "Environment", "development", gateway=None)
        (difference,) = only(drifts(ENVIRONMENT, world, secrets=frozenset({self.FIELD}))).differences
        assert (difference.field, difference.secret, difference.declared) == ("spec.gateway", True, None)

    def test_what_is_not_known_is_not_compared_and_counted(self) -> None:
        unknown = frozenset({self.FIELD, "choreo:kubeconfig"})
        world = with_spec(ENVIRONMENT, "Environment", "development", gateway={"dnsPrefix": "x"})
        report = drift(opened(ENVIRONMENT, secrets=unknown, unknown=unknown), world)
        assert (report.drifts, report.unknown) == ((), 1)

    def test_the_private_key_of_a_data_plane_is_never_shown(self) -> None:
        world = self.with_cluster(credentials={**declaring.CREDENTIALS, "clientKey": "R0VIRUlN"})
        (difference,) = only(drifts(self.WITH_KEY, world)).differences
        assert (difference.field, difference.secret) == ("spec.kubernetesCluster.credentials.clientKey", True)
        assert "R0VIRUlN" not in repr(difference)

    def test_what_else_it_says_of_its_cluster_is(self) -> None:
        world = self.with_cluster(credentials={**declaring.CREDENTIALS, "apiServerURL": "https://other"})
        [(field, _, there)] = differing(only(drifts(self.WITH_KEY, world)))
        assert (field, there) == ("spec.kubernetesCluster.credentials.apiServerURL", "https://other")

    @pytest.mark.parametrize("made", [declaring.data_plane(), declaring.data_plane_with_credentials()])
    def test_unknown_fields_where_a_private_key_may_be_are_not_shown(self, made: Manifest) -> None:
        world = self.with_cluster(credentials={**declaring.CREDENTIALS, "passphrase": "GEHEIM"})
        found = only(drifts(stack(made), world))
        assert [each.field for each in found.differences if each.secret]
        assert "GEHEIM" not in repr(found.differences)

    def test_a_secret_is_recognized_by_its_mark_regardless_of_its_name(self, safe: OpenedStack) -> None:
        [declared] = [each.declared.wire for each in safe.plan.objects]
        live = {**declared, "spec": {"vault": {"pin": "4711", "address": "there"}}}
        [found] = drift(safe, worlds.snapshot([live_of(live)])).drifts
        assert [(each.field, each.secret) for each in found.differences] == [
            ("spec.vault.pin", True),
            ("spec.vault.address", False),
        ]
        assert "4711" not in repr(found.differences)
        assert "0815" not in repr(found.differences)

    WITH_KEY = stack(declaring.data_plane_with_credentials())

    def with_cluster(self, **fields: Any) -> Snapshot:
        """The world in which the data plane has these fields for its cluster."""
        (plane,) = self.WITH_KEY.settings.declared
        cluster = plane.wire["spec"]["kubernetesCluster"]
        return with_spec(self.WITH_KEY, "DataPlane", "dp-local", kubernetesCluster={**cluster, **fields})

    def test_other_fields_than_the_secret_are_shown(self) -> None:
        world = with_spec(ENVIRONMENT, "Environment", "development", dataPlaneRef="other")
        found = only(drifts(ENVIRONMENT, world, secrets=frozenset({self.FIELD})))
        assert differing(found) == [("spec.dataPlaneRef", "dp-local", "other")]


class TestConnections:
    """The Secret that a stack makes of a data plane's kubeconfig."""

    TEXT = worlds.kubeconfig("https://east")
    MADE = stack(declaring.data_plane(), dataPlaneKubeconfigs={"dp-local": TEXT})
    FIELD = "choreo:dataPlaneKubeconfigs.dp-local"

    def report(self, *secrets: Live, known: bool = True, **unread: str) -> Report:
        world = replace(worlds.with_secrets(up(self.MADE.plan), *secrets), unread=worlds.unread(**unread))
        given: dict[str, str | Path] = {"dp-local": self.TEXT} if known else {}
        unknown = frozenset() if known else frozenset({self.FIELD})
        return drift(
            opened(self.MADE, data_plane_kubeconfigs=given, secrets=frozenset({self.FIELD}), unknown=unknown), world
        )

    def test_one_that_is_as_declared_is_no_drift(self) -> None:
        report = self.report(worlds.connection(text=self.TEXT))
        assert (report.drifts, report.looked_at, report.unknown) == ((), 2, 0)

    def test_one_that_is_missing_is_reported_at_the_setting(self) -> None:
        found = only(self.report().drifts)
        assert (str(found), found.live) == ("Secret acme/kind-1-config", None)
        assert found.where == self.MADE.at("dp-local:", self.FIELD)

    def test_one_that_could_not_be_read_is_not_reported_as_missing(self) -> None:
        report = self.report(Secret="forbidden")
        assert (report.drifts, report.looked_at) == ((), 1)

    def test_of_another_content_only_the_fact_that_it_differs_is_reported(self) -> None:
        found = only(self.report(worlds.connection(text="GEHEIM")).drifts)
        (difference,) = found.differences
        assert (difference.field, difference.secret) == ("data.kubeconfig", True)
        assert "GEHEIM" not in repr(found)
        assert base64.b64encode(b"GEHEIM").decode() not in repr(found)
        assert self.TEXT not in repr(found)

    def test_one_without_the_key_differs_also_where_the_content_is_not_known(self) -> None:
        empty = Live(SECRETS, {"metadata": worlds.connection().metadata})
        assert differing(only(self.report(empty, known=False).drifts)) == [("data.kubeconfig", None, None)]

    def test_a_content_that_is_not_known_is_not_compared_and_counted(self) -> None:
        report = self.report(worlds.connection(text="other"), known=False)
        assert (report.drifts, report.unknown) == ((), 1)

    def test_kubeconfigs_that_are_encrypted_as_a_whole_are_counted(self) -> None:
        made, unknown = stack(declaring.data_plane()), frozenset({"choreo:dataPlaneKubeconfigs"})
        assert drift(opened(made, secrets=unknown, unknown=unknown), up(made.plan)).unknown == 1

    def test_one_of_its_labels_with_another_value_is_reported(self) -> None:
        found = only(self.report(worlds.connection(text=self.TEXT, **{labels.DATAPLANE: "other"})).drifts)
        assert differing(found) == [("metadata.labels[core.choreo.dev/dataplane]", "dp-local", "other")]

    def test_one_that_is_being_deleted_is_reported(self) -> None:
        secret = worlds.connection(text=self.TEXT)
        deleting = Live(SECRETS, {**secret.manifest, "metadata": {**secret.metadata, "deletionTimestamp": LATER}})
        assert only(self.report(deleting).drifts).notes == (f"being deleted since {LATER}, and no finalizer holds it",)
