"""Permissions: the rights and kinds that a plan needs, how they are checked, and what is reported if missing."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import pytest

from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.generation import Severity
from choreo_components.config.findings import Finding
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Cluster, ClusterError, Rule
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.nodes import Key
from choreo_components.preflight.permissions import REVIEWS_AT_ONCE, VERBS, denied, needs, unserved
from tests import declaring
from tests.declaring import Manifest, Stack, stack
from tests.engine.operators import CORE_V1, V1ALPHA1
from tests.engine.operators import rights as documented
from tests.inspection.worlds import kubeconfig
from tests.standin.openchoreo_v1alpha1 import samples

KINDS_SERVED = frozenset(kind for _, kind in all_kinds())
Grant = tuple[str, str, str | None]


def rule(*verbs: str, groups: Iterable[str] = ("core.choreo.dev",), resources: Iterable[str] = ("*",)) -> Rule:
    return Rule(frozenset(verbs), frozenset(groups), frozenset(resources))


class Authorizer:
    """A cluster that grants only what it is given, and counts what it is asked.

    `rules` are those of all namespaces; `grants` are (verb, resource, name), which no rule shows.
    """

    def __init__(
        self,
        *rules: Rule,
        grants: Collection[Grant] = (),
        namespaces: Collection[str] = ("acme", "other"),
        served: Mapping[tuple[str, str], Collection[str]] | None = None,
    ) -> None:
        self.granted, self.grants, self.namespaces = rules, grants, namespaces
        self.served = {("core.choreo.dev", "v1"): KINDS_SERVED} if served is None else served
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def rules(self, namespace: str) -> Sequence[Rule]:
        self.asked.append(f"rules {namespace}")
        return self.granted

    async def allowed(
        self, verb: str, resource: Resource, namespace: str | None = None, name: str | None = None
    ) -> bool:
        self.asked.append(f"{verb} {resource.full_name} {namespace} {name}")
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return (verb, resource.full_name, name) in self.grants

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self.asked.append(f"get {resource.full_name} {name}")
        return Live(resource, {"metadata": {"name": name}}) if name in self.namespaces else None

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        self.asked.append(f"kinds {group}/{version}")
        return frozenset(self.served.get((group, version), ()))

    async def versions(self) -> Sequence[tuple[str, str]]:
        self.asked.append("versions")
        return [("apps", "v1"), *self.served]


class Blind(Authorizer):
    """A cluster that does not even show a namespace."""

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        raise ClusterError("forbidden")


def rights(cluster: Authorizer, found: Stack, controllers: Controllers = Controllers.ABSENT) -> list[Finding]:
    return asyncio.run(denied(cast(Cluster, cluster), found.plan, controllers))


def served(cluster: Authorizer, *objects: Manifest) -> list[Finding]:
    return asyncio.run(unserved(cast(Cluster, cluster), stack(*objects).plan))


def whole(resource: str, *verbs: str) -> list[Grant]:
    """The verbs on all objects of a cluster-wide resource."""
    return [(verb, resource, None) for verb in verbs]


ALL = rule("*")
ALL_NAMESPACES = whole("namespaces", *VERBS)


# --- What is needed --------------------------------------------------------------------------------------------------


def needed(found: Stack, controllers: Controllers) -> dict[str, set[str]]:
    return {str(need): need.verbs for need in needs(found.plan, controllers)}


def test_each_kind_is_needed_where_its_objects_are() -> None:
    found = stack(declaring.organization(), declaring.data_plane(), declaring.data_plane("two"))
    assert needed(found, Controllers.PRESENT) == {
        "organizations.core.choreo.dev in the whole cluster": set(VERBS),
        "dataplanes.core.choreo.dev in namespace 'acme'": set(VERBS),
        # The dependents of what is deleted.
        **{
            f"{dependants}.core.choreo.dev in namespace 'acme'": {"list"}
            for dependants in ("deploymentpipelines", "environments", "projects")
        },
    }


def test_without_controllers_the_organizations_namespace_is_needed_too() -> None:
    found = stack(declaring.organization())
    assert "namespaces in the whole cluster" in needed(found, Controllers.ABSENT)
    assert "namespaces in the whole cluster" not in needed(found, Controllers.PRESENT)


def test_an_environment_needs_what_its_finalizer_does() -> None:
    assert needed(stack(declaring.environment()), Controllers.PRESENT) == {
        "environments.core.choreo.dev in namespace 'acme'": set(VERBS),
        "deployments.core.choreo.dev in namespace 'acme'": {"list", "watch", "delete"},
        "deploymentpipelines.core.choreo.dev in namespace 'acme'": {"list"},
        "namespaces in the whole cluster": {"list", "watch", "delete"},
    }


def test_an_environment_of_todays_api_needs_what_its_finalizer_deletes_waits_for_and_reads() -> None:
    found = needed(stack(samples.environment("acme", "development")), Controllers.PRESENT)
    verbs = {"list", "watch", "delete"}
    expected = {
        "releasebindings": verbs,
        "resourcereleasebindings": verbs,
        "observabilityalertsnotificationchannels": verbs,
        "projectreleasebindings": verbs,
        "resourcereleases": {"get"},
        "deploymentpipelines": {"list", "watch"},
        "projects": {"list", "watch"},
        "projectreleases": {"list", "watch"},
        "renderedreleases": {"list", "watch"},
        "environments": set(VERBS),
    }
    assert found == {
        **{f"{plural}.openchoreo.dev in namespace 'acme'": each for plural, each in expected.items()},
        "namespaces in the whole cluster": verbs,
    }


def test_a_binding_that_is_waited_for_needs_to_read_what_controllers_make_of_it() -> None:
    one = samples.project_release_binding("acme", "development")
    made = "renderedreleases.openchoreo.dev in namespace 'acme'"
    assert needed(stack(one), Controllers.PRESENT)[made] == {"list"}
    assert made not in needed(stack(one, controllers="absent"), Controllers.ABSENT)


def test_an_environment_with_a_project_needs_namespaces() -> None:
    found = stack(declaring.environment(), projects=["shop"])
    assert needed(found, Controllers.PRESENT)["namespaces in the whole cluster"] == set(VERBS)


# --- How it is checked -----------------------------------------------------------------------------------------------


def test_one_request_shows_what_rules_allow_in_a_namespace() -> None:
    cluster = Authorizer(ALL)
    assert rights(cluster, stack(declaring.data_plane(), declaring.pipeline(), declaring.project())) == []
    assert cluster.asked == ["rules acme"]


def test_what_no_rule_shows_is_asked_for_separately() -> None:
    cluster = Authorizer(rule("get", "list", "watch"), grants=whole("dataplanes.core.choreo.dev", *VERBS))
    assert rights(cluster, stack(declaring.data_plane())) == []
    assert cluster.asked == [
        "rules acme",
        *(f"{verb} dataplanes.core.choreo.dev acme None" for verb in ("create", "patch", "delete")),
    ]


def test_a_rule_in_a_namespace_says_nothing_about_the_whole_cluster() -> None:
    cluster = Authorizer(rule("*", groups="*"))
    found = rights(cluster, stack(declaring.environment(), projects=["shop"]))
    assert [finding for finding in found if "namespaces in the whole cluster" in finding.message]


def test_a_right_to_the_stacks_own_objects_is_enough() -> None:
    named: list[Grant] = [(verb, "organizations.core.choreo.dev", "acme") for verb in VERBS]
    cluster = Authorizer(ALL, grants=[*named, *whole("organizations.core.choreo.dev", "list", "watch")])
    assert rights(cluster, stack(declaring.organization()), Controllers.PRESENT) == []
    other = rights(cluster, stack(declaring.organization(), declaring.organization("other")), Controllers.PRESENT)
    assert "cannot get, create and patch organizations.core.choreo.dev" in other[0].message


def test_a_right_to_the_stacks_own_namespaces_is_enough() -> None:
    own = data_plane_namespace("acme", "shop", "development")
    named: list[Grant] = [(verb, "namespaces", own) for verb in VERBS]
    cluster = Authorizer(ALL, grants=[*named, *whole("namespaces", "list", "watch")])
    assert rights(cluster, stack(declaring.environment(), projects=["shop"])) == []


def test_a_right_to_list_by_name_is_not_enough() -> None:
    named: list[Grant] = [(verb, "organizations.core.choreo.dev", "acme") for verb in VERBS]
    found = rights(Authorizer(grants=named), stack(declaring.organization()), Controllers.PRESENT)
    assert "cannot list organizations.core.choreo.dev in the whole cluster" in found[0].message


@pytest.mark.parametrize("count", [1, 100])
def test_the_number_of_questions_does_not_depend_on_the_number_of_namespaces(count: int) -> None:
    projects = [f"project-{number}" for number in range(count)]
    cluster = Authorizer(ALL, grants=ALL_NAMESPACES)
    assert rights(cluster, stack(declaring.environment(), projects=projects)) == []
    assert len(cluster.asked) == 1 + len(VERBS)


def test_not_everything_is_asked_at_once() -> None:
    cluster = Authorizer()
    rights(cluster, stack(declaring.environment(), projects=[f"project-{number}" for number in range(100)]))
    assert 1 < cluster.most_at_once <= REVIEWS_AT_ONCE


# --- What is reported ------------------------------------------------------------------------------------------------


def test_missing_rights_are_one_error_at_the_first_object_that_needs_them() -> None:
    found = stack(declaring.data_plane(), declaring.data_plane("two"))
    [finding] = rights(Authorizer(rule("get", "list", "watch", "delete")), found)
    assert finding.severity is Severity.ERROR
    assert finding.where == found.declared("DataPlane", "dp-local").at("kind")
    assert finding.message == (
        "the credentials cannot create and patch dataplanes.core.choreo.dev in namespace 'acme', "
        "which this stack needs; docs/permissions.md has the roles to grant"
    )


@pytest.mark.parametrize(("verb", "consequence"), [("delete", "cannot be destroyed"), ("watch", "are noticed late")])
def test_a_verb_that_an_up_does_not_need_is_a_warning(verb: str, consequence: str) -> None:
    others = rule(*(each for each in VERBS if each != verb))
    [finding] = rights(Authorizer(others), stack(declaring.data_plane()))
    assert finding.severity is Severity.WARNING
    assert f"cannot {verb} dataplanes.core.choreo.dev in namespace 'acme'" in finding.message
    assert consequence in finding.message


def test_everything_that_is_missing_is_reported_at_once() -> None:
    found = rights(Authorizer(), stack(declaring.environment(), declaring.pipeline(), projects=["shop"]))
    errors = {finding.message.partition("patch ")[2] for finding in found if finding.severity is Severity.ERROR}
    reported = "".join(errors)
    assert "environments.core.choreo.dev in namespace 'acme'" in reported
    assert "deploymentpipelines.core.choreo.dev in namespace 'acme'" in reported
    assert "namespaces in the whole cluster" in reported


@pytest.mark.parametrize("cluster", [Authorizer, Blind], ids=["not there", "not shown"])
def test_in_a_namespace_that_the_stack_has_yet_to_make_there_can_be_no_role(cluster: type[Authorizer]) -> None:
    everywhere = [*ALL_NAMESPACES, *whole("organizations.core.choreo.dev", *VERBS)]
    found = stack(declaring.organization(), declaring.data_plane())
    reported = rights(cluster(grants=everywhere, namespaces=()), found)
    [finding] = [each for each in reported if "dataplanes" in each.message]
    assert {each.severity for each in reported} == {Severity.WARNING}
    assert finding.where == found.declared("DataPlane", "dp-local").at("kind")
    assert "in namespace 'acme', which does not exist yet" in finding.message


def test_once_its_namespace_is_there_a_denial_is_final() -> None:
    everywhere = [*ALL_NAMESPACES, *whole("organizations.core.choreo.dev", *VERBS)]
    found = rights(Authorizer(grants=everywhere), stack(declaring.organization(), declaring.data_plane()))
    assert found[0].severity is Severity.ERROR
    assert "namespace 'acme', which this stack needs" in found[0].message


# --- Kinds that are not served ---------------------------------------------------------------------------------------


def test_kinds_that_are_served_need_one_request() -> None:
    cluster = Authorizer()
    assert served(cluster, declaring.organization(), declaring.data_plane()) == []
    assert cluster.asked == ["kinds core.choreo.dev/v1"]


def test_a_kind_that_is_not_served_is_an_error_that_says_where_it_is() -> None:
    others = {("core.choreo.dev", "v1"): {"Organization"}, ("core.choreo.dev", "v2"): {"DataPlane"}}
    found = served(Authorizer(served=others), declaring.organization(), declaring.data_plane(), declaring.pipeline())
    assert [(finding.severity, finding.message) for finding in found] == [
        (
            Severity.ERROR,
            "the cluster does not serve DataPlane of core.choreo.dev/v1: it serves it only in core.choreo.dev/v2",
        ),
        (
            Severity.ERROR,
            "the cluster does not serve DeploymentPipeline of core.choreo.dev/v1: no served version has this kind; "
            "install its definition or remove the object",
        ),
    ]


@pytest.mark.parametrize(
    ("others", "has"),
    [
        ({}, "it has no version of OpenChoreo; install it first"),
        ({("openchoreo.dev", "v1alpha1"): {"DataPlane"}}, "it serves openchoreo.dev/v1alpha1"),
    ],
)
def test_a_cluster_without_our_version_is_one_error(others: dict[tuple[str, str], Any], has: str) -> None:
    [finding] = served(Authorizer(served=others), declaring.organization(), declaring.data_plane())
    assert finding.message == (
        f"the cluster does not serve core.choreo.dev/v1 (needed for Organization and DataPlane): {has}"
    )


def test_a_kind_that_only_later_releases_have_is_reported_with_the_release() -> None:
    earlier = {("openchoreo.dev", "v1alpha1"): KINDS_SERVED - {"ProjectReleaseBinding"}}
    objects = samples.project("acme"), samples.project_release_binding("acme", "development")
    [finding] = served(Authorizer(served=earlier), *objects)
    assert finding.where.field == "choreo:resources[1].kind"
    assert finding.message == (
        "the cluster does not serve ProjectReleaseBinding of openchoreo.dev/v1alpha1: it is one of OpenChoreo v1.1 or "
        "earlier; upgrade OpenChoreo and its definitions, which helm upgrade does not update"
    )


def test_a_binding_that_is_added_for_an_environment_is_reported_at_its_project() -> None:
    earlier = {("openchoreo.dev", "v1alpha1"): KINDS_SERVED - {"ProjectReleaseBinding"}}
    found = stack(samples.environment("acme", "development"), projects=["shop"])
    [finding] = asyncio.run(unserved(cast(Cluster, Authorizer(served=earlier)), found.plan))
    assert finding.where.field == "choreo:projects[0]"
    assert "it is one of OpenChoreo v1.1 or earlier" in finding.message


# --- Data planes that are separate clusters --------------------------------------------------------------------------

EAST = {Key(API_VERSION, "Environment", "acme", "development"): "acme/east"}


def on_east() -> Stack:
    here = declaring.environment("here", data_plane="here")
    return stack(declaring.environment(data_plane="east"), here, projects=["shop"], controllers="absent")


def test_the_rights_to_namespaces_are_needed_on_the_cluster_of_each_environments_data_plane() -> None:
    found = on_east().plan
    reported = {str(need): need for need in needs(found, Controllers.ABSENT, EAST)}
    there = reported["namespaces in the whole cluster of data plane 'acme/east'"]
    assert (there.data_plane, there.verbs) == ("acme/east", set(VERBS))
    assert there.names == {data_plane_namespace("acme", "shop", "development")}
    assert reported["namespaces in the whole cluster"].names == {data_plane_namespace("acme", "shop", "here")}
    assert all(need.data_plane is None for need in reported.values() if need is not there)


def test_a_data_plane_is_asked_for_nothing_but_its_namespaces() -> None:
    cluster = Authorizer()
    found = asyncio.run(denied(cast(Cluster, cluster), on_east().plan, Controllers.ABSENT, EAST, "acme/east"))
    assert {question.split()[1] for question in cluster.asked} == {"namespaces"}
    assert "the credentials cannot get, list, create and patch namespaces in the whole cluster of data plane" in str(
        found[0]
    )


def test_only_the_stack_that_makes_a_data_planes_secret_needs_rights_to_it_beforehand() -> None:
    objects = [declaring.data_plane(), declaring.environment()]
    making = stack(*objects, dataPlaneKubeconfigs={"dp-local": "a"}).plan
    reported = {str(need): need.verbs for need in needs(making, Controllers.PRESENT)}
    assert reported["secrets in namespace 'acme'"] == set(VERBS)
    assert not [need for need in needs(stack(*objects).plan, Controllers.PRESENT) if need.resource.plural == "secrets"]


# --- What the documented roles grant ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "objects"),
    [(CORE_V1, declaring.every_kind()), (V1ALPHA1, samples.every_kind("acme"))],
    ids=["core_v1", "v1alpha1"],
)
def test_the_documented_roles_grant_exactly_what_a_stack_with_an_object_of_each_kind_needs(
    files: Sequence[str], objects: Sequence[Manifest]
) -> None:
    # With a kubeconfig, the Secret of a data plane is part of the stack too, if the API has one.
    own = {"dp-local": kubeconfig("https://east.example")} if files is CORE_V1 else {}
    found = stack(*objects, dataPlaneKubeconfigs=own) if own else stack(*objects)
    needed = {
        (verb, need.resource.full_name, need.namespace)
        for need in needs(found.plan, Controllers.ABSENT)
        for verb in need.verbs
    }
    granted = {
        (right.verb, resource.full_name, "acme" if resource.namespaced else None)
        for right in documented(files)
        for resource in right.resources
        # What commands read in addition.
        if right.role != "choreo-v1alpha1-releases"
    }
    assert granted == needed
