"""A promotion: the releases that move from one environment to the next, and the objects in stacks that must change.

Pure: the caller reads what is live, and writes what is decided here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from choreo_components.api.generation import BindingKind, Bound, Generation, Promotion, Role, Target
from choreo_components.config.settings import Declared
from choreo_components.plan.references import Found
from choreo_components.plan.workspace import PlannedStack, Workspace

Wire = Mapping[str, Any]


class NotPromoted(Exception):
    """Nothing can be promoted: the message says why, and what exists instead."""


@dataclass(frozen=True)
class Request:
    """What is requested: a promotion from the environment `source` to the environment `target`.

    It is for one component, for all of one project, or without either for everything. `release` is that of the
    component, or of the project itself; with it, `source` may be left out. `tenant` is needed if it is ambiguous.
    """

    target: str
    source: str | None = None
    component: str | None = None
    project: str | None = None
    release: str | None = None
    tenant: str | None = None


@dataclass(frozen=True)
class Scope:
    """The scope of a promotion: a tenant of a generation, and the stacks that may declare objects in it."""

    generation: Generation
    promotion: Promotion
    tenant: str
    stacks: tuple[PlannedStack, ...]

    @cached_property
    def declared(self) -> Mapping[str, Sequence[tuple[str, Declared]]]:
        """The objects that the stacks declare in it, by kind, each with the name of its stack."""
        found: dict[str, list[tuple[str, Declared]]] = defaultdict(list)
        for planned in self.stacks:
            for each in planned.stack.settings.declared:
                if (each.generation, each.organization) == (self.generation, self.tenant):
                    found[each.kind].append((planned.name, each))
        return found

    @cached_property
    def bindings(self) -> Sequence[tuple[str, Declared, Bound]]:
        """The declared bindings, each with its contents."""
        return [
            (stack, each, self.promotion.bound(each.wire))
            for kind in self.promotion.bindings
            for stack, each in self.declared.get(kind.kind, ())
        ]

    def of_role(self, role: Role) -> list[tuple[str, Declared]]:
        """The declared objects of a role."""
        return [pair for kind in self.generation.of_role(role) for pair in self.declared.get(kind.kind, ())]

    def homes(self, environment: str) -> list[str]:
        """The stacks that declare an environment."""
        return [stack for stack, each in self.of_role(Role.ENVIRONMENT) if each.name == environment]


def scope(workspace: Workspace, request: Request) -> Scope:
    """The scope of the request. Raises NotPromoted if there is none, or it is ambiguous."""
    for planned in workspace.stacks:
        if not planned.stack.complete:
            raise NotPromoted(f"not everything that stack {planned.name!r} declares is known: some of it is encrypted")
    tenants = {
        (each.generation, each.organization): None
        for planned in workspace.stacks
        for each in planned.stack.settings.declared
        if each.organization
    }
    having = [pair for pair in tenants if _has(workspace, *pair, request.target)]
    if not having:
        known = sorted({each.name for planned in workspace.stacks for each in _environments(planned)})
        raise NotPromoted(
            f"no stack of this project declares environment {request.target!r}, or anything in it; "
            f"declared are {', '.join(known) or 'none'}"
        )
    if request.tenant is not None:
        having = [pair for pair in having if pair[1] == request.tenant]
    able = [
        Scope(generation, generation.promotion, tenant, workspace.stacks)
        for generation, tenant in having
        if generation.promotion is not None
    ]
    if having and not able:
        raise NotPromoted(
            f"promotion is not available for {having[0][0].api_version}: deployments there name an artifact instead of "
            "a release; change the artifact's name in the stack of the next environment"
        )
    if len(able) > 1 and (request.component or request.project):
        able = [each for each in able if _concerns(each, request)] or able
    if not able:
        raise NotPromoted(f"no stack declares environment {request.target!r} in {request.tenant!r}")
    if len(able) > 1:
        names = ", ".join(sorted(each.tenant for each in able))
        raise NotPromoted(
            f"environment {request.target!r} is in several {able[0].generation.tenant}s ({names}); choose one with "
            "--namespace"
        )
    return able[0]


def _environments(planned: PlannedStack) -> Iterator[Declared]:
    return (each for each in planned.stack.settings.declared if each.role is Role.ENVIRONMENT)


def _has(workspace: Workspace, generation: Generation, tenant: str, environment: str) -> bool:
    """Whether a stack declares the environment there, or a binding in it."""
    promotion = generation.promotion
    for planned in workspace.stacks:
        for each in planned.stack.settings.declared:
            if (each.generation, each.organization) != (generation, tenant):
                continue
            if each.role is Role.ENVIRONMENT and each.name == environment:
                return True
            if promotion and promotion.kind(each.kind) and promotion.bound(each.wire).environment == environment:
                return True
    return False


def _concerns(scope: Scope, request: Request) -> bool:
    """Whether the scope contains what is requested, or something that belongs to it."""
    owners = {kind.kind: kind.owner for kind in scope.promotion.bindings}
    kind, name = (
        (scope.promotion.of_component, request.component)
        if request.component
        else (scope.promotion.of_project, request.project)
    )
    return any(each.name == name for _, each in scope.declared.get(owners[kind], ())) or any(
        bound.name == name for _, _, bound in scope.bindings if bound.kind == kind
    )


@dataclass(frozen=True)
class LiveObjects:
    """What is live in the scope: objects in wire names, by kind; `unread` are other kinds, with the reason.

    `releases` are those that were looked up; nothing is known about others.
    """

    objects: Mapping[str, Sequence[Wire]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    releases: Found = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """A release that is promoted to the target environment.

    `former` is the previous one there, if it is known; `to` are the new contents of the binding, and `name` is its
    metadata.name. `declared` is the binding in `stack`; None: it is new, and is added after the object `after`.
    """

    kind: BindingKind
    to: Bound
    name: str
    former: str | None
    stack: str
    declared: Declared | None
    after: Declared | None = None

    def __str__(self) -> str:
        return f"{self.kind.kind} {self.name!r}"


@dataclass(frozen=True)
class Left:
    """What is left unchanged, and why: it already has the release, or there is no release yet."""

    kind: BindingKind
    name: str
    release: str | None
    why: str


@dataclass(frozen=True)
class Promoted:
    """The result of a promotion. If anything is `refused`, nothing may be written.

    `unchanged` already has its release; for `left` there is none yet. `releases` are those whose existence must be
    verified.
    """

    moves: tuple[Move, ...] = ()
    unchanged: tuple[Left, ...] = ()
    left: tuple[Left, ...] = ()
    refused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    releases: tuple[Target, ...] = ()


_Part = tuple[str, str, str]
"""Something with releases: the kind of its bindings, its project, and its name."""


def promote(scope: Scope, live: LiveObjects, request: Request) -> Promoted:
    """The result of a request. Raises NotPromoted if nothing matches it."""
    return _Promoting(scope, live, request).promoted()


class _Refusal(Exception):
    """Why one part cannot be promoted."""


class _Promoting:
    """Processes the parts, and collects the result for each."""

    def __init__(self, scope: Scope, live: LiveObjects, request: Request) -> None:
        self.scope = scope
        self.generation = scope.generation
        self.promotion = scope.promotion
        self.live = live
        self.request = request
        self.declared: dict[tuple[_Part, str], list[tuple[str, Declared, Bound]]] = defaultdict(list)
        for stack, each, bound in scope.bindings:
            self.declared[_part(bound), bound.environment].append((stack, each, bound))
        self.running: dict[tuple[_Part, str], tuple[Wire, Bound]] = {}
        for kind in self.promotion.bindings:
            for wire in live.objects.get(kind.kind, ()):
                bound = self.promotion.bound(wire)
                self.running.setdefault((_part(bound), bound.environment), (wire, bound))
        self.warnings: dict[str, None] = {}
        self.releases: dict[Target, None] = {}
        self.unknown: dict[str, list[str]] = defaultdict(list)

    def promoted(self) -> Promoted:
        self.check_environments()
        moves, unchanged, left = [], [], []
        refused: dict[str, None] = {}
        for part in self.parts():
            try:
                found = self.of(part)
            except _Refusal as why:
                refused[str(why)] = None
                continue
            if isinstance(found, Move):
                moves.append(found)
            elif found.release is not None:
                unchanged.append(found)
            else:
                left.append(found)
        for reason, releases in self.unknown.items():
            more = f" and {len(releases) - 1:,} more" if len(releases) > 1 else ""
            self.warnings[f"it is unknown whether {releases[0]}{more} exists: {reason}"] = None
        return Promoted(
            tuple(moves), tuple(unchanged), tuple(left), tuple(refused), tuple(self.warnings), tuple(self.releases)
        )

    def check_environments(self) -> None:
        kind = self.generation.kind_of_role(Role.ENVIRONMENT).kind
        known = {each.name for _, each in self.scope.of_role(Role.ENVIRONMENT)}
        known |= {str(wire["metadata"]["name"]) for wire in self.live.objects.get(kind, ())}
        if kind in self.live.unread:
            known |= {environment for _, environment in self.declared}
        for name in (self.request.source, self.request.target):
            if name is not None and name not in known:
                raise NotPromoted(
                    f"no environment {name!r} in {self.generation.tenant} {self.scope.tenant!r}; "
                    f"existing environments: {', '.join(sorted(known)) or 'none'}"
                )

    def parts(self) -> list[_Part]:
        """What is requested, in the order of the kinds and by name. Raises NotPromoted if there is nothing."""
        request, promotion = self.request, self.promotion
        if request.release is not None:
            return [self.named()]
        found = {part for part, environment in (*self.declared, *self.running) if environment == request.source}
        if request.component is not None:
            found = {part for part in found if part[::2] == (promotion.of_component, request.component)}
        elif request.project is not None:
            found = {part for part in found if part[1] == request.project}
        if not found:
            what = self.asked()
            unread = [why for kind, why in self.live.unread.items() if promotion.kind(kind)]
            doubt = f"; what is live is unknown: {unread[0]}" if unread else ""
            raise NotPromoted(f"environment {request.source!r} has nothing of {what}{doubt}")
        order = [kind.kind for kind in promotion.bindings]
        return sorted(found, key=lambda part: (part[1], order.index(part[0]), part[2]))

    def named(self) -> _Part:
        """The single part that is requested, which need not be deployed anywhere yet."""
        request, promotion = self.request, self.promotion
        if request.project is not None:
            return promotion.of_project, request.project, request.project
        assert request.component is not None
        kind = promotion.kind(promotion.of_component)
        assert kind is not None
        for part, _ in (*self.declared, *self.running):
            if part[::2] == (kind.kind, request.component):
                return part
        owner = self.find(kind.owner, request.component)
        if owner is None:
            raise NotPromoted(f"no {kind.owner} {request.component!r}: neither in a stack nor in the cluster")
        return kind.kind, promotion.project(owner), request.component

    def asked(self) -> str:
        if self.request.component is not None:
            return f"component {self.request.component!r}"
        if self.request.project is not None:
            return f"project {self.request.project!r}"
        return f"{self.generation.tenant} {self.scope.tenant!r}"

    def find(self, kind: str, name: str) -> Wire | None:
        """An object as a stack declares it, or else as it is live."""
        for _, each in self.scope.declared.get(kind, ()):
            if each.name == name:
                return each.wire
        wires = self.live.objects.get(kind, ())
        return next((wire for wire in wires if wire["metadata"]["name"] == name), None)

    def of(self, part: _Part) -> Move | Left:
        """The result for a part. Raises _Refusal."""
        request, (of, project, name) = self.request, part
        kind = self.promotion.kind(of)
        assert kind is not None
        pipeline = self.pipeline(project)
        if request.source is not None:
            self.check_step(project, pipeline, request.source, request.target)
        owner = self.find(kind.owner, name)
        if owner is not None and self.promotion.automatic(owner, pipeline, request.target):
            raise _Refusal(
                f"{kind.owner} {name!r} is deployed to {request.target!r} automatically: a controller sets its release "
                "there, and would overwrite another one; change its source instead"
            )
        release = request.release
        if release is None:
            assert request.source is not None
            is_automatic = owner is not None and self.promotion.automatic(owner, pipeline, request.source)
            release = self.source(part, kind, request.source, is_automatic=is_automatic)
        if release is None:
            return Left(kind, name, None, f"has no release in {request.source!r} yet")
        self.check_release(kind, part, release)
        return self.into(part, kind, release)

    def pipeline(self, project: str) -> Wire:
        kind = self.generation.kind_of_role(Role.PROJECT).kind
        found = self.find(kind, project)
        if found is None:
            raise _Refusal(f"no {kind} {project!r}: {self.nowhere(kind)}")
        target = self.promotion.pipeline(found)
        pipeline = None if target is None else self.find(target.kind, target.known_as)
        if target is None or pipeline is None:
            missing = f"no {target}: {self.nowhere(target.kind)}" if target else "it names none"
            raise _Refusal(f"project {project!r} has no pipeline that allows a promotion: {missing}")
        return pipeline

    def nowhere(self, kind: str) -> str:
        why = self.live.unread.get(kind)
        return f"in no stack, and the cluster is unknown: {why}" if why else "neither in a stack nor in the cluster"

    def check_step(self, project: str, pipeline: Wire, source: str, target: str) -> None:
        steps = list(dict.fromkeys(self.promotion.steps(pipeline)))
        if (source, target) not in steps:
            allowed = ", ".join(f"{one} -> {other}" for one, other in steps)
            raise _Refusal(
                f"{pipeline['kind']} {pipeline['metadata']['name']!r} of project {project!r} has no step "
                f"{source} -> {target}; it has {allowed or 'none'}"
            )

    def source(self, part: _Part, kind: BindingKind, environment: str, *, is_automatic: bool) -> str | None:
        """The release in the source environment; None if there is none yet."""
        declared = [each for each in self.declared[part, environment] if each[2].release]
        _, running = self.running.get((part, environment), (None, None))
        live = running.release if running else ""
        if declared and not is_automatic:
            stack, _, bound = declared[0]
            if live and live != bound.release:
                self.warnings[
                    f"{kind.owner} {part[2]!r} still has release {live!r} in {environment!r}, but its stack declares "
                    f"{bound.release!r}: run `pulumi up --stack {stack}` first"
                ] = None
            return bound.release
        if live:
            return live
        if why := self.live.unread.get(kind.kind):
            raise _Refusal(f"no stack declares the release of {kind.owner} {part[2]!r} in {environment!r}: {why}")
        return None

    def check_release(self, kind: BindingKind, part: _Part, release: str) -> None:
        """Raises _Refusal if there is no such release, or it belongs to something else."""
        target = self.generation.named(kind.release, self.scope.tenant, release)
        found = next((each.wire for _, each in self.scope.declared.get(kind.release, ()) if each.name == release), None)
        if found is None:
            self.releases[target] = None
            found = self.live.releases.get(target)
            if found is None and target in self.live.releases:
                raise _Refusal(f"no {target}: neither in a stack nor in the cluster")
            if found is None and (why := self.live.unread.get(kind.release)):
                self.unknown[why].append(str(target))
        if found is None:
            return
        if self.promotion.owner(found) != part[1:]:
            project, name = self.promotion.owner(found)
            raise _Refusal(f"{target} belongs to {name!r} in project {project!r}, not to {kind.owner} {part[2]!r}")

    def into(self, part: _Part, kind: BindingKind, release: str) -> Move | Left:
        """The move into the target environment."""
        environment = self.request.target
        to = Bound(kind.kind, self.scope.tenant, part[1], part[2], environment, release)
        live, running = self.running.get((part, environment), (None, None))
        declared = self.declared[part, environment]
        if len(declared) > 1:
            places = " and ".join(f"{stack!r} ({each.at('metadata', 'name')})" for stack, each, _ in declared)
            raise _Refusal(
                f"{kind.owner} {part[2]!r} is bound to {environment!r} more than once, in stacks {places}; remove it "
                "from all but one of them"
            )
        if declared:
            stack, each, bound = declared[0]
            if bound.release == release:
                return Left(kind, each.name, release, "already has it")
            former = bound.release or (running.release if running else "")
            return Move(kind, to, each.name, former or None, stack, each)
        stack = self.home(to)
        name = str(self.promotion.make(to)["metadata"]["name"])
        if live is not None:
            # A second binding of the same component would replace the live one.
            name = str(live["metadata"]["name"])
            self.warnings[
                f"{kind.kind} {name!r} is live and in no stack: to take it over, set choreo:adopt: if-labelled and run "
                f"`pulumi up --stack {stack}`"
            ] = None
        former = running.release if running else ""
        return Move(kind, to, name, former or None, stack, None, self.most_similar(to, stack))

    def home(self, to: Bound) -> str:
        """The stack that a new binding belongs in."""
        kind = self.generation.api_version, to.kind, to.namespace
        bringing = [
            planned.name
            for planned in self.scope.stacks
            for node in planned.plan.objects
            if node.environment is not None
            and (node.key.api_version, node.key.kind, node.key.organization) == kind
            and _part(bound := self.promotion.bound(node.declared.wire)) == _part(to)
            and bound.environment == to.environment
        ]
        inside = [(stack, bound) for stack, _, bound in self.scope.bindings if bound.environment == to.environment]
        choices: list[Iterable[str]] = [
            bringing,
            (stack for stack, bound in inside if bound.project == to.project),
            (stack for stack, _ in inside),
            self.scope.homes(to.environment),
        ]
        stacks = next(filter(None, (list(dict.fromkeys(each)) for each in choices)), [])
        if len(stacks) != 1:
            raise _Refusal(
                f"several stacks declare objects in environment {to.environment!r} ({', '.join(stacks)}); declare "
                f"{to.kind} {to.name!r} without a release in one of them"
            )
        return stacks[0]

    def most_similar(self, to: Bound, stack: str) -> Declared:
        """The object of the stack that is most similar to a new binding."""
        alike = [
            ((bound.project == to.project, bound.kind == to.kind), each)
            for home, each, bound in self.scope.bindings
            if home == stack and bound.environment == to.environment
        ]
        if alike:
            return max(alike, key=lambda pair: pair[0])[1]
        environments = self.scope.of_role(Role.ENVIRONMENT)
        return next(each for home, each in environments if home == stack and each.name == to.environment)


def _part(bound: Bound) -> _Part:
    return bound.kind, bound.project, bound.name
