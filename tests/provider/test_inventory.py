"""The inventory: what is in the cluster already and was not made by the stack is not taken over in passing."""

import asyncio
from typing import Any

import pytest

from choreo_components.cluster import NAMESPACES, SECRETS, Live, Resource
from choreo_components.provider import inventory
from choreo_components.provider.custom import Failure
from tests.provider.fake_cluster import FakeCluster, namespace
from tests.provider.sessions import session

ENVIRONMENTS = Resource("core.choreo.dev", "v1", "Environment", "environments")
ORGANIZATIONS = Resource("core.choreo.dev", "v1", "Organization", "organizations", namespaced=False)
ALL = {
    "Organization": ["acme"],
    "Environment": ["acme/development", "acme/staging"],
    "Namespace": ["acme/acme", "acme/development/dp-1"],
}
ADVICE = [
    "  Nothing was applied. To take over what carries the labels of its organization (after the state was lost,",
    "  say): pulumi config set choreo:adopt if-labelled. What is somebody else's needs another name.",
]


def environment(name: str, organization: str = "acme") -> Live:
    labels = {"core.choreo.dev/organization": organization}
    return Live(ENVIRONMENTS, {"metadata": {"name": name, "namespace": "acme", "labels": labels}})


def failures(
    cluster: FakeCluster, objects: Any, known: Any = None, adopt: str = "never", told: list[str] | None = None
) -> dict[str, str]:
    """What is wrong with an inventory of these objects, which knew others before."""
    olds = {} if known is None else {"objects": known}
    heard = [] if told is None else told
    work = inventory.check(olds, {"objects": objects, "adopt": adopt}, session(cluster, heard.append, heard.append))
    return asyncio.run(work)[1]


def refusal(*arguments: Any, **more: Any) -> list[str]:
    """The lines about the objects."""
    return failures(*arguments, **more)[""].splitlines()


def test_nothing_is_wrong_in_an_empty_cluster() -> None:
    assert failures(FakeCluster(), ALL) == {}


def test_all_that_is_there_already_is_named_at_once() -> None:
    acme = Live(ORGANIZATIONS, {"metadata": {"name": "acme", "labels": {"core.choreo.dev/name": "acme"}}})
    cluster = FakeCluster(acme, environment("staging"), environment("production"))
    assert refusal(cluster, ALL) == [
        "2 objects are in the cluster already and not made by this stack:",
        "  Environment acme/staging",
        "  Organization acme",
        *ADVICE,
    ]


def test_what_the_stack_knew_before_is_its_own_and_not_even_asked_for() -> None:
    cluster = FakeCluster(environment("development"))
    assert failures(cluster, ALL, known=ALL) == {}
    assert cluster.story == []


def test_only_what_is_new_is_asked_for() -> None:
    cluster = FakeCluster(environment("development"), environment("staging"))
    known = {**ALL, "Environment": ["acme/development"]}
    assert refusal(cluster, ALL, known=known)[:2] == [
        "1 object is in the cluster already and not made by this stack:",
        "  Environment acme/staging",
    ]
    assert cluster.story == ["get environments staging"]


def test_if_labelled_takes_over_what_carries_its_labels_and_says_so() -> None:
    told: list[str] = []
    cluster = FakeCluster(environment("development"))
    assert failures(cluster, ALL, adopt="if-labelled", told=told) == {}
    assert told == ["adopts Environment acme/development, which carries the labels of its organization"]


def test_if_labelled_refuses_what_lacks_them() -> None:
    cluster = FakeCluster(environment("development", organization="other"), namespace("acme", None, None))
    assert refusal(cluster, ALL, adopt="if-labelled") == [
        "2 objects are in the cluster already and not made by this stack:",
        "  Environment acme/development lacks core.choreo.dev/organization=acme",
        "  Namespace acme lacks core.choreo.dev/organization=acme",
        "  Nothing was applied. What lacks its labels is not adopted: label it, or delete it.",
    ]


def test_a_data_plane_namespace_with_its_labels_is_the_environments_whoever_made_it() -> None:
    """OpenChoreo's controller makes it with the first Deployment, and the finalizer would delete it in any case."""
    assert failures(FakeCluster(namespace("dp-1")), ALL) == {}


def test_a_data_plane_namespace_without_its_labels_is_somebody_elses() -> None:
    assert refusal(FakeCluster(namespace("dp-1", None, None)), ALL) == [
        "1 object is in the cluster already and not made by this stack:",
        "  Namespace dp-1 lacks organization-name=acme, environment-name=development",
        "  Nothing was applied. What lacks its labels is not adopted: label it, or delete it.",
    ]


def test_an_organizations_namespace_that_was_made_and_labelled_for_it_is_its_own() -> None:
    labels = {"core.choreo.dev/organization": "acme"}
    assert failures(FakeCluster(Live(NAMESPACES, {"metadata": {"name": "acme", "labels": labels}})), ALL) == {}


def test_a_namespace_that_happens_to_be_called_like_an_organization_is_not_taken_over() -> None:
    cluster = FakeCluster(Live(NAMESPACES, {"metadata": {"name": "acme"}}))
    assert refusal(cluster, ALL)[1] == "  Namespace acme lacks core.choreo.dev/organization=acme"


def test_a_cluster_that_cannot_be_asked_is_a_warning() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    told: list[str] = []
    assert failures(cluster, ALL, told=told) == {}
    assert told == [
        "no route to host; not checked whether any of the stack's objects is in the cluster already",
    ]


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        ({"objects": "all"}, {"objects": "should map kinds to lists of names"}),
        ({"objects": {"Environment": "a"}}, {"objects": "should map kinds to lists of names"}),
        ({"objects": {}, "adopt": "yes"}, {"adopt": "should be never or if-labelled, not 'yes'"}),
        (
            {"objects": {}, "name": "x"},
            {"name": "unknown property; the properties are objects, dataPlaneRefs, remoteDataPlanes, adopt"},
        ),
    ],
    ids=lambda value: next(iter(value)),
)
def test_inputs_that_are_wrong_are_named(inputs: Any, failure: dict[str, str]) -> None:
    assert asyncio.run(inventory.check({}, inputs, session(FakeCluster())))[1] == failure


def test_an_environment_that_moves_to_another_data_plane_is_warned_about() -> None:
    warned: list[str] = []
    olds = {"objects": ALL, "dataPlaneRefs": {"acme/development": "dp-local", "acme/staging": "dp-local"}}
    news = {"objects": ALL, "dataPlaneRefs": {"acme/development": "dp-other", "acme/staging": "dp-local"}}
    asyncio.run(inventory.check(olds, news, session(FakeCluster(), warn=warned.append)))
    assert warned == [
        "environment 'acme/development' moves from data plane 'dp-local' to 'dp-other': all its Deployments and "
        "namespaces are deleted, and made anew there as far as this stack declares them"
    ]


def test_it_goes_when_all_that_it_names_is_gone_or_going() -> None:
    going = environment("development")
    metadata = {**going.metadata, "deletionTimestamp": "2025-05-09T00:00:00Z"}
    cluster = FakeCluster(Live(ENVIRONMENTS, {"metadata": metadata}), environment("production"))
    asyncio.run(inventory.delete({"objects": ALL}, session(cluster)))
    assert cluster.requests("delete") == []


def test_what_pulumi_has_made_and_forgotten_is_named_when_all_the_rest_is_gone() -> None:
    with pytest.raises(Failure) as error:
        asyncio.run(inventory.delete({"objects": ALL}, session(FakeCluster(environment("staging")))))
    first, *_, last = str(error.value).splitlines()
    assert first.startswith("all that Pulumi knows of is gone, and this is still in the cluster")
    assert last == "  Environment acme/staging: kubectl delete environments.core.choreo.dev staging -n acme"


def test_a_cluster_that_cannot_be_asked_may_still_have_something() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    with pytest.raises(Failure, match="whether anything else is left: no route to host"):
        asyncio.run(inventory.delete({"objects": ALL}, session(cluster)))


# --- Data planes that are clusters of their own --------------------------------------------------------------------

EAST = {"dataPlaneRefs": {"acme/development": "east", "acme/staging": "here"}, "remoteDataPlanes": ["acme/east"]}
ON_BOTH = {**ALL, "Namespace": ["acme/acme", "acme/development/dp-1", "acme/staging/dp-2"]}


def failure(olds: Any, news: Any, control_plane: FakeCluster, east: FakeCluster) -> str | None:
    work = inventory.check(olds, {"objects": ON_BOTH, **news}, session(control_plane, data_planes={"acme/east": east}))
    return asyncio.run(work)[1].get("")


def test_namespaces_are_looked_for_in_the_cluster_of_their_environments_data_plane() -> None:
    foreign = namespace("dp-1", None, None)
    assert failure({}, EAST, FakeCluster(foreign), FakeCluster()) is None
    told = failure({}, EAST, FakeCluster(), FakeCluster(foreign)) or ""
    assert "  Namespace dp-1 lacks organization-name=acme, environment-name=development" in told.splitlines()


def test_what_is_left_on_a_data_plane_is_named_too() -> None:
    state = {"objects": ON_BOTH, **EAST}
    clusters = {"acme/east": FakeCluster(namespace("dp-1"))}
    with pytest.raises(Failure, match="Namespace dp-1: kubectl delete namespaces dp-1"):
        asyncio.run(inventory.delete(state, session(FakeCluster(namespace("dp-1")), data_planes=clusters)))
    asyncio.run(
        inventory.delete(state, session(FakeCluster(namespace("dp-1")), data_planes={"acme/east": FakeCluster()}))
    )


def test_a_data_plane_that_is_another_cluster_all_of_a_sudden_is_refused() -> None:
    """A kubeconfig that somebody forgot would otherwise move an environment, and destroy all that it has."""
    olds, news = {"objects": ON_BOTH, **EAST}, {"objects": ON_BOTH, **EAST, "remoteDataPlanes": []}
    assert failure(olds, news, FakeCluster(), FakeCluster()) == (
        "environment 'acme/development' is on data plane 'east', which is a cluster of its own, and now nothing says "
        "which: neither choreo:dataPlaneKubeconfigs, nor a Secret, nor the DataPlane itself, or the control plane did "
        "not answer"
    )
    told = failure(news, olds, FakeCluster(), FakeCluster()) or ""
    assert "which was the control plane's cluster and is another one now: destroy the environment first" in told


def test_a_secret_that_somebody_else_has_made_is_not_overwritten() -> None:
    secret = Live(SECRETS, {"metadata": {"name": "east-config", "namespace": "acme"}})
    told = refusal(FakeCluster(secret), {"Secret": ["acme/east-config", "acme/west-config"]})
    assert told[:2] == ["1 object is in the cluster already and not made by this stack:", "  Secret acme/east-config"]
