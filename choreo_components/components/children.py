"""A child: what a component registers with Pulumi. The one place where the options of all children are made."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from importlib.metadata import version
from typing import Any, TypeVar

import pulumi

from choreo_components.api.annotations import APPLIED

_Constructor = TypeVar("_Constructor", bound=Callable[..., None])

KUBERNETES_VERSION = version("pulumi-kubernetes")
"""The release of the Kubernetes provider which its children are registered for: that of the SDK beside us."""

OLDEST, BEYOND = (4, 25), (4, 30)
"""The Kubernetes provider's first release that is known to work, and the first that is not known any more.

What was run with which is in docs/reliability.md; pyproject.toml has the same range.
"""

UPSERT = "upsertExistingObjects"
"""The setting by which the Kubernetes provider takes over what exists, as all releases without the setting do."""

UPSERT_SINCE = (4, 29)
"""The first release with that setting: without it, an object that exists is an error (pulumi-kubernetes#2926)."""

DEADLINE = "10m"
"""How long anything is waited for unless somebody says otherwise: the Kubernetes provider's own default."""


def without_call_stacks(constructor: _Constructor) -> _Constructor:
    """A constructor of a component, whose children have no call stacks in the state, which is written at every step.

    The SDK keeps the call stack of whatever is registered below a function called `__init__`
    (pulumi: runtime/resource.py, _get_stack_trace).
    """
    constructor.__code__ = constructor.__code__.replace(co_name=f"{constructor.__name__} without call stacks")
    return constructor


class KubernetesObject(pulumi.CustomResource):
    """An object in a cluster, of any kind, registered with the type that pulumi-kubernetes's own classes give it.

    Importing those for a Namespace alone (`pulumi_kubernetes.core.v1`) takes more CPU than Pulumi's SDK itself, at each
    preview and each update. This one takes the object as it goes over the wire.
    """

    metadata: pulumi.Output[Mapping[str, Any]]
    """The object's metadata, as the API server has it."""
    status: pulumi.Output[Mapping[str, Any] | None]
    """What controllers had written about the object when Pulumi last saw it; None where nothing."""


def kubernetes_object(
    name: str,
    api_version: str,
    kind: str,
    body: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    *,
    patch: bool = False,
) -> KubernetesObject:
    """Registers an object; `body` is what it has besides apiVersion and kind, in wire names, and may hold Outputs.

    `patch`: the object is somebody else's, and stays when this is deleted, without what the body has said.

    A function and not the class's constructor: for that, the SDK would keep the call stack of each object in the state,
    which the engine writes anew at every step.
    """
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    known_release()
    # A copy: a merge copies all options three times.
    versioned = copy(opts)
    versioned.version = KUBERNETES_VERSION
    # Without an input of that name, the SDK keeps no output.
    props = {"apiVersion": api_version, "kind": kind, "status": None, **body}
    return KubernetesObject(f"kubernetes:{group_version}:{kind}{'Patch' * patch}", name, props, versioned)


def kubernetes_provider(
    name: str,
    kubeconfig: pulumi.Input[str] | None,
    cluster: pulumi.Input[str],
    opts: pulumi.ResourceOptions | None = None,
    *,
    context: str | None = None,
    mutable_secrets: bool = False,
    mutable_config_maps: bool = False,
) -> pulumi.ProviderResource:
    """A Kubernetes provider of its own for the `cluster`, whose name is all that tells it from others.

    Other credentials, or another address, of a cluster with the same name replace nothing that is in it: without a
    name, the provider takes another address for another cluster, and makes everything anew. `kubeconfig` is kept as a
    secret; None leaves it to the ambient one, of which `context` counts. `mutable_secrets`: Secrets are changed, and
    not deleted and made anew; `mutable_config_maps`: likewise ConfigMaps.

    It takes over what exists: Pulumi may have been killed after it asked for an object, and OpenChoreo's controllers
    make namespaces too. What may be taken over is for the stack's inventory to say, which comes first.
    """
    props = {
        "clusterIdentifier": cluster,
        "kubeconfig": None if kubeconfig is None else pulumi.Output.secret(kubeconfig),
        "context": context,
        # Pulumi takes settings of a provider as texts. What is not set here, a variable of the environment may say.
        "enableServerSideApply": "true",
        "deleteUnreachable": "false",
        "skipUpdateUnreachable": "false",
        UPSERT: "true" if known_release() >= UPSERT_SINCE else None,
        "enableSecretMutable": "true" if mutable_secrets else None,
        "enableConfigMapMutable": "true" if mutable_config_maps else None,
    }
    versioned = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=KUBERNETES_VERSION), opts)
    # Not the SDK's class: it takes an ambient KUBECONFIG for a setting, and keeps it in the state.
    return pulumi.ProviderResource("kubernetes", name, props, versioned)


def known_release() -> tuple[int, int]:
    """The Kubernetes provider's release, as major and minor. Raises pulumi.RunError unless it is known to work."""
    found = re.match(r"(\d+)\.(\d+)", KUBERNETES_VERSION)
    release = (int(found[1]), int(found[2])) if found else (0, 0)
    if not OLDEST <= release < BEYOND:
        known = f"pulumi-kubernetes>={OLDEST[0]}.{OLDEST[1]},<{BEYOND[0]}.{BEYOND[1]}"
        raise pulumi.RunError(
            f"pulumi-kubernetes {KUBERNETES_VERSION} is installed, and choreo is not known to work with it: "
            f"pip install '{known}'"
        )
    return release


def require_taking_over(component: pulumi.Resource) -> None:
    """Raises pulumi.RunError where a namespace is an error that OpenChoreo's controllers make before the component.

    A default provider refuses what exists from release 4.29 on, unless the program's settings say otherwise. What an
    explicit provider says is not known here.
    """
    if known_release() < UPSERT_SINCE or component.get_provider("kubernetes:core/v1:Namespace") is not None:
        return
    asked = pulumi.Config("kubernetes").get(UPSERT) or os.environ.get("PULUMI_K8S_UPSERT_EXISTING_OBJECTS")
    if asked != "true":
        raise pulumi.RunError(
            f"OpenChoreo's controllers make namespaces before Pulumi does, and the Kubernetes provider "
            f"{KUBERNETES_VERSION} does not take over what exists: pulumi config set kubernetes:{UPSERT} true, or give "
            f"the component a Kubernetes provider that has {UPSERT}"
        )


def namespace(
    role: str,
    name: pulumi.Input[str],
    labels: pulumi.Input[Mapping[str, str]],
    opts: pulumi.ResourceOptions,
    owner: Mapping[str, Any] | None = None,
    annotations: pulumi.Input[Mapping[str, str]] | None = None,
) -> KubernetesObject:
    """A Namespace called `name` in the cluster and `role` in the program, with exactly these labels, and its owner.

    `annotations` come besides those that the Kubernetes provider reads.
    """
    metadata: dict[str, Any] = {
        "name": name,
        "labels": labels,
        "annotations": APPLIED
        if annotations is None
        else pulumi.Output.from_input(annotations).apply(lambda given: {**given, **APPLIED}),
    }
    if owner is not None:
        metadata["ownerReferences"] = [owner]
    return kubernetes_object(role, "v1", "Namespace", {"metadata": metadata}, opts)


def child_options(
    parent: pulumi.Resource,
    opts: pulumi.ResourceOptions | None,
    needs: Sequence[pulumi.Resource] = (),
    *,
    create: str,
    delete: str,
) -> pulumi.ResourceOptions:
    """The options of a child of `parent`, a component whose own options are `opts`.

    What a component depends on does not reach its children by itself, and the children are what takes time: they
    depend on it too, besides on what they `need`. They are protected when the component is. `create` and `delete` are
    deadlines as durations. Whatever else the caller gave to the component stays with the component; providers come down
    through the parent.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=[*dependencies(opts), *needs],
        protect=opts.protect if opts is not None else None,
        custom_timeouts=None
        if (create, delete) == (DEADLINE, DEADLINE)
        else pulumi.CustomTimeouts(create=create, update=create, delete=delete),
    )


def dependencies(
    opts: pulumi.ResourceOptions | None,
) -> list[pulumi.Input[pulumi.Resource]]:
    """What the caller's options depend on, as a list. Raises pulumi.RunError where only the future knows the list."""
    given: Any = opts.depends_on if opts is not None else None
    if given is None:
        return []
    if isinstance(given, pulumi.Resource):
        return [given]
    if isinstance(given, Sequence):
        return list(given)
    raise pulumi.RunError("depends_on of a component has to be a resource or a list of them, not an Output of a list")
