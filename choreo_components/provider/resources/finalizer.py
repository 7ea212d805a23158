"""Finalizer of an environment: a resource whose deletion deletes what is deployed to it, then its namespaces.

In the graph it is after the Environment and its namespaces and before what is deployed, so that a plain `pulumi
destroy`, which runs no program, deletes it at the right moment.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from choreo_components.api import Generation, Role, UnknownKindError, generation_of
from choreo_components.api.generations import generations
from choreo_components.config.durations import seconds
from choreo_components.kubernetes.cluster_identity import LEAVING, AnotherCluster, recognize
from choreo_components.provider.protocol import UNKNOWN
from choreo_components.provider.resource import (
    CustomResource,
    Failure,
    Properties,
    Session,
    differences,
    given,
    not_known,
    resource_of,
    strings,
    unknown,
)
from choreo_components.state.contract import FORM, FORM_VERSION, Found
from choreo_components.state.contract import Finalizer as Names
from choreo_components.state.names import Identity, Type, full_name_of_data_plane

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live
    from choreo_components.teardown.informer import Selection
    from choreo_components.teardown.removal import LiveCluster

IDENTITY = (Names.API_VERSION, Names.NAMESPACE, Names.ENVIRONMENT, Names.DATA_PLANE_REF)
"""The inputs that identify the environment and its data plane: another value is another finalizer."""

DEADLINES = (Names.DEPLOYMENTS_TIMEOUT, Names.NAMESPACES_TIMEOUT)
"""The inputs that are durations, in the order of the steps."""


class EnvironmentFinalizer(CustomResource):
    """Finalizes an environment when it is deleted."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs with their defaults, and what is wrong with them by property.

        Refuses an environment with namespaces that are being deleted, or are in the state and not in the cluster: the
        Kubernetes provider would report them as unchanged.
        """
        inputs = {**Names.defaults(), **given(news)}
        failures = unknown(inputs, Names)
        for name, value in inputs.items():
            if name in failures or name == FORM_VERSION:
                continue
            if name == Names.NAMESPACE_NAMES:
                if value != UNKNOWN and strings(value) is None:
                    failures[name] = f"should be a list of names, not {value!r}"
            elif name == Names.DELETE_RETAINED:
                if value != UNKNOWN and not isinstance(value, bool):
                    failures[name] = f"should be true or false, not {value!r}"
            elif name == Names.DATA_PLANE_KUBECONFIG:
                if not isinstance(value, str) or not value:
                    failures[name] = "should be the text of a kubeconfig, or the path of one"
            elif not isinstance(value, str) or not value:
                failures[name] = f"should be a string that is not empty, not {value!r}"
            elif name in DEADLINES and value != UNKNOWN:
                try:
                    seconds(value)
                except ValueError as problem:
                    failures[name] = str(problem)
            elif name == Names.API_VERSION and value != UNKNOWN:
                try:
                    _generation(inputs)
                except Failure as problem:
                    failures[name] = str(problem)
        for name in (Names.NAMESPACE, Names.ENVIRONMENT):
            if name not in inputs:
                failures[name] = "required: without it the finalizer cannot know what belongs to the environment"
        asked = Names.API_VERSION, Names.DATA_PLANE_KUBECONFIG, Names.DATA_PLANE_REF
        if not failures and UNKNOWN not in [inputs.get(name) for name in asked]:
            inputs, failures = await _recognized(olds, inputs, session)
            if not failures and (lines := await _lost(olds, inputs, session)):
                failures = {"": "\n".join([f"{_named(inputs)} does not have all its namespaces:", *lines])}
            return inputs, failures
        return {**inputs, **_known(olds)}, failures

    def replaced(self, olds: Properties, news: Properties) -> list[str]:
        """The properties whose change makes it another environment's finalizer. A first value is no change.

        After an import, the data plane has no value, since it is not part of the id: setting it must not finalize the
        imported environment. Other credentials for the same data plane change nothing; a data plane that becomes a
        separate cluster, or the control plane's, does.
        """
        return _replaced(olds, news)

    def identifier(self, inputs: Properties) -> str:
        """ORGANIZATION/ENVIRONMENT."""
        return f"{inputs[Names.NAMESPACE]}/{inputs[Names.ENVIRONMENT]}"

    async def create(self, inputs: Properties, session: Session) -> None:
        """Raises Failure if the control plane does not have the Environment that the Kubernetes provider has made.

        The two providers of the program then lead to different clusters, and the environment would be finalized on the
        wrong one.
        """
        from choreo_components.kubernetes.client import ClusterError, Forbidden

        if not (uid := inputs.get(Names.ENVIRONMENT_UID)):
            return
        try:
            found = await _live(inputs, session)
        except Forbidden:
            return
        except ClusterError as problem:
            raise Failure(f"{_named(inputs)}: could not check whether it is on this control plane: {problem}") from None
        if found is None or found.metadata.get("uid") != uid:
            raise Failure(
                f"{_named(inputs)} was created on another cluster than that of the choreo provider, which could not "
                "finalize it there; use the same kubeconfig for the kubernetes provider and the choreo provider"
            )

    async def read(self, identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
        """The inputs, and the names of the Deployments and namespaces that have the environment's labels now.

        Of the namespaces that were made for it, the inputs keep those that still exist. Warns of those that are being
        deleted.
        """
        # Deferred: most commands start this process and neither read nor delete anything.
        from choreo_components.kubernetes.client import ClusterError
        from choreo_components.kubernetes.deletion import deletion
        from choreo_components.teardown.environment import Scope

        inputs = inputs or inputs_of(identifier)
        found = {}
        try:
            scope = Scope(_generation(inputs), inputs[Names.NAMESPACE], inputs[Names.ENVIRONMENT])
            control_plane, data_plane = session.connect(), _data_plane(inputs, session)
            found[Found.DEPLOYMENTS] = [live for each in scope.sweeps for live in await _selected(control_plane, each)]
            found[Found.NAMESPACES] = await _selected(data_plane, scope.namespaces)
            existing = await _existing(
                found[Found.NAMESPACES], inputs.get(Names.NAMESPACE_NAMES) or (), inputs, session
            )
        except (ClusterError, ValueError) as problem:
            raise Failure(f"{_named(inputs)} cannot be read: {problem}{_advice(problem)}") from None
        for live in existing.values():
            if (state := deletion(live)) is not None:
                session.warn(f"{live} is {state}")
        if Names.NAMESPACE_NAMES in inputs:
            inputs = {
                **inputs,
                Names.NAMESPACE_NAMES: [name for name in inputs[Names.NAMESPACE_NAMES] if name in existing],
            }
        return inputs, {**inputs, **{name: sorted(live.name for live in lives) for name, lives in found.items()}}

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Changes nothing in a cluster: other deadlines, namespaces or credentials are used from now on."""

    async def delete(self, state: Properties, session: Session) -> None:
        """Finalizes the environment, unless a witness has noted that it stays."""
        from choreo_components.kubernetes.client import ClusterError, Unreachable
        from choreo_components.teardown.environment import HeldError, KeptError, Scope, finalize
        from choreo_components.teardown.removal import DeadlineError
        from choreo_components.teardown.retention import RetainedError

        environment = _environment(state)
        if str(environment) in session.notes:
            await _require_environment(state, session)
            session.warn(
                f"{_named(state)} is not finalized, as its {environment.type.kind} stays: only what Pulumi manages is "
                "deleted; run pulumi up before you destroy the environment: it creates the finalizer again"
            )
            return
        try:
            names = frozenset(state.get(Names.NAMESPACE_NAMES) or ())
            scope = Scope(_generation(state), state[Names.NAMESPACE], state[Names.ENVIRONMENT], names)
            deadlines = [state.get(name) or Names.defaults()[name] for name in DEADLINES]
            control_plane, data_plane = session.connect(), _data_plane(state, session)
            recognized = partial(recognize, data_plane, state.get(Names.CLUSTER)) if is_remote(state) else None
            if recognized is not None:
                # One that does not answer yet may do so before the deadline, and is checked again then.
                with suppress(Unreachable):
                    await recognized()
            await finalize(
                control_plane,
                data_plane,
                scope,
                deadlines[0],
                deadlines[1],
                session.report,
                session.verify,
                recognized,
                delete_retained=bool(state.get(Names.DELETE_RETAINED)),
            )
        except (
            ClusterError,
            AnotherCluster,
            DeadlineError,
            HeldError,
            RetainedError,
            KeptError,
            ValueError,
        ) as problem:
            raise Failure(f"{_named(state)} is not finalized: {problem}{_advice(problem)}") from None


def _replaced(olds: Properties, news: Properties) -> list[str]:
    moved = olds.get(Names.DATA_PLANE_REF) is not None and is_remote(olds) != is_remote(news)
    another = [name for name in IDENTITY if olds.get(name) is not None]
    if moved:
        another.append(Names.DATA_PLANE_KUBECONFIG)
    return [name for name in differences(olds, news) if name in another]


def _generation(inputs: Properties) -> Generation:
    """The API of the Environment. Raises Failure if this release does not know it."""
    try:
        return generation_of(inputs.get(Names.API_VERSION) or Names.defaults()[Names.API_VERSION])
    except UnknownKindError as problem:
        raise not_known(problem) from None


def _environment(inputs: Properties) -> Identity:
    """The Environment that it finalizes."""
    kind = _generation(inputs).kind_of_role(Role.ENVIRONMENT)
    return Identity(Type(kind.api_version, kind.kind), f"{inputs[Names.NAMESPACE]}/{inputs[Names.ENVIRONMENT]}")


async def _selected(cluster: "LiveCluster", selection: "Selection") -> "list[Live]":
    """The existing objects of a selection."""
    found, _ = await cluster.list(selection.resource, selection.labels, selection.namespace)
    return [live for live in found if selection.matches(live)]


async def _live(inputs: Properties, session: Session) -> "Live | None":
    """The Environment on the control plane. Raises ClusterError if it cannot be read."""
    resource = resource_of(_environment(inputs).type)
    return await session.connect().get(resource, inputs[Names.ENVIRONMENT], inputs[Names.NAMESPACE])


def _known(olds: Properties) -> dict[str, str]:
    return {Names.CLUSTER: olds[Names.CLUSTER]} if Names.CLUSTER in olds else {}


async def _recognized(
    olds: Properties, inputs: dict[str, Any], session: Session
) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs with the identity of the data plane's separate cluster, and what is wrong with that cluster.

    That is so if it is not the cluster that the environment is on, or if the one that the environment leaves cannot be
    reached.
    """
    from choreo_components.kubernetes.client import ClusterError

    moves = bool(_replaced(olds, inputs))
    found = {} if moves else _known(olds)
    try:
        if moves and is_remote(olds):
            await recognize(_data_plane(olds, session), olds.get(Names.CLUSTER))
    except (ClusterError, AnotherCluster) as problem:
        leaving = f"{_of_tenant(olds)} cannot be moved off data plane {olds.get(Names.DATA_PLANE_REF)!r}"
        return inputs, {"": f"{leaving}: {problem}; {LEAVING}"}
    try:
        if is_remote(inputs) and (identity := await recognize(_data_plane(inputs, session), found.get(Names.CLUSTER))):
            found = {Names.CLUSTER: identity}
    except AnotherCluster as problem:
        # Not for a property: the engine would print its value, which is a secret.
        return inputs, {"": f"{_named(inputs)}: {problem}"}
    except ClusterError:
        # Reported by the resources that use it.
        pass
    return {**inputs, **found}, {}


async def _lost(olds: Properties, inputs: Properties, session: Session) -> list[str]:
    """Lines about the namespaces that are being deleted, or were created before and are gone.

    There are none if they cannot be read: the preflight of a stack reports that, and each resource that is applied.
    """
    from choreo_components.kubernetes.client import ClusterError
    from choreo_components.kubernetes.deletion import deletion
    from choreo_components.teardown.environment import Scope
    from choreo_components.teardown.recent import recent

    names = strings(inputs.get(Names.NAMESPACE_NAMES)) or ()
    if not names or UNKNOWN in (*names, inputs[Names.NAMESPACE], inputs[Names.ENVIRONMENT]):
        return []
    # What was made on another control plane is not missing here: the next refresh removes it from the state.
    elsewhere = session.has_moved and not is_remote(inputs)
    made = set() if elsewhere or _replaced(olds, inputs) else set(olds.get(Names.NAMESPACE_NAMES) or ())

    async def lines(labelled: "Sequence[Live]") -> list[str]:
        existing = await _existing(labelled, made.intersection(names), inputs, session)
        found = []
        for name in names:
            live = existing.get(name)
            if live is not None and (state := deletion(live)) is not None:
                found.append(f"  {live} is {state}; wait until it is gone (kubectl get {live.command})")
            elif live is None and name in made:
                found.append(f"  Namespace {name} is in Pulumi's state, and no longer in the cluster")
        return [*found, "  Then run pulumi up --refresh, which creates what is missing."] if found else []

    selection = Scope(_generation(inputs), inputs[Names.NAMESPACE], inputs[Names.ENVIRONMENT]).namespaces
    try:
        cluster = _data_plane(inputs, session)
        if not await lines(await recent(cluster, selection)):
            return []
        # It may have changed since, even by this command.
        labelled, _ = await cluster.list(selection.resource, selection.labels)
        return await lines(labelled)
    except ClusterError:
        return []


async def _existing(
    labelled: "Sequence[Live]", made: Collection[str], inputs: Properties, session: Session
) -> "dict[str, Live]":
    """By name: the namespaces with the environment's labels, and those that were made for it and have lost them.

    Raises ClusterError if they cannot be read.
    """
    from choreo_components.kubernetes.objects import NAMESPACES

    found = {live.name: live for live in labelled}
    cluster = _data_plane(inputs, session)
    for name in sorted(set(made) - found.keys()):
        if (live := await cluster.get(NAMESPACES, name)) is not None:
            found[name] = live
    return found


def is_remote(inputs: Properties) -> bool:
    """Whether the data plane is another cluster than the control plane's."""
    return bool(inputs.get(Names.DATA_PLANE_KUBECONFIG))


def _data_plane(inputs: Properties, session: Session) -> "LiveCluster":
    """The cluster of the environment's namespaces. Raises ClusterError if its kubeconfig cannot be used."""
    if not is_remote(inputs):
        return session.connect()
    return session.data_plane(
        full_name_of_data_plane(inputs[Names.NAMESPACE], inputs.get(Names.DATA_PLANE_REF) or ""),
        inputs[Names.DATA_PLANE_KUBECONFIG],
    )


def _named(inputs: Properties) -> str:
    """The environment as messages name it, with its data plane if that is a separate cluster."""
    named = _of_tenant(inputs)
    return f"{named} on data plane {inputs.get(Names.DATA_PLANE_REF)!r}" if is_remote(inputs) else named


def _of_tenant(inputs: Properties) -> str:
    """The environment as messages name it, without its data plane."""
    usual = generations()[Names.defaults()[Names.API_VERSION]]
    generation = generations().get(inputs.get(Names.API_VERSION) or "", usual)
    return f"environment {inputs.get(Names.ENVIRONMENT)!r} of {generation.tenant} {inputs.get(Names.NAMESPACE)!r}"


def _advice(problem: Exception) -> str:
    """What to do if the credentials in the state are no longer valid."""
    from choreo_components.kubernetes.client import Unauthorized

    return (
        "; to use other credentials than those in the state: --run-program" if isinstance(problem, Unauthorized) else ""
    )


def inputs_of(identifier: str) -> dict[str, Any]:
    """The inputs of the finalizer with this id: all that an import has."""
    organization, _, environment = identifier.partition("/")
    given_by_id: dict[str, Any] = {Names.NAMESPACE: organization, Names.ENVIRONMENT: environment}
    return {**Names.defaults(), **given_by_id, FORM_VERSION: FORM}


async def _require_environment(state: Properties, session: Session) -> None:
    """Raises Failure if the Environment that stays according to a witness is gone, or if that is unknown.

    A refresh that has not found it removes it from the state, and with it what its witness is `deletedWith`: then it is
    unknown whether a part of the stack is deleted, or all of it.
    """
    from choreo_components.kubernetes.client import ClusterError, Forbidden

    try:
        found = await _live(state, session)
    except Forbidden:
        return
    except ClusterError as problem:
        raise Failure(f"{_named(state)} is not finalized: could not check whether it still exists: {problem}") from None
    if found is None:
        kind, deployed = _environment(state).type.kind, _generation(state).teardown.deployed
        raise Failure(
            f"{_named(state)} is not finalized: its {kind} is gone, and {deployed} or namespaces of it may remain; "
            f"run pulumi up, which creates the {kind} again, and then destroy"
        )
