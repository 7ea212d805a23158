"""Bindings: what the three kinds that bring a release to an environment have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name
from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of, spec_of, status_of
from tests.standin.manager import Requeue
from tests.standin.openchoreo_v1alpha1.base import Problem, Watch, WholeController, controls
from tests.standin.openchoreo_v1alpha1.planes import data_plane_of, refers_to

LABEL = "openchoreo.dev/"


@dataclass(frozen=True)
class Target:
    """The target of a binding."""

    project: Live
    environment: Live

    @property
    def namespace(self) -> str:
        """The name of the data-plane namespace."""
        parts = ("dp", self.environment.namespace or "", self.project.name, self.environment.name)
        return generate_k8s_name(*parts, limit=LONGEST_NAMESPACE_NAME)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of every object for it."""
        return {
            f"{LABEL}namespace": self.environment.namespace or "",
            f"{LABEL}project": self.project.name,
            f"{LABEL}project-uid": self.project.metadata["uid"],
            f"{LABEL}environment": self.environment.name,
            f"{LABEL}environment-uid": self.environment.metadata["uid"],
        }


def named(api: Api, kind: str, live: Live, name: str) -> Live:
    """An object that another one in the same namespace names. Raises Problem."""
    found = api.get(kind, Key(live.namespace, name))
    if found is None:
        raise Problem(f"{kind}NotFound", f'{kind}.openchoreo.dev "{name}" not found')
    return found


class BindingController(WholeController):
    """Makes a RenderedRelease of a release, and takes over its status.

    The owner of a RenderedRelease is checked when it is made, and not when it is deleted.
    """

    synced: ClassVar[str] = "Synced"
    """The condition whether the RenderedRelease is up to date."""
    aspects: ClassVar[Sequence[str]] = ("ResourcesReady",)
    """The conditions of the objects on the plane."""

    unconditional: ClassVar[Sequence[str]] = ()
    """Conditions that are always good here."""

    async def reconcile(self, live: Live) -> None:
        settled = [Condition(each, "True", each, "Nothing is pending") for each in self.unconditional]
        try:
            target, resources = self.render(live)
            made = await self._sync(live, target, resources)
        except Problem as problem:
            failed = [Condition(each, "False", problem.reason, problem.message) for each in (self.synced, "Ready")]
            await self.api.set_status(live, [*settled, *failed], **self.known(live))
            return
        release = Condition(self.synced, "True", "ReleaseCreated" if made else "ReleaseSynced", "Release is synced")
        rendered = self.api.get("RenderedRelease", Key(live.namespace, self.rendered_name(live)))
        wrong = _what_is_wrong(rendered) if rendered else _PROGRESSING
        if wrong is None:
            reported = [Condition(each, "True", self.good(live), "All resources are ready") for each in self.aspects]
            reported.append(Condition("Ready", "True", "Ready", f"{self.kind} is ready"))
        else:
            reported = [Condition(each, "False", *wrong) for each in (*self.aspects, "Ready")]
        await self.api.set_status(live, [*settled, release, *reported], **self.known(live))

    def known(self, live: Live) -> Mapping[str, Any]:
        """The rest of the status."""
        return {}

    def good(self, live: Live) -> str:
        """The reason when the objects on the plane are good."""
        return "ResourcesReady"

    def rendered_name(self, live: Live) -> str:
        """The name of its RenderedRelease."""
        raise NotImplementedError

    def render(self, live: Live) -> tuple[Target, Mapping[str, Mapping[str, Any]]]:
        """The objects on the plane, by id. Raises Problem."""
        raise NotImplementedError

    def target(self, live: Live) -> Target:
        """Its target. Raises Problem."""
        environment = named(self.api, "Environment", live, spec_of(live)["environment"])
        data_plane_of(self.api, environment)
        return Target(named(self.api, "Project", live, spec_of(live)["owner"]["projectName"]), environment)

    async def _sync(self, live: Live, target: Target, resources: Mapping[str, Mapping[str, Any]]) -> bool:
        """Creates or updates the RenderedRelease; returns whether it was created. Raises Problem."""
        spec = {
            "owner": spec_of(live)["owner"],
            "environmentName": target.environment.name,
            "targetPlane": "dataplane",
            "resources": [{"id": each, "object": manifest} for each, manifest in resources.items()],
        }
        key = Key(live.namespace, self.rendered_name(live))
        found = self.api.get("RenderedRelease", key)
        if found is None:
            own = {f"{LABEL}component": name for name in [spec["owner"].get("componentName")] if name}
            own |= {f"{LABEL}resource": name for name in [spec["owner"].get("resourceName")] if name}
            reference = {
                "apiVersion": live.manifest["apiVersion"],
                "kind": self.kind,
                "name": live.name,
                "uid": live.metadata["uid"],
                "controller": True,
                "blockOwnerDeletion": True,
            }
            metadata = {
                "name": key.name,
                "namespace": key.namespace,
                "labels": target.labels | own,
                "ownerReferences": [reference],
            }
            await self.api.create(self.api.resources["RenderedRelease"], {"metadata": metadata, "spec": spec})
            return True
        if not controls(live, found):
            message = f"RenderedRelease {key.name!r} exists and is not owned by {self.kind} {live.name!r}"
            raise Problem("ReleaseOwnershipConflict", message)
        if spec_of(found) != spec:
            await self.api.update(found, {}, spec)
        return False

    async def taken_away(self, live: Live, found: Sequence[Live]) -> bool:
        """Deletes RenderedReleases, whoever owns them."""
        finalizing = Condition("Finalizing", "True", "Finalizing", f"{self.kind} is finalizing")
        await self.api.set_status(live, [finalizing])
        if not await self.empty("RenderedRelease", found):
            raise Requeue
        return True

    def of_its_name(self, live: Live) -> Sequence[Live]:
        """The RenderedRelease of its name, if there is one."""
        found = self.api.get("RenderedRelease", Key(live.namespace, self.rendered_name(live)))
        return [found] if found else []


_PROGRESSING = ("ResourcesProgressing", "Resources are not applied yet")


def _what_is_wrong(rendered: Live) -> tuple[str, str] | None:
    """Why the objects of a RenderedRelease are not ready, from its status, which may be outdated."""
    for each in rendered.conditions:
        if each["type"] == "ResourcesApplied" and each["status"] == "False":
            return "ResourceApplyFailed", f"Failed to apply resources to target plane: {each['message']}"
    return None if status_of(rendered).get("resources") else _PROGRESSING


def on_plane(kind: str, heeds_end: bool = True) -> Watch:
    """Bindings of the kind whose Environment names the plane with the event, which may be its deletion."""

    def keys(api: Api, plane: Live) -> list[Key]:
        if not heeds_end and api.get(plane.resource.kind, key_of(plane)) is None:
            return []
        on = {key_of(each) for each in api.all("Environment", plane.namespace) if refers_to(each, plane)}
        found = api.all(kind, plane.namespace)
        return [key_of(each) for each in found if Key(each.namespace, spec_of(each)["environment"]) in on]

    return keys
