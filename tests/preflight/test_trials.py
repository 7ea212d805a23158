"""Trials: the API server reports what it would refuse of new and changed objects, unless a check found it before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden, Refusal
from choreo_components.kubernetes.objects import Resource
from choreo_components.preflight.existing import Existing
from choreo_components.preflight.trials import TRIALS_AT_ONCE, trials
from tests import apiserver, declaring
from tests.apiserver import ApiServer, answer
from tests.declaring import Manifest, Stack, stack
from tests.preflight.test_existing import live
from tests.standin.openchoreo_v1alpha1 import samples


class Answers:
    """A cluster that refuses objects of these names."""

    def __init__(self, against: Mapping[str, Refusal] | None = None, problem: ClusterError | None = None) -> None:
        self.against, self.problem = against or {}, problem
        self.tried: list[str] = []
        self.at_once = self.most_at_once = 0

    async def refusals(
        self, resource: Resource, name: str, manifest: Mapping[str, Any], namespace: str | None = None
    ) -> Sequence[Refusal]:
        self.tried.append(f"{resource.kind} {namespace}/{name}")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.problem is not None:
            raise self.problem
        return [self.against[name]] if name in self.against else []


def reported(found: Stack, answers: Answers, *existing: Manifest) -> list[str]:
    cluster = cast(Cluster, answers)
    findings = asyncio.run(trials(cluster, found.plan, Existing(map(live, existing))))
    return [str(each).partition(": ")[2] for each in findings]


COMPONENT = samples.component("acme", traits=[{"name": "volume", "instanceName": "data"}])


def test_what_a_webhook_refuses_is_an_error_at_its_field() -> None:
    refusal = Refusal("spec.traits[0].instanceName", 'Duplicate value: "data"')
    assert reported(stack(COMPONENT), Answers({"web": refusal})) == [
        'choreo:resources[0].spec.traits[0].instanceName: error: the cluster would refuse it: Duplicate value: "data"'
    ]


def up(found: Stack) -> list[Manifest]:
    """The objects of a stack as the cluster has them, with what it adds."""
    return [{**each.wire, "status": {"conditions": []}} for each in found.settings.declared]


def test_what_exists_as_declared_is_not_tried() -> None:
    answers = Answers()
    reported(stack(COMPONENT, samples.component("acme", "new")), answers, *up(stack(COMPONENT)))
    assert answers.tried == ["Component acme/new"]


def test_what_is_changed_is_tried() -> None:
    answers = Answers()
    changed = samples.component("acme", parameters={"replicas": 2})
    reported(stack(changed), answers, *up(stack(samples.component("acme"))))
    assert answers.tried == ["Component acme/web"]


@pytest.mark.parametrize(
    ("declared", "existing"),
    [
        ([samples.tenant("acme"), samples.component("acme")], [samples.component("acme")]),
        ([samples.environment("acme", "dev", plane="east")], [samples.environment("acme", "dev", plane="west")]),
        ([declaring.data_plane()], []),
    ],
    ids=["in a namespace that does not exist yet", "replaced", "of the API that has no rules"],
)
def test_what_the_api_server_cannot_check_is_not_tried(declared: list[Manifest], existing: list[Manifest]) -> None:
    answers = Answers()
    reported(stack(*declared), answers, *existing)
    assert [each for each in answers.tried if not each.startswith("Namespace")] == []


def test_what_cannot_be_tried_is_one_warning() -> None:
    answers = Answers(problem=Forbidden("apply components.openchoreo.dev on trial: 403"))
    [line] = reported(stack(*(samples.component("acme", f"c{number}") for number in range(100))), answers)
    assert line.endswith(
        "warning: apply components.openchoreo.dev on trial: 403; not checked whether the cluster would accept this "
        "object and others of this stack"
    )
    assert len(answers.tried) <= TRIALS_AT_ONCE


def test_the_number_of_concurrent_trials_is_limited() -> None:
    answers = Answers()
    reported(stack(*(samples.component("acme", f"c{number}") for number in range(50))), answers)
    assert len(answers.tried) == 50
    assert answers.most_at_once == TRIALS_AT_ONCE


# --- What an API server answers ------------------------------------------------------------------------------------


def status(code: int, message: str, *causes: Mapping[str, str]) -> bytes:
    return answer(code, {"kind": "Status", "code": code, "message": message, "details": {"causes": list(causes)}})


def answered(script: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """The objections of the answer to a Component, and the request."""

    async def ask() -> tuple[list[tuple[str, str]], list[str]]:
        resource = live(COMPONENT).resource
        async with ApiServer([script]) as server, Cluster(apiserver.kubeconfig(server.url)) as cluster:
            found = await cluster.refusals(resource, "web", COMPONENT, "acme")
            return [(each.field, each.why) for each in found], server.asked

    return asyncio.run(ask())


def test_an_object_is_applied_as_a_strict_dry_run() -> None:
    found, asked = answered(answer(200, COMPONENT))
    assert found == []
    assert asked == [
        "PATCH /apis/openchoreo.dev/v1alpha1/namespaces/acme/components/web"
        "?fieldManager=choreo-preview&force=true&dryRun=All&fieldValidation=Strict"
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            status(422, "invalid", {"field": "spec.type", "message": "Required value"}),
            [("spec.type", "Required value")],
        ),
        (
            status(403, 'admission webhook "v.kb.io" denied the request: no'),
            [("", 'admission webhook "v.kb.io" denied the request: no')],
        ),
        (
            status(400, 'strict decoding error: unknown field "spec.x"'),
            [("", 'strict decoding error: unknown field "spec.x"')],
        ),
        (
            status(
                500, "failed to create typed patch object (acme/web; x/v1, Kind=Component): .spec.x: field not known"
            ),
            [("spec.x", "field not known")],
        ),
        (status(404, 'namespaces "acme" not found'), []),
        (answer(404, "404 page not found\n"), []),
    ],
    ids=["a rule", "a webhook", "an unknown field", "one that cannot be applied", "no namespace", "no such kind"],
)
def test_objections_to_an_object_are_read_from_the_answer(script: bytes, expected: list[tuple[str, str]]) -> None:
    assert answered(script)[0] == expected


@pytest.mark.parametrize(
    "script",
    [
        status(403, 'components.openchoreo.dev "web" is forbidden: User "x" cannot patch resource'),
        status(500, 'Internal error occurred: failed calling webhook "v.kb.io": connection refused'),
    ],
    ids=["a right that is missing", "a webhook that is away"],
)
def test_what_is_not_about_the_object_is_no_objection(script: bytes) -> None:
    with pytest.raises(ClusterError, match=r"apply components\.openchoreo\.dev web on trial: "):
        answered(script)
