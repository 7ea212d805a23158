"""The controllers of Resource and ResourceReleaseBinding, which may hold for ever."""

from collections.abc import Mapping
from typing import Any, ClassVar

from choreo_components.api.names import generate_k8s_name
from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of, spec_of
from tests.standin.openchoreo_v1alpha1 import releases
from tests.standin.openchoreo_v1alpha1.base import (
    Problem,
    WholeController,
    controller_of,
    owner,
    reason_of,
    siblings,
)
from tests.standin.openchoreo_v1alpha1.bindings import LABEL, BindingController, Target, named


def _resource(_: Api, live: Live) -> list[Key]:
    return [Key(live.namespace, owner(live, "resourceName"))]


def _all_beside(api: Api, live: Live) -> list[Key]:
    return [key_of(each) for each in api.all("Resource", live.namespace)]


class ResourceController(WholeController):
    """Makes releases, and sets them nowhere. Deletes its bindings, waits for those that retain, then its releases."""

    kind = "Resource"
    finalizer = "openchoreo.dev/resource-cleanup"
    watches: ClassVar = {
        "ResourceType": _all_beside,
        "ClusterResourceType": _all_beside,
        "ResourceReleaseBinding": _resource,
    }

    async def reconcile(self, live: Live) -> None:
        generation = {"observedGeneration": live.metadata["generation"]}
        reference = spec_of(live)["type"]
        kind, name = reference["kind"], reference["name"]
        found = self.api.get(kind, Key(live.namespace if self.api.resources[kind].namespaced else None, name))
        if found is None:
            missing = Condition("Ready", "False", "ResourceTypeNotFound", f"{kind} {name!r} not found")
            await self.api.set_status(live, [missing], **generation)
            return
        content: dict[str, Any] = {
            "owner": {"projectName": owner(live, "projectName"), "resourceName": live.name},
            "resourceType": {"kind": kind, "name": name, "spec": spec_of(found)},
        }
        if "parameters" in spec_of(live):
            content["parameters"] = spec_of(live)["parameters"]
        release, digest = await releases.ensure(self.api, "ResourceRelease", live, content)
        ready = Condition("Ready", "True", "Reconciled", f"ResourceRelease {release!r} in place")
        await self.api.set_status(live, [ready], latestRelease={"name": release, "hash": digest}, **generation)

    async def finalize(self, live: Live) -> bool:
        own = {"projectName": owner(live, "projectName"), "resourceName": live.name}
        bindings = self.of("ResourceReleaseBinding", live, owner=own)
        if bindings:
            await self.empty("ResourceReleaseBinding", [each for each in bindings if not is_retained(self.api, each)])
            waiting = "Waiting for ResourceReleaseBindings to be deleted"
            await self.wait_for(live, Condition("Finalizing", "True", "Finalizing", waiting))
        cut = self.of("ResourceRelease", live, owner=own)
        if not await self.empty("ResourceRelease", cut):
            waiting = "Waiting for ResourceReleases to be deleted"
            await self.wait_for(live, Condition("Finalizing", "True", "Finalizing", waiting))
        return True


def is_retained(api: Api, binding: Live) -> bool:
    """Whether a binding retains: by its own policy, or by its type's at the time of its release."""
    release = api.get("ResourceRelease", Key(binding.namespace, spec_of(binding).get("resourceRelease", "")))
    of_type: str = spec_of(release)["resourceType"]["spec"].get("retainPolicy", "Delete") if release else "Delete"
    return (spec_of(binding).get("retainPolicy") or of_type) == "Retain"


class ResourceReleaseBindingController(BindingController):
    """Makes what a resource is on the plane, here a ConfigMap. A binding that retains is not deleted."""

    kind = "ResourceReleaseBinding"
    finalizer = "openchoreo.dev/resourcereleasebinding-cleanup"
    watches: ClassVar = {
        "RenderedRelease": controller_of(kind),
        "ResourceRelease": siblings(kind, lambda binding, each: spec_of(binding).get("resourceRelease") == each.name),
    }

    def rendered_name(self, live: Live) -> str:
        return generate_k8s_name(f"r_{owner(live, 'resourceName')}", spec_of(live)["environment"])

    def render(self, live: Live) -> tuple[Target, Mapping[str, Mapping[str, Any]]]:
        pin = spec_of(live).get("resourceRelease")
        if not pin:
            raise Problem("ResourceReleaseNotSet", "spec.resourceRelease is not set")
        named(self.api, "ResourceRelease", live, pin)
        resource = named(self.api, "Resource", live, owner(live, "resourceName"))
        target = self.target(live)
        metadata = {
            "name": generate_k8s_name(resource.name, target.environment.name),
            "namespace": target.namespace,
            "labels": target.labels | {f"{LABEL}resource": resource.name},
        }
        return target, {"config": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}}

    async def finalize(self, live: Live) -> bool:
        if is_retained(self.api, live):
            # It alternates between two reasons, and a reader sees one of them.
            held = reason_of(live, "Finalizing") == "RetainHold"
            reason = "Finalizing" if held or not reason_of(live, "Finalizing") else "RetainHold"
            message = f"{self.kind} is finalizing" if reason == "Finalizing" else "retainPolicy is Retain"
            await self.wait_for(live, Condition("Finalizing", "True", reason, message))
        return await self.taken_away(live, self.of_its_name(live))
