"""A check: something that OpenChoreo would accept, and that then fails, hangs or collides where nobody looks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from choreo_components.api.annotations import excess
from choreo_components.api.core_v1.names import Triple, collisions, data_plane_namespace
from choreo_components.api.names import Use, refusal
from choreo_components.config.findings import Finding, error, warning
from choreo_components.config.settings import Declared
from choreo_components.plan.references import promoted_environments

LARGEST_OBJECT = 3 * 2**19
"""Bytes of a request that etcd takes, unless its --max-request-bytes says otherwise."""

COMPONENT_TYPES = ("Service", "WebApplication", "ScheduledTask")
"""The types of components that OpenChoreo's controllers do something for (reference: section 1)."""


def check(declared: Sequence[Declared], triples: Iterable[Triple]) -> Iterator[Finding]:
    """All findings about a stack's objects and the data-plane namespaces of its triples."""
    environments = [each for each in declared if each.kind == "Environment"]
    for environment in environments:
        yield from _environment(environment)
    yield from _dns_prefixes(environments)
    for each in declared:
        if (checked := _BY_KIND.get(each.kind)) is not None:
            yield from checked(each)
    yield from _namespaces(environments, list(triples))


def size(declared: Declared, added: Mapping[str, str]) -> Iterator[Finding]:
    """An error where an object is larger than Kubernetes takes, with the annotations that are `added` to its own."""
    if refused := excess({**added, **(declared.object.metadata.annotations or {})}):
        yield error(declared.at("metadata", "annotations"), refused)
    elif _is_larger(declared.document.value, LARGEST_OBJECT):
        yield error(declared.at(), f"more than {LARGEST_OBJECT:,} bytes: etcd takes no larger object by default")


def _is_larger(value: Any, limit: int) -> bool:
    """Whether a value takes more bytes in JSON. Bounded by the limit: aliases may make it endless."""
    inside, size = [value], 0
    while inside and size <= limit:
        each = inside.pop()
        if isinstance(each, Mapping):
            size += 4 * len(each)
            inside += [*each, *each.values()]
        elif isinstance(each, list):
            size += 2 + len(each)
            inside += each
        else:
            text = str(each)
            size += len(text if text.isascii() else text.encode("utf-8", "replace"))
    return size > limit


def _environment(environment: Declared) -> Iterator[Finding]:
    if not environment.spec.data_plane_ref:
        message = "required: an environment without a data plane can never be taken down"
        yield error(environment.at("spec", "dataPlaneRef"), message)
    gateway = environment.spec.gateway
    if gateway is None or not gateway.dns_prefix:
        message = "empty: the host names of this environment begin with a dot, which no DNS server resolves"
        yield warning(environment.at("spec", "gateway", "dnsPrefix"), message)


def _dns_prefixes(environments: Iterable[Declared]) -> Iterator[Finding]:
    """Two environments of one data plane with one prefix share their host names, and collide by path."""
    first: dict[tuple[str, str, str], Declared] = {}
    for environment in environments:
        gateway = environment.spec.gateway
        if gateway is None or not gateway.dns_prefix or not environment.spec.data_plane_ref:
            continue
        key = (
            environment.organization,
            environment.spec.data_plane_ref,
            gateway.dns_prefix,
        )
        other = first.setdefault(key, environment)
        if other is not environment:
            message = (
                f"{gateway.dns_prefix!r} is the prefix of environment {other.name!r} on data plane {key[1]!r} already "
                f"({other.at('spec', 'gateway', 'dnsPrefix')}): their endpoints would share host names"
            )
            yield error(environment.at("spec", "gateway", "dnsPrefix"), message)


def _pipeline(pipeline: Declared) -> Iterator[Finding]:
    """A pipeline needs an environment where promotion begins, and no way back."""
    paths = pipeline.spec.promotion_paths or []
    if not any(True for _ in promoted_environments(pipeline)):
        message = "no environment in it: a project with this pipeline can never be taken down"
        yield error(pipeline.at("spec", "promotionPaths"), message)
        return
    targets: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        targets[path.source_environment_ref] += [target.name for target in path.target_environment_refs]
    cycle = _cycle(targets)
    if cycle:
        where = pipeline.at(
            "spec",
            "promotionPaths",
            next(i for i, p in enumerate(paths) if p.source_environment_ref == cycle[0]),
        )
        rooted = set(targets) - {target for each in targets.values() for target in each}
        start = "" if rooted else "; no environment is left where promotion begins"
        yield error(
            where,
            f"promotion goes in a circle: {' -> '.join([*cycle, cycle[0]])}{start}",
        )


def _component(component: Declared) -> Iterator[Finding]:
    """OpenChoreo takes any type, and makes nothing of those that it does not know."""
    given = component.spec.type or ""
    if given in COMPONENT_TYPES:
        return
    close = get_close_matches(given, COMPONENT_TYPES, n=1)
    meant = f"did you mean {close[0]!r}?" if close else f"those that it runs are {', '.join(COMPONENT_TYPES)}"
    message = f"OpenChoreo runs nothing for a component of type {given!r}; {meant}"
    yield warning(component.at("spec", "type"), message)


def _artifact(artifact: Declared) -> Iterator[Finding]:
    """An artifact is one image."""
    image = artifact.spec.target_artifact
    given = [each for each in (image.from_build_ref, image.from_image_ref) if each is not None]
    if len(given) != 1:
        told = "two images" if given else "no image: its Deployments never come to anything"
        message = f"{told}; fromBuildRef or fromImageRef, one of them, says which it is"
        yield warning(artifact.at("spec", "targetArtifact"), message)


_BY_KIND: Mapping[str, Callable[[Declared], Iterator[Finding]]] = {
    "DeploymentPipeline": _pipeline,
    "Component": _component,
    "DeployableArtifact": _artifact,
}
"""What is checked of an object by itself."""


def _cycle(targets: dict[str, list[str]]) -> list[str]:
    """The environments of one circle in promotion order, the empty list when there is none."""
    finished: set[str] = set()
    for start in targets:
        # A dict for its order and its speed.
        trail: dict[str, None] = {}
        # Each entry of the stack is an environment's targets not yet followed; the trail is the way to it.
        stack = [iter([start])]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                if trail:
                    finished.add(trail.popitem()[0])
            elif following in trail:
                way = list(trail)
                return way[way.index(following) :]
            elif following not in finished:
                trail[following] = None
                stack.append(iter(targets.get(following, [])))
    return []


def _namespaces(environments: Iterable[Declared], triples: Sequence[Triple]) -> Iterator[Finding]:
    """Namespaces that Kubernetes refuses, and triples that would share one."""
    by_name = {(each.organization, each.name): each for each in environments}
    for organization, project, environment in triples:
        name = data_plane_namespace(organization, project, environment)
        refused = refusal(name, Use.NAMESPACE)
        if refused:
            where = by_name[organization, environment].at("metadata", "name")
            yield error(
                where,
                f"the data-plane namespace of project {project!r} would be called {name}: {refused}",
            )
    for shared, group in collisions(triples).items():
        organization, _, environment = group[0]
        told = " and ".join(f"organization {o!r}, project {p!r}, environment {e!r}" for o, p, e in group)
        where = by_name[organization, environment].at("metadata", "name")
        yield error(
            where,
            f"one data-plane namespace, {shared}, would belong to {told}: rename one of them",
        )
