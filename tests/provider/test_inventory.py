"""The inventory: objects that exist in the cluster and were not made by the stack are not taken over silently."""

import asyncio
from contextlib import nullcontext
from typing import Any

import pytest

from choreo_components.kubernetes.client import ClusterError, Forbidden, Unauthorized, Unreachable
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, resource_named
from choreo_components.provider.resource import Failure
from choreo_components.provider.resources.inventory import Inventory
from tests.provider.fake_cluster import FakeCluster, kube_system, namespace
from tests.provider.sessions import session

ENVIRONMENTS = Resource("core.choreo.dev", "v1", "Environment", "environments")
ORGANIZATIONS = Resource("core.choreo.dev", "v1", "Organization", "organizations", namespaced=False)
inventory = Inventory()


def of_environments(data_planes: dict[str, str]) -> dict[str, dict[str, str]]:
    """The data planes of environments as an inventory has them."""
    return {"core.choreo.dev/v1/Environment": data_planes}


ALL = {
    "core.choreo.dev/v1/Organization": ["acme"],
    "core.choreo.dev/v1/Environment": ["acme/development", "acme/staging"],
    "v1/Namespace": ["acme/acme", "acme/development/dp-1"],
}
ADVICE = [
    "  Nothing was applied. To take over what has the labels of its organization, as after the loss of a state:",
    "  pulumi config set choreo:adopt if-labelled. If an object belongs to others, use another name.",
]


def environment(name: str, organization: str = "acme") -> Live:
    labels = {"core.choreo.dev/organization": organization}
    return Live(ENVIRONMENTS, {"metadata": {"name": name, "namespace": "acme", "labels": labels}})


def failures(
    cluster: FakeCluster, objects: Any, known: Any = None, adopt: str = "never", lines: list[str] | None = None
) -> dict[str, str]:
    """The failures of an inventory of these objects, which had others before."""
    olds = {} if known is None else {"objects": known}
    heard = [] if lines is None else lines
    work = inventory.check(olds, {"objects": objects, "adopt": adopt}, session(cluster, heard.append, heard.append))
    return asyncio.run(work)[1]


def refusal(*arguments: Any, **more: Any) -> list[str]:
    """The lines about the objects."""
    return failures(*arguments, **more)[""].splitlines()


def test_nothing_is_wrong_in_an_empty_cluster() -> None:
    assert failures(FakeCluster(), ALL) == {}


def test_all_existing_objects_are_named_at_once() -> None:
    acme = Live(ORGANIZATIONS, {"metadata": {"name": "acme", "labels": {"core.choreo.dev/name": "acme"}}})
    cluster = FakeCluster(acme, environment("staging"), environment("production"))
    assert refusal(cluster, ALL) == [
        "2 objects are in the cluster already and not made by this stack:",
        "  Environment acme/staging",
        "  Organization acme",
        *ADVICE,
    ]


def test_what_the_stack_had_before_belongs_to_it_and_is_not_read() -> None:
    cluster = FakeCluster(environment("development"))
    assert failures(cluster, ALL, known=ALL) == {}
    assert cluster.story == []


def checked_again(cluster: FakeCluster, olds: Any, objects: Any) -> tuple[Any, dict[str, str]]:
    """The inputs of an inventory that had the inputs `olds` and is of these objects now, and what is wrong."""
    return asyncio.run(inventory.check(olds, {"objects": objects}, session(cluster)))


def test_what_is_no_longer_declared_may_be_declared_again_as_its_deletion_may_have_been_refused() -> None:
    cluster = FakeCluster(environment("development"), environment("staging"))
    fewer = {**ALL, "core.choreo.dev/v1/Environment": ["acme/development"]}
    without, wrong = checked_again(cluster, {"objects": ALL}, fewer)
    assert wrong == {}
    assert (without["__former"], cluster.story) == ({"core.choreo.dev/v1/Environment": ["acme/staging"]}, [])

    again, wrong = checked_again(cluster, without, ALL)
    assert wrong == {}
    assert "__former" not in again


def test_what_was_removed_is_forgotten_once_it_is_gone() -> None:
    known = {
        "objects": {"core.choreo.dev/v1/Environment": ["acme/development"]},
        "__former": {"core.choreo.dev/v1/Environment": ["acme/staging"]},
    }
    gone, _ = checked_again(FakeCluster(), known, known["objects"])
    assert "__former" not in gone
    there, _ = checked_again(FakeCluster(environment("staging")), known, known["objects"])
    assert there["__former"] == known["__former"]
    unreachable = FakeCluster()
    unreachable.outages = ["no route to host"]
    unseen, _ = checked_again(unreachable, known, known["objects"])
    assert unseen["__former"] == known["__former"]


def test_only_new_objects_are_read() -> None:
    cluster = FakeCluster(environment("development"), environment("staging"))
    known = {**ALL, "core.choreo.dev/v1/Environment": ["acme/development"]}
    assert refusal(cluster, ALL, known=known)[:2] == [
        "1 object is in the cluster already and not made by this stack:",
        "  Environment acme/staging",
    ]
    assert cluster.story == ["get environments staging"]


def test_if_labelled_takes_over_what_has_its_labels_and_reports_it() -> None:
    lines: list[str] = []
    cluster = FakeCluster(environment("development"))
    assert failures(cluster, ALL, adopt="if-labelled", lines=lines) == {}
    assert lines == ["adopts Environment acme/development, which has the labels of its organization"]


def test_if_labelled_refuses_objects_without_them() -> None:
    cluster = FakeCluster(environment("development", organization="other"), namespace("acme", None, None))
    assert refusal(cluster, ALL, adopt="if-labelled") == [
        "2 objects are in the cluster already and not made by this stack:",
        "  Environment acme/development has no label core.choreo.dev/organization=acme",
        "  Namespace acme has no label core.choreo.dev/organization=acme",
        "  Nothing was applied. Objects without their organization's labels are not adopted; add the labels, or",
        "  delete the objects.",
    ]


def unlabelled(manager: str) -> Live:
    """An object without a label that names its owner, applied by a field manager."""
    metadata = {"name": "dev", "namespace": "team", "managedFields": [{"manager": manager, "operation": "Apply"}]}
    return Live(resource_named("openchoreo.dev/v1alpha1", "Environment"), {"metadata": metadata})


UNLABELLED = {"openchoreo.dev/v1alpha1/Environment": ["team/dev"]}


def test_objects_without_a_label_for_their_owner_have_other_advice() -> None:
    assert refusal(FakeCluster(unlabelled("kubectl")), UNLABELLED) == [
        "1 object is in the cluster already and not made by this stack:",
        "  Environment team/dev",
        "  Nothing was applied.",
        "  Objects of openchoreo.dev/v1alpha1 have no label that names their owner. After the loss of a state,",
        "  choreo:adopt: if-labelled takes over those that choreo has applied before; for other",
        "  objects, run choreo adopt (docs/adopt.md).",
    ]


def test_without_such_labels_if_labelled_takes_over_what_choreo_has_applied_before() -> None:
    lines: list[str] = []
    cluster = FakeCluster(unlabelled("pulumi-kubernetes-choreo"))
    assert failures(cluster, UNLABELLED, adopt="if-labelled", lines=lines) == {}
    assert lines == ["adopts Environment team/dev, which choreo has applied before"]


def test_without_such_labels_if_labelled_refuses_what_choreo_has_not_applied() -> None:
    assert refusal(FakeCluster(unlabelled("kubectl")), UNLABELLED, adopt="if-labelled") == [
        "1 object is in the cluster already and not made by this stack:",
        "  Environment team/dev",
        "  Nothing was applied.",
        "  Objects of openchoreo.dev/v1alpha1 have no label that names their owner, and choreo has not applied these;",
        "  to take over yours, run choreo adopt (docs/adopt.md).",
    ]


def test_a_data_plane_namespace_with_its_labels_belongs_to_the_environment_regardless_of_its_creator() -> None:
    """OpenChoreo's controller makes it with the first Deployment, and the finalizer would delete it in any case."""
    assert failures(FakeCluster(namespace("dp-1")), ALL) == {}


def test_a_data_plane_namespace_without_its_labels_belongs_to_others() -> None:
    assert refusal(FakeCluster(namespace("dp-1", None, None)), ALL) == [
        "1 object is in the cluster already and not made by this stack:",
        "  Namespace dp-1 has no label organization-name=acme, environment-name=development",
        "  Nothing was applied. Objects without their organization's labels are not adopted; add the labels, or",
        "  delete the objects.",
    ]


def test_an_organizations_namespace_that_was_made_and_labelled_for_it_belongs_to_it() -> None:
    labels = {"core.choreo.dev/organization": "acme"}
    assert failures(FakeCluster(Live(NAMESPACES, {"metadata": {"name": "acme", "labels": labels}})), ALL) == {}


def test_a_namespace_that_happens_to_have_the_name_of_an_organization_is_not_taken_over() -> None:
    cluster = FakeCluster(Live(NAMESPACES, {"metadata": {"name": "acme"}}))
    assert refusal(cluster, ALL)[1] == "  Namespace acme has no label core.choreo.dev/organization=acme"


def test_a_cluster_that_cannot_be_queried_is_a_warning() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    lines: list[str] = []
    assert failures(cluster, ALL, lines=lines) == {}
    assert lines == [
        "no route to host; not checked whether any of the stack's objects exists in the cluster",
    ]


def applied(cluster: FakeCluster, problem: ClusterError | None) -> None:
    """Checks and applies an inventory of new objects in a cluster that answers with a problem."""
    cluster.refusal = problem
    clusters, inputs = session(cluster), {"objects": ALL, "adopt": "never"}

    async def apply() -> None:
        await inventory.check({}, inputs, clusters)
        await inventory.update({}, inputs, clusters)
        await inventory.create(inputs, clusters)

    asyncio.run(apply())


@pytest.mark.parametrize("problem", [Unreachable("no route"), ClusterError("no usable kubeconfig")])
def test_nothing_is_applied_if_it_is_unknown_what_would_be_taken_over(problem: ClusterError) -> None:
    """The Kubernetes provider takes over what exists, and may reach a cluster that choreo could not query."""
    with pytest.raises(Failure, match=r"^nothing was applied"):
        applied(FakeCluster(), problem)
    applied(FakeCluster(), None)


def test_rights_that_come_with_a_new_namespace_are_no_obstacle() -> None:
    applied(FakeCluster(), Forbidden("403"))


def test_on_another_control_plane_the_stack_has_made_nothing_yet() -> None:
    """Objects with its names there belong to others, unless `choreo:adopt` says otherwise."""
    olds = {"objects": ALL, "__former": {"core.choreo.dev/v1/Environment": ["acme/old"]}}
    inputs = {"objects": ALL, "adopt": "never"}

    def moved(cluster: FakeCluster) -> Any:
        return asyncio.run(inventory.check(olds, inputs, session(cluster, has_moved=True)))

    assert moved(FakeCluster()) == (inputs, {})
    there = FakeCluster(environment("development"))
    assert "in the cluster already and not made by this stack" in moved(there)[1][""]
    assert asyncio.run(inventory.check(olds, inputs, session(there)))[1] == {}


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        ({"objects": "all"}, {"objects": "should map kinds to lists of names"}),
        ({"objects": {"core.choreo.dev/v1/Environment": "a"}}, {"objects": "should map kinds to lists of names"}),
        (
            {"objects": {}, "dataPlaneKubeconfigs": {"acme/east": 1}},
            {"dataPlaneKubeconfigs": "should map data planes to the texts of kubeconfigs"},
        ),
        ({"objects": {}, "adopt": "yes"}, {"adopt": "should be never or if-labelled, not 'yes'"}),
        (
            {"objects": {}, "name": "x"},
            {
                "name": "unknown property; the properties are "
                "objects, dataPlaneRefs, dataPlaneKubeconfigs, adopt, terminating"
            },
        ),
    ],
    ids=lambda value: next(iter(value)),
)
def test_inputs_that_are_wrong_are_named(inputs: Any, failure: dict[str, str]) -> None:
    assert asyncio.run(inventory.check({}, inputs, session(FakeCluster())))[1] == failure


def test_an_environment_that_moves_to_another_data_plane_is_warned_about() -> None:
    warned: list[str] = []
    olds = {
        "objects": ALL,
        "dataPlaneRefs": of_environments({"acme/development": "dp-local", "acme/staging": "dp-local"}),
    }
    news = {
        "objects": ALL,
        "dataPlaneRefs": of_environments({"acme/development": "dp-other", "acme/staging": "dp-local"}),
    }
    asyncio.run(inventory.check(olds, news, session(FakeCluster(), warn=warned.append)))
    assert warned == [
        "environment 'acme/development' moves from data plane 'dp-local' to 'dp-other': all its Deployments and "
        "namespaces are deleted, and those that this stack declares are created again there"
    ]


def test_it_is_deleted_when_all_its_objects_are_gone_or_being_deleted() -> None:
    deleting = environment("development")
    metadata = {**deleting.metadata, "deletionTimestamp": "2025-05-09T00:00:00Z"}
    cluster = FakeCluster(Live(ENVIRONMENTS, {"metadata": metadata}), environment("production"))
    asyncio.run(inventory.delete({"objects": ALL}, session(cluster)))
    assert cluster.requests("delete") == []


def test_an_object_that_is_not_in_the_state_is_named_when_everything_else_is_gone() -> None:
    with pytest.raises(Failure) as error:
        asyncio.run(inventory.delete({"objects": ALL}, session(FakeCluster(environment("staging")))))
    first, *_, last = str(error.value).splitlines()
    assert first.startswith("everything in the state was deleted, but these objects are still in the cluster")
    assert last == "  Environment acme/staging: kubectl delete environments.core.choreo.dev staging -n acme"


def test_a_cluster_that_cannot_be_queried_may_still_have_something() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    with pytest.raises(Failure, match="could not check whether anything else remains: no route to host"):
        asyncio.run(inventory.delete({"objects": ALL}, session(cluster)))


@pytest.mark.parametrize("exists", [False, True])
def test_rights_that_were_deleted_with_their_namespace_are_no_obstacle_as_it_has_no_objects(exists: bool) -> None:
    cluster = FakeCluster(*([Live(NAMESPACES, {"metadata": {"name": "acme"}})] if exists else []))
    cluster.closed = {"acme"}
    state = {"objects": {"core.choreo.dev/v1/Environment": ["acme/development", "acme/staging"]}}
    with pytest.raises(Failure, match="may not read in namespace acme") if exists else nullcontext():
        asyncio.run(inventory.delete(state, session(cluster)))


# --- What is being deleted -----------------------------------------------------------------------------------------

SINCE = "2025-05-09T00:00:00Z"
DELETING = "what is being deleted counts as missing, and nothing was applied:"


def deleting(live: Live) -> Live:
    return Live(live.resource, {**live.manifest, "metadata": {**live.metadata, "deletionTimestamp": SINCE}})


def test_what_the_program_has_found_to_be_terminating_is_refused_with_its_message() -> None:
    inputs = {"objects": ALL, "terminating": ["Pulumi.dev.yaml:3: Namespace dp-1 is being deleted"]}
    cluster = FakeCluster()
    assert asyncio.run(inventory.check({"objects": ALL}, inputs, session(cluster)))[1] == {
        "": f"{DELETING}\n  Pulumi.dev.yaml:3: Namespace dp-1 is being deleted"
    }
    assert cluster.story == []


def test_its_lines_are_a_list() -> None:
    inputs = {"objects": ALL, "terminating": "Namespace dp-1"}
    assert asyncio.run(inventory.check({}, inputs, session(FakeCluster())))[1] == {
        "terminating": "should be a list of lines"
    }


@pytest.mark.parametrize("adopt", ["never", "if-labelled"])
def test_what_is_being_deleted_is_never_taken_over(adopt: str) -> None:
    cluster = FakeCluster(deleting(environment("development")), environment("staging"), deleting(namespace("dp-1")))
    assert refusal(cluster, ALL, adopt=adopt) == [
        DELETING,
        f"  Environment acme/development is being deleted since {SINCE}, and no finalizer holds it",
        f"  Namespace dp-1 is being deleted since {SINCE}, held by kubernetes "
        "(Kubernetes' namespace controller, until all that is in it is gone)",
    ]


def test_a_refresh_warns_of_it_and_continues() -> None:
    warned: list[str] = []
    inputs = {"objects": ALL, "adopt": "never"}
    cluster = FakeCluster(deleting(environment("development")), environment("staging"), deleting(namespace("dp-1")))
    read = inventory.read("inventory", inputs, session(cluster, warn=warned.append))
    assert asyncio.run(read) == (inputs, inputs)
    assert warned == [f"Environment acme/development is being deleted since {SINCE}, and no finalizer holds it"]


def test_a_refresh_that_cannot_query_the_cluster_reports_that() -> None:
    warned: list[str] = []
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    asyncio.run(inventory.read("inventory", {"objects": ALL}, session(cluster, warn=warned.append)))
    assert warned == ["no route to host; not checked whether any of the stack's objects is being deleted"]


def test_an_import_reads_nothing() -> None:
    cluster = FakeCluster()
    assert asyncio.run(inventory.read("inventory", {}, session(cluster))) == ({}, {})
    assert cluster.story == []


# --- Data planes in separate clusters --------------------------------------------------------------------------------

EAST = {
    "dataPlaneRefs": of_environments({"acme/development": "east", "acme/staging": "here"}),
    "dataPlaneKubeconfigs": {"acme/east": "to east"},
}
ON_BOTH = {**ALL, "v1/Namespace": ["acme/acme", "acme/development/dp-1", "acme/staging/dp-2"]}


def failure(olds: Any, news: Any, control_plane: FakeCluster, east: FakeCluster) -> str | None:
    clusters = session(control_plane, data_planes={"to east": east, "to west": FakeCluster(kube_system("uid of west"))})
    return asyncio.run(inventory.check(olds, {"objects": ON_BOTH, **news}, clusters))[1].get("")


def test_namespaces_are_searched_in_the_cluster_of_their_environments_data_plane() -> None:
    foreign = namespace("dp-1", None, None)
    assert failure({}, EAST, FakeCluster(foreign), FakeCluster()) is None
    lines = failure({}, EAST, FakeCluster(), FakeCluster(foreign)) or ""
    assert "  Namespace dp-1 has no label organization-name=acme, environment-name=development" in lines.splitlines()


def test_what_remains_on_a_data_plane_is_named_too() -> None:
    state = {"objects": ON_BOTH, **EAST}
    clusters = {"to east": FakeCluster(namespace("dp-1"))}
    with pytest.raises(Failure, match="Namespace dp-1: kubectl delete namespaces dp-1"):
        asyncio.run(inventory.delete(state, session(FakeCluster(namespace("dp-1")), data_planes=clusters)))
    asyncio.run(
        inventory.delete(state, session(FakeCluster(namespace("dp-1")), data_planes={"to east": FakeCluster()}))
    )


def test_a_data_plane_that_cannot_be_queried_is_a_warning_when_everything_else_is_gone() -> None:
    """Its finalizers have just reached it, perhaps with newer credentials than the inventory has."""
    east, warned = FakeCluster(), list[str]()
    east.refusal = Unauthorized("answers 401")
    clusters = session(FakeCluster(), warn=warned.append, data_planes={"to east": east})
    asyncio.run(inventory.delete({"objects": ON_BOTH, **EAST}, clusters))
    assert warned == ["not checked which objects exist on data plane 'acme/east': answers 401"]


def test_a_data_plane_that_is_suddenly_another_cluster_is_refused() -> None:
    """A forgotten kubeconfig would otherwise move an environment, and destroy everything in it."""
    olds, news = {"objects": ON_BOTH, **EAST}, {"objects": ON_BOTH, **EAST, "dataPlaneKubeconfigs": {}}
    assert failure(olds, news, FakeCluster(), FakeCluster()) == (
        "environment 'acme/development' is on data plane 'east', which is a separate cluster, and its kubeconfig is "
        "missing: it is not in choreo:dataPlaneKubeconfigs, a Secret or the DataPlane, or the control plane did not "
        "answer. Set it in choreo:dataPlaneKubeconfigs"
    )
    lines = failure(news, olds, FakeCluster(), FakeCluster()) or ""
    assert "which was the control plane's cluster and is another one now: destroy the environment first" in lines


KNOWN = {"objects": ON_BOTH, **EAST, "__clusters": {"acme/east": "uid of east"}}


def identities(east: FakeCluster, olds: Any = None) -> Any:
    """The identities that are kept with an inventory whose data plane that is."""
    work = inventory.check(olds or {}, {"objects": {}, **EAST}, session(FakeCluster(), data_planes={"to east": east}))
    return asyncio.run(work)[0].get("__clusters")


def test_the_identities_of_data_planes_are_kept_if_they_can_be_read() -> None:
    hidden = FakeCluster()
    hidden.refusal = Forbidden("403")
    assert identities(FakeCluster(kube_system("uid of east"))) == {"acme/east": "uid of east"}
    assert identities(hidden) is None
    assert identities(hidden, KNOWN) == {"acme/east": "uid of east"}


def test_a_kubeconfig_of_another_cluster_under_the_same_name_is_refused_before_anything_is_applied() -> None:
    """What is on the one is not on the other, and so would seem to be gone."""
    lines = failure(KNOWN, EAST, FakeCluster(), FakeCluster(kube_system("another")))
    assert lines == (
        "environment 'acme/development' is on data plane 'acme/east': its kubeconfig leads to another cluster than "
        "the one that its objects were made in, so nothing was applied; use the kubeconfig of that cluster, or move "
        "the environment to a DataPlane with another name"
    )


def test_a_data_plane_without_environments_may_become_another_cluster() -> None:
    news = {**EAST, "dataPlaneRefs": of_environments({"acme/new": "east"})}
    assert failure(KNOWN, news, FakeCluster(), FakeCluster(kube_system("another"))) is None


AWAY = {
    "dataPlaneRefs": of_environments({"acme/development": "west"}),
    "dataPlaneKubeconfigs": {"acme/west": "to west"},
}
"""What EAST becomes when its environment moves, without the kubeconfig of the former data plane."""


def test_an_environment_leaves_its_data_plane_with_the_kubeconfig_that_the_state_has() -> None:
    assert failure(KNOWN, AWAY, FakeCluster(), FakeCluster(kube_system("uid of east"))) is None


@pytest.mark.parametrize(
    ("refusal", "uid", "why", "advice"),
    [
        (Unreachable("no answer"), "uid of east", "no answer", ""),
        (
            Unauthorized("answers 401"),
            "uid of east",
            "answers 401",
            "; a pulumi up before the move stores the current credentials",
        ),
        (
            None,
            "another",
            "its kubeconfig leads to another cluster than the one that its objects were made in",
            "",
        ),
    ],
    ids=["down", "its credentials withdrawn", "another cluster"],
)
def test_an_environment_cannot_leave_a_data_plane_that_cannot_be_reached(
    refusal: ClusterError | None, uid: str, why: str, advice: str
) -> None:
    east = FakeCluster(kube_system(uid))
    east.refusal = refusal
    assert failure(KNOWN, AWAY, FakeCluster(), east) == (
        f"environment 'acme/development' cannot be moved off data plane 'acme/east': {why}; nothing was applied, as "
        f"its Deployments and namespaces could not be deleted there{advice}"
    )


def test_a_secret_that_belongs_to_others_is_not_overwritten() -> None:
    secret = Live(SECRETS, {"metadata": {"name": "east-config", "namespace": "acme"}})
    lines = refusal(FakeCluster(secret), {"v1/Secret": ["acme/east-config", "acme/west-config"]})
    assert lines[:2] == ["1 object is in the cluster already and not made by this stack:", "  Secret acme/east-config"]


# --- Objects of other APIs -------------------------------------------------------------------------------------------

CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", namespaced=False)
OTHERS = {"v1/ConfigMap": ["tools/settings"], "rbac.authorization.k8s.io/v1/ClusterRole": ["reader"]}


def serving_others(*lives: Live) -> FakeCluster:
    """A cluster that serves ConfigMaps and roles, and has these."""
    cluster = FakeCluster(*lives)
    cluster.others = [CONFIG_MAPS, ROLES]
    return cluster


def settings_of(labels: dict[str, str] | None = None) -> Live:
    return Live(CONFIG_MAPS, {"metadata": {"name": "settings", "namespace": "tools", "labels": labels or {}}})


def plain_namespace(name: str) -> Live:
    return Live(NAMESPACES, {"metadata": {"name": name}})


@pytest.mark.parametrize("adopt", ["never", "if-labelled"])
def test_existing_objects_of_another_api_are_refused(adopt: str) -> None:
    cluster = serving_others(settings_of(), Live(ROLES, {"metadata": {"name": "reader"}}))
    lines = refusal(cluster, OTHERS, adopt=adopt)
    assert lines[:4] == [
        "2 objects are in the cluster already and not made by this stack:",
        "  ClusterRole reader",
        "  ConfigMap tools/settings",
        "  Nothing was applied.",
    ]
    assert "\n".join(lines[4:]).endswith("(docs/neighbours.md).")


def test_what_choreo_has_applied_before_is_taken_over_where_that_is_allowed() -> None:
    lines: list[str] = []
    fields = [{"manager": "pulumi-kubernetes-choreo", "operation": "Apply"}]
    applied = Live(CONFIG_MAPS, {"metadata": {"name": "settings", "namespace": "tools", "managedFields": fields}})
    objects = {"core.choreo.dev/v1/Organization": ["tools"], "v1/ConfigMap": ["tools/settings"]}
    assert failures(serving_others(applied), objects, adopt="if-labelled", lines=lines) == {}
    assert lines == ["adopts ConfigMap tools/settings, which choreo has applied before"]
    assert refusal(serving_others(applied), OTHERS)[1] == "  ConfigMap tools/settings"


def test_one_with_the_labels_of_its_organization_is_taken_over_where_that_is_allowed() -> None:
    objects = {"core.choreo.dev/v1/Organization": ["tools"], "v1/ConfigMap": ["tools/settings"]}
    cluster = serving_others(settings_of({"core.choreo.dev/organization": "tools"}))
    assert failures(cluster, objects, adopt="if-labelled") == {}
    assert (
        " has no label core.choreo.dev/organization=tools"
        in refusal(serving_others(settings_of()), objects, adopt="if-labelled")[1]
    )


def test_objects_of_another_api_are_read_one_by_one_as_there_may_be_many_others() -> None:
    cluster = serving_others()
    failures(cluster, {"v1/ConfigMap": ["tools/a", "tools/b"]})
    assert cluster.story == ["get configmaps a", "get configmaps b"]


def test_of_a_kind_that_the_cluster_does_not_serve_no_object_exists() -> None:
    assert failures(FakeCluster(), OTHERS) == {}


def test_an_unknown_kind_of_openchoreo_is_of_a_newer_release() -> None:
    with pytest.raises(Failure, match="upgrade the package choreo-components"):
        failures(FakeCluster(), {"openchoreo.dev/v1beta1/Environment": ["acme/development"]})


@pytest.mark.parametrize(("before", "after"), [("tools", "tools/tools"), ("tools/tools", "tools")])
def test_a_namespace_that_becomes_openchoreos_or_a_plain_one_is_the_same_object(before: str, after: str) -> None:
    cluster = serving_others(plain_namespace("tools"))
    known = {"objects": {"v1/Namespace": [before]}}
    found, wrong = checked_again(cluster, known, {"v1/Namespace": [after]})
    assert wrong == {}
    assert "__former" not in found


def test_a_plain_namespace_of_others_is_refused() -> None:
    assert refusal(serving_others(plain_namespace("tools")), {"v1/Namespace": ["tools"]})[1] == "  Namespace tools"


def test_remaining_objects_of_another_api_are_named_at_the_end() -> None:
    with pytest.raises(Failure, match="ConfigMap tools/settings: kubectl delete configmaps settings -n tools"):
        asyncio.run(inventory.delete({"objects": OTHERS}, session(serving_others(settings_of()))))
