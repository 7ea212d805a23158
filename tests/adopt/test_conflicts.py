"""The stacks of an adoption must not conflict with one another, nor with those that the project has."""

from dataclasses import replace
from typing import Any

import pytest

from choreo_components.adopt.conflicts import Claimed, settle
from choreo_components.adopt.partition import Division, divide
from choreo_components.config.project import Stack
from choreo_components.kubernetes.objects import Live
from tests import declaring
from tests.adopt.living import Manifest, acme, live, namespace


def existing(name: str, *objects: Manifest, **more: Any) -> Stack:
    """A stack that the project has."""
    declared = declaring.stack(*objects, controllers="absent", **more)
    return Stack(name, declared.settings, tuple(declared.findings))


def settled(*more: Live, existing_stacks: tuple[Stack, ...] = (), environment: str | None = None) -> Division:
    """The division of acme, with these objects as well, next to existing stacks."""
    division = divide(acme(*more), "acme", environment)
    settle(division, existing_stacks)
    return division


def test_stacks_without_conflicts_are_unchanged() -> None:
    division = settled(
        live(declaring.environment("staging")), existing_stacks=(existing("other", declaring.organization("x")),)
    )
    assert [each.stack.name for each in division.stacks] == ["acme", "acme-development", "acme-staging"]
    assert (division.left, division.warnings) == ([], [])


def test_what_another_stack_declares_is_refused_as_a_whole() -> None:
    with pytest.raises(Claimed) as refused:
        settled(existing_stacks=(existing("mine", declaring.environment()),))
    assert "\n  Environment 'development' of organization 'acme': stack 'mine'\n" in str(refused.value)
    assert "--environment" in str(refused.value)


def test_what_a_stack_of_another_cluster_declares_is_something_else() -> None:
    east = replace(existing("east", declaring.environment()), kubeconfig="east.kubeconfig")
    assert len(settled(existing_stacks=(east,)).stacks) == 2


def test_a_stack_whose_cluster_is_unknown_is_warned_of() -> None:
    sealed = replace(existing("east", declaring.environment()), kubeconfig={"secure": "v1:x"})
    division = settled(existing_stacks=(sealed,))
    assert len(division.stacks) == 2
    assert "valid only if the two stacks have different clusters" in "".join(division.warnings)


def test_the_other_environments_of_an_organization_that_a_stack_declares_can_be_taken_over() -> None:
    owner = existing("mine", declaring.organization(), declaring.data_plane())
    assert [each.stack.name for each in settled(existing_stacks=(owner,), environment="development").stacks] == ["acme"]


def test_of_two_environments_with_one_dns_prefix_the_second_stays_with_all_of_its_stack() -> None:
    division = settled(live(declaring.environment("staging", dns_prefix="development")))
    assert [each.stack.name for each in division.stacks] == ["acme", "acme-development"]
    [left] = division.left
    assert left.what == "Environment acme/staging"
    assert "'development' is the prefix of environment 'development' on data plane 'dp-local' already" in left.reason


def test_an_environment_with_the_dns_prefix_of_one_in_another_stack_stays() -> None:
    other = existing("other", declaring.environment("qa", dns_prefix="development"))
    division = settled(existing_stacks=(other,), environment="development")
    assert division.stacks == []
    assert {each.what: each.reason for each in division.left}["Deployment acme/web-development"] == (
        "its Environment cannot be adopted"
    )


def test_of_two_environments_that_would_share_a_namespace_the_second_stays() -> None:
    """Project `a-b` in `c`, and `a` in `b-c`: OpenChoreo gives both the same namespace."""
    lives = []
    for project, environment in (("a-b", "c"), ("a", "b-c")):
        deployment = declaring.deployment(f"in-{environment}", environment, project=project)
        lives += [live(declaring.environment(environment)), live(declaring.project(project)), live(deployment)]
        lives += [live(declaring.component(project=project)), live(declaring.track(project=project))]
        lives += [live(declaring.artifact(f"web-{project}", project=project))]
        deployment["spec"]["deploymentArtifactRef"] = f"web-{project}"
    assert namespace("a-b", "c").name == namespace("a", "b-c").name
    division = settled(*lives)
    names = [each.stack.name for each in division.stacks]
    assert [each for each in names if each in ("acme-c", "acme-b-c")] == ["acme-b-c"], division.left
    assert "one data-plane namespace" in {each.what: each.reason for each in division.left}["Environment acme/c"]
