"""A cluster: the live objects behind an API server. Only this module sends requests to one."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx2 as httpx

from choreo_components.kubernetes.kubeconfig import KubeconfigError, resolve
from choreo_components.kubernetes.kubeconfig.connection import Transport
from choreo_components.kubernetes.kubeconfig.credentials import CredentialsError
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource
from choreo_components.kubernetes.retries import ADMISSION, UNTYPED, Retrying, message, passes

REQUEST_SECONDS = 30.0
"""How long one answer of the API server may take."""

PAGE = 500
"""Objects per answer of a list."""

FIELD_MANAGER = "choreo"
"""The field manager of our changes."""

MERGE = "application/merge-patch+json"
"""The media type of a merge patch."""

EVENTS = frozenset({"ADDED", "MODIFIED", "DELETED"})
"""What a watch reports of objects."""


class ClusterError(Exception):
    """A request to the cluster failed: the message names the request, the server, and its answer."""


class Unreachable(ClusterError):
    """The server did not answer, or only that it is not ready: the same request may succeed later."""


class Unauthorized(ClusterError):
    """The credentials are not accepted, or have expired."""


class Forbidden(ClusterError):
    """The credentials do not have the permission."""


RIGHTS = "docs/permissions.md has the roles to grant"
"""Where to find the roles, for messages about a missing permission."""


class Conflict(ClusterError):
    """The object has changed since it was read, or another one has its name by now: read it again."""


class Denied(ClusterError):
    """Admission refused the request (a webhook, or a policy), or could not be asked: a later try may succeed."""


UNSERVED = "404 page not found"
"""What an API server answers, in plain text, where it does not serve a kind. A proxy would say something else."""


@dataclass(frozen=True)
class Refusal:
    """Why an API server would refuse an object: the field, as the server writes it ("" for none), and the reason."""

    field: str
    why: str


TRIAL = {"fieldManager": "choreo-preview", "force": "true", "dryRun": "All", "fieldValidation": "Strict"}
"""The parameters of a dry run of an apply."""

APPLY = "application/apply-patch+yaml"
"""The content type of server-side apply; JSON is YAML as well."""

DENIED = "denied"
"""The word in the message of an admission that has refused, as opposed to one that could not be asked."""


@dataclass(frozen=True)
class Rule:
    """What a role allows: each of the verbs on each of the resources of each of the groups; `*` is any."""

    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]

    def allows(self, verb: str, resource: Resource) -> bool:
        """Whether it covers the verb on all objects of the resource."""
        wanted = ((self.verbs, verb), (self.groups, resource.group), (self.resources, resource.plural))
        return all(allowed & {"*", each} for allowed, each in wanted)


class Cluster:
    """One API server, asked with the credentials of one kubeconfig: `async with Cluster(None) as cluster: …`."""

    def __init__(self, kubeconfig: str | Path | None, context: str | None = None) -> None:
        """Takes a kubeconfig (its YAML text or a path); None means the ambient one, as `kubectl` finds it.

        `context` is the context to use; None: its current context.

        Raises ClusterError if there is none, or it cannot be read; no request is sent yet. The message quotes a Path,
        and a text only if it looks like the path of a kubeconfig.
        """
        try:
            resolved = resolve(kubeconfig, context)
            transport = Retrying(Transport(resolved), resolved.server)
            address = httpx.URL(resolved.cluster["server"])
        except (KubeconfigError, httpx.InvalidURL) as problem:
            why = problem if isinstance(problem, KubeconfigError) else "its server or its proxy-url is not an address"
            raise ClusterError(f"no usable kubeconfig: {why}") from None
        self.server: str = resolved.server
        self._http = httpx.AsyncClient(base_url=address, timeout=REQUEST_SECONDS, transport=transport)

    async def __aenter__(self) -> Self:
        """The cluster itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        """The object, or None if the API server has none of that name (or does not serve the kind)."""
        try:
            with self._refused(f"get {resource.full_name} {name}"):
                return _live(resource, await self._json("GET", _path(resource, namespace, name)))
        except _NotFound:
            return None

    async def _pages(self, resource: Resource, path: str, params: Mapping[str, str]) -> tuple[list[Live], str]:
        """The objects on all pages of a list, and the version of the last page."""
        found: list[Live] = []
        position: dict[str, str] = {}
        while True:
            answer = await self._json("GET", path, {**params, **position})
            items, metadata = answer.get("items"), answer.get("metadata")
            if not isinstance(items, list) or not isinstance(metadata, dict) or not metadata.get("resourceVersion"):
                raise _Unreadable
            found += [_live(resource, item) for item in items]
            if not metadata.get("continue"):
                return found, str(metadata["resourceVersion"])
            position = {"continue": str(metadata["continue"])}

    async def list(
        self,
        resource: Resource,
        labels: Mapping[str, str | None],
        namespace: str | None = None,
    ) -> tuple[list[Live], str | None]:
        """All objects that have the labels, in the namespace (None: in all), and the version to watch from.

        A label whose value is None matches any value.

        A kind that the API server does not serve has no objects, and no version.
        """
        path, selector = _path(resource, namespace), _selector(labels)
        try:
            with self._refused(f"list {resource.full_name}"):
                try:
                    return await self._pages(resource, path, {**selector, "limit": str(PAGE)})
                except httpx.HTTPStatusError as problem:
                    if problem.response.status_code != 410:
                        raise
                # The version of the pages is no longer kept. A list without pages has a single version.
                return await self._pages(resource, path, selector)
        except _NotFound:
            return [], None

    async def delete(self, live: Live) -> None:
        """Requests the object's deletion, in the version that was read; one that is gone already counts as deleted.

        Raises Conflict if it has been changed or re-created since: it may no longer be ours to delete.
        """
        seen = {part: live.metadata[part] for part in ("uid", "resourceVersion") if live.metadata.get(part)}
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": seen}
        with suppress(_NotFound), self._refused(f"delete {live}"):
            await self._send("DELETE", _path(live.resource, live.namespace, live.name), body=options)

    async def merge(self, live: Live, change: Mapping[str, Any]) -> Live | None:
        """The object with a change merged into it (RFC 7386), None if it is gone.

        Raises Conflict if it has changed since it was read.
        """
        # A re-created object never has the version of an earlier one.
        seen = {"resourceVersion": live.metadata["resourceVersion"]}
        body = {**change, "metadata": {**(change.get("metadata") or {}), **seen}}
        path, resource = _path(live.resource, live.namespace, live.name), live.resource
        try:
            with self._refused(f"patch {live}"):
                answer = await self._send("PATCH", path, {"fieldManager": FIELD_MANAGER}, body, MERGE)
                return _live(resource, _object(answer.content))
        except _NotFound:
            return None

    async def refusals(
        self, resource: Resource, name: str, manifest: Mapping[str, Any], namespace: str | None = None
    ) -> Sequence[Refusal]:
        """Why the API server, its rules and its webhooks would refuse the object if it were applied now.

        Nothing is changed. If its kind or its namespace does not exist, there is no refusal. The reasons may quote the
        object's content.
        """
        try:
            with self._refused(f"apply {resource.full_name} {name} on trial"):
                try:
                    await self._send("PATCH", _path(resource, namespace, name), TRIAL, manifest, APPLY)
                except httpx.HTTPStatusError as problem:
                    found = _refusals(problem.response)
                    if not found:
                        raise
                    return found
        except _NotFound:
            pass
        return ()

    async def watch(
        self,
        resource: Resource,
        labels: Mapping[str, str | None],
        version: str | None,
        namespace: str | None = None,
    ) -> AsyncGenerator[tuple[str, Live], None]:
        """The events of the objects with the labels after `version`: ADDED, MODIFIED or DELETED, and the object.

        Ends when the API server or the connection does. It may also hang with the network: give it a deadline, and list
        again in either case.
        """
        params = {**_selector(labels), "watch": "true", **({"resourceVersion": version} if version else {})}
        # Between two events any time may pass.
        silence = httpx.Timeout(REQUEST_SECONDS, read=None)
        try:
            async with self._http.stream("GET", _path(resource, namespace), params=params, timeout=silence) as response:
                response.raise_for_status()
                async for line in _lines(response):
                    event = _object(line)
                    if event.get("type") not in EVENTS:
                        # An ERROR: most often, the version is no longer kept.
                        return
                    yield event["type"], _live(resource, event.get("object"))
        except (httpx.HTTPError, CredentialsError, _Unreadable):
            # A connection may also end in the middle of an event. The next list reports what is wrong.
            return

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        """The kinds that the API server serves of a group's version; none if it does not serve that."""
        found = await self._answer("GET", f"/apis/{group}/{version}")
        return frozenset(str(resource["kind"]) for resource in found.get("resources") or [])

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        """How the API server addresses the kinds that it serves of an apiVersion; none where it does not serve that."""
        group, _, version = api_version.rpartition("/")
        found = await self._answer("GET", f"/apis/{group}/{version}" if group else f"/api/{version}")
        listed = ((each, str(each.get("name") or "/")) for each in found.get("resources") or [])
        return {
            str(each["kind"]): Resource(group, version, str(each["kind"]), plural, bool(each.get("namespaced")))
            for each, plural in listed
            # What is a part of an object, as its status is, is addressed below it.
            if "/" not in plural
        }

    async def versions(self) -> Sequence[tuple[str, str]]:
        """All groups that the API server serves, each with each of its versions."""
        groups = (await self._answer("GET", "/apis")).get("groups") or []
        return [(str(group["name"]), str(each["version"])) for group in groups for each in group["versions"]]

    async def openapi(self, group: str, version: str) -> Mapping[str, Any]:
        """The OpenAPI v3 document of a group's version; empty if there is none."""
        return await self._answer("GET", f"/openapi/v3/apis/{group}/{version}")

    async def allowed(
        self, verb: str, resource: Resource, namespace: str | None = None, name: str | None = None
    ) -> bool:
        """Whether the credentials may do this: without a namespace, in all of them; without a name, to all objects."""
        if resource == NAMESPACES:
            # For authorization, a Namespace is in itself.
            namespace = name
        attributes = {"verb": verb, "group": resource.group, "resource": resource.plural}
        attributes |= {key: value for key, value in (("namespace", namespace), ("name", name)) if value is not None}
        review = await self._review("SelfSubjectAccessReview", {"resourceAttributes": attributes})
        return bool(review.get("allowed"))

    async def rules(self, namespace: str) -> Sequence[Rule]:
        """What the credentials may do to all objects of some resources in the namespace, which need not exist.

        An authorizer may report only some of its rules: what no rule allows may nevertheless be allowed.
        """
        review = await self._review("SelfSubjectRulesReview", {"namespace": namespace})
        return [
            Rule(*(frozenset(rule.get(part) or ()) for part in ("verbs", "apiGroups", "resources")))
            for rule in review.get("resourceRules") or []
            if not rule.get("resourceNames")
        ]

    async def _review(self, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """The status of a review of the credentials' permissions: every user may request it (system:basic-user)."""
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
        path = f"/apis/authorization.k8s.io/v1/{kind.lower()}s"
        answer = await self._answer("POST", path, body)
        if not isinstance(answer.get("status"), Mapping):
            raise ClusterError(f"post {path}: {self.server} does not say what the credentials may do")
        status: Mapping[str, Any] = answer["status"]
        return status

    async def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The JSON object at a path; empty if there is none."""
        with self._refused(f"{method.lower()} {path}"):
            try:
                return await self._json(method, path, body=body)
            except httpx.HTTPStatusError as problem:
                if problem.response.status_code != 404:
                    raise
                return {}

    async def _json(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The JSON object of an answer. Raises _Unreadable for anything else."""
        return _object((await self._send(method, path, params, body)).content)

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: str | None = None,
    ) -> httpx.Response:
        """The answer. `form` is the media type of the body if that is not JSON's.

        Raises httpx.HTTPStatusError for an answer that is an error.
        """
        headers = {"Content-Type": form} if form else None
        return (await self._http.request(method, path, params=params, json=body, headers=headers)).raise_for_status()

    @contextmanager
    def _refused(self, what: str) -> Iterator[None]:
        """Converts the failure of a request to a ClusterError that names the request, the server, and its answer."""
        try:
            yield
        except httpx.HTTPStatusError as problem:
            code, said = problem.response.status_code, message(problem.response)
            if code == 404 and (said is not None or problem.response.text.strip() == UNSERVED):
                raise _NotFound from None
            more = f": {said}" if said else ""
            raise _kind_of(code, said or "")(f"{what}: {self.server} answers {code}{more}") from None
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            # Its text quotes the header, and so the token.
            raise ClusterError(f"{what}: the kubeconfig's token or password cannot be sent in an HTTP header") from None
        except httpx.HTTPError as problem:
            why = str(problem) or type(problem).__name__
            raise Unreachable(f"{what}: {self.server} cannot be reached: {why}") from None
        except CredentialsError as problem:
            raise ClusterError(f"{what}: the kubeconfig's credentials do not work: {problem}") from None
        except _Unreadable:
            raise ClusterError(f"{what}: the response of {self.server} is not from a Kubernetes API server") from None


def _refusals(response: httpx.Response) -> list[Refusal]:
    """Why an answer refuses the object that was sent; nothing if it is about something else."""
    said = message(response)
    if said is None:
        return []
    if UNTYPED in said:
        # … (acme/web; openchoreo.dev/v1alpha1, Kind=Component): .spec.field: why
        field, _, why = said.partition("): .")[2].partition(": ")
        return [Refusal(field, why or said)]
    denied = any(word in said for word in ADMISSION) and DENIED in said
    if not denied and response.status_code not in (400, 422):
        return []
    causes = (response.json().get("details") or {}).get("causes") or []
    found = [Refusal(str(each.get("field") or ""), str(each.get("message") or said)) for each in causes]
    return found or [Refusal("", said)]


def _kind_of(status: int, said: str) -> type[ClusterError]:
    """The kind of error that an answer is, for callers that may retry."""
    if any(word in said for word in ADMISSION):
        return Denied
    if passes(status, said):
        return Unreachable
    return {401: Unauthorized, 403: Forbidden, 409: Conflict}.get(status, ClusterError)


def kubeconfig_text(given: str) -> str:
    """The text of a kubeconfig reduced to what is used, from its text or its path.

    Raises ClusterError if it cannot be used; the message quotes nothing that may be secret.
    """
    Cluster(given)
    return resolve(given).text


class _NotFound(Exception):
    """HTTP 404."""


class _Unreadable(Exception):
    """An answer that is not from an API server."""


def _path(resource: Resource, namespace: str | None, name: str | None = None) -> str:
    """The path of an object; without a name, of all of them; without a namespace, in all namespaces."""
    parts = ["apis", resource.group] if resource.group else ["api"]
    parts.append(resource.version)
    if resource.namespaced and namespace is not None:
        parts += ["namespaces", namespace]
    parts.append(resource.plural)
    if name is not None:
        parts.append(name)
    return "/".join(["", *(quote(part, safe="") for part in parts)])


def _selector(labels: Mapping[str, str | None]) -> dict[str, str]:
    """The parameter that selects objects with the labels."""
    wanted = [key if value is None else f"{key}={value}" for key, value in labels.items()]
    return {"labelSelector": ",".join(wanted)} if wanted else {}


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    """The lines of an answer as they come: what httpx takes for the end of a line may also be in JSON."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest


def _object(text: bytes) -> dict[str, Any]:
    """A JSON object. Raises _Unreadable for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unreadable from None
    if not isinstance(found, dict):
        raise _Unreadable
    return found


def _live(resource: Resource, manifest: Any) -> Live:
    """An object as the API server shows it. Raises _Unreadable for anything else."""
    metadata = manifest.get("metadata") if isinstance(manifest, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise _Unreadable
    # The items of a list have no apiVersion and kind.
    return Live(resource, {"apiVersion": resource.api_version, "kind": resource.kind, **manifest})
