"""A stack has one rollout for all bindings that it waits for, after these and before its guard."""

from typing import Any

import pytest

from choreo_components.components.rollout import digest
from tests import declaring
from tests.components.registering import Registrations, declare, registered
from tests.declaring import Manifest, stack
from tests.standin.openchoreo_v1alpha1 import samples

TYPE = "choreo:index:Rollout"

RELEASE = "web-1"
COMPONENT = [samples.component("acme", autoDeploy=False), samples.workload("acme")]


def declared(*more: Manifest, **settings: Any) -> Registrations:
    """What a stack of a platform with two environments registers."""
    found = stack(*samples.platform("acme"), *COMPONENT, *more, **settings)
    return registered(lambda: declare(found))


def bound(**spec: str) -> Manifest:
    return samples.release_binding("acme", "staging", **spec)


def awaited(found: Registrations) -> list[str]:
    """What the stack's rollout waits for."""
    bindings = found["rollout"].inputs["bindings"]
    return sorted(f"{type_.rpartition('/')[2]} {name}" for type_, names in bindings.items() for name in names)


def test_bindings_with_a_release_are_waited_for_together_and_those_of_projects() -> None:
    found = declared(bound(releaseName=RELEASE), timeouts={"ready": "5m"})
    assert awaited(found) == [
        "ProjectReleaseBinding acme/shop-development",
        "ProjectReleaseBinding acme/shop-staging",
        "ReleaseBinding acme/web-staging",
    ]
    assert found["rollout"].inputs["timeout"] == "5m"
    assert "pulumi:providers:choreo::choreo::" in found["rollout"].request.provider


def test_it_follows_the_bindings_and_precedes_the_guard_of_the_stack() -> None:
    found = declared(bound(releaseName=RELEASE))
    # The binding of the project precedes that of its component.
    assert found["rollout"].depends_on == {"acme/web-staging", "acme/shop-development"}
    assert "rollout" in found["deletion-guard"].depends_on


@pytest.mark.parametrize("spec", [{}, {"releaseName": RELEASE, "state": "Undeploy"}], ids=["no release", "undeployed"])
def test_bindings_that_never_become_ready_are_not_among_them(spec: dict[str, str]) -> None:
    assert "ReleaseBinding acme/web-staging" not in awaited(declared(bound(**spec)))


def test_a_stack_that_waits_for_nothing_has_none() -> None:
    assert declared(bound(releaseName=RELEASE), controllers="absent").of_type(TYPE) == []
    assert registered(lambda: declare(stack(*declaring.WHOLE))).of_type(TYPE) == []


def test_a_digest_depends_on_declared_fields_only() -> None:
    one = bound(releaseName=RELEASE)
    assert digest(one) == digest({**reversed_(one), "status": {"conditions": []}})
    assert digest(one) != digest(bound(releaseName="web-2"))
    assert digest(one) != digest(one | {"metadata": one["metadata"] | {"annotations": {"example.com/note": "x"}}})


def reversed_(manifest: Manifest) -> Manifest:
    """The same object with its fields in another order."""
    return dict(reversed(manifest.items()))
