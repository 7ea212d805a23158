"""Children: the resources that components register with Pulumi. The options of all children are made here."""

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
"""The release of the Kubernetes provider that children are registered with: that of the installed SDK."""

OLDEST, BEYOND = (4, 25), (4, 30)
"""The Kubernetes provider's first release that is known to work, and the first that is not.

The tested releases are in docs/reliability.md; pyproject.toml has the same range.
"""

UPSERT = "upsertExistingObjects"
"""The setting by which the Kubernetes provider takes over existing objects, as all releases without it do."""

UPSERT_SINCE = (4, 29)
"""The first release with that setting: without it, an object that exists is an error (pulumi-kubernetes#2926)."""

DEADLINE = "10m"
"""The default deadline of each resource: the default of the Kubernetes provider."""


def without_call_stacks(constructor: _Constructor) -> _Constructor:
    """A component's constructor whose children have no call stacks in the state, which is written at every step.

    The SDK keeps the call stack of every resource that is registered below a function named `__init__`
    (pulumi: runtime/resource.py, _get_stack_trace).
    """
    constructor.__code__ = constructor.__code__.replace(co_name=f"{constructor.__name__} without call stacks")
    return constructor


class KubernetesObject(pulumi.CustomResource):
    """An object in a cluster, of any kind, registered with the type that the classes of pulumi-kubernetes use.

    Importing only the class for a Namespace (`pulumi_kubernetes.core.v1`) takes more CPU than Pulumi's SDK itself, at
    each preview and each update. This class takes the object in wire names.
    """

    metadata: pulumi.Output[Mapping[str, Any]]
    """The object's metadata, as the API server has it."""
    status: pulumi.Output[Mapping[str, Any] | None]
    """The object's status when Pulumi last read it; None if it has none."""


def kubernetes_object(
    name: str,
    api_version: str,
    kind: str,
    body: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    *,
    patch: bool = False,
) -> KubernetesObject:
    """Registers an object; `body` has all but its apiVersion and kind, in wire names, and may contain Outputs.

    `patch`: the object belongs to others, and is kept when this resource is deleted, without the fields of the body.

    This is a function and not a constructor: with that, the SDK would keep the call stack of each object in the state,
    which the engine rewrites at every step.
    """
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    known_release()
    # A copy, as a merge copies all options three times.
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
    """An explicit Kubernetes provider for the `cluster`, which is identified by this name only.

    With the same name, other credentials or another address replace no object: without a name, the provider takes
    another address for another cluster, and creates everything again. `kubeconfig` is kept as a secret; None means the
    ambient one, with its `context`. `mutable_secrets`: Secrets are updated instead of replaced; `mutable_config_maps`:
    the same for ConfigMaps.

    It takes over existing objects: Pulumi may have been killed after it requested one, and OpenChoreo's controllers
    make namespaces too. The stack's inventory, which comes first, decides what may be taken over.
    """
    props = {
        "clusterIdentifier": cluster,
        "kubeconfig": None if kubeconfig is None else pulumi.Output.secret(kubeconfig),
        "context": context,
        # Pulumi takes settings of a provider as texts. Environment variables can set those that are missing here.
        "enableServerSideApply": "true",
        "deleteUnreachable": "false",
        "skipUpdateUnreachable": "false",
        UPSERT: "true" if known_release() >= UPSERT_SINCE else None,
        "enableSecretMutable": "true" if mutable_secrets else None,
        "enableConfigMapMutable": "true" if mutable_config_maps else None,
    }
    versioned = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=KUBERNETES_VERSION), opts)
    # Not the SDK's class, which takes an ambient KUBECONFIG as a setting and keeps it in the state.
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
    """Raises pulumi.RunError if a namespace that OpenChoreo's controllers make before the component would be an error.

    From release 4.29 on, a default provider refuses existing objects, unless the program's settings allow them. The
    settings of an explicit provider are unknown here.
    """
    if known_release() < UPSERT_SINCE or component.get_provider("kubernetes:core/v1:Namespace") is not None:
        return
    upsert = pulumi.Config("kubernetes").get(UPSERT) or os.environ.get("PULUMI_K8S_UPSERT_EXISTING_OBJECTS")
    if upsert != "true":
        raise pulumi.RunError(
            f"OpenChoreo's controllers make namespaces before Pulumi does, and the Kubernetes provider "
            f"{KUBERNETES_VERSION} does not take over existing objects: pulumi config set kubernetes:{UPSERT} true, or "
            f"give the component a Kubernetes provider that has {UPSERT}"
        )


def namespace(
    role: str,
    name: pulumi.Input[str],
    labels: pulumi.Input[Mapping[str, str]],
    opts: pulumi.ResourceOptions,
    owner: Mapping[str, Any] | None = None,
    annotations: pulumi.Input[Mapping[str, str]] | None = None,
) -> KubernetesObject:
    """A Namespace `name`, which is the resource `role` in the program, with exactly these labels, and its owner.

    `annotations` are added to those that the Kubernetes provider reads.
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

    Pulumi does not pass a component's dependencies on to its children, which are what takes time: so they depend on
    them too, and on the resources in `needs`. They are protected if the component is. `create` and `delete` are
    deadlines as durations. All other options of the caller apply to the component only; providers are inherited through
    the parent.
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
    """The dependencies in the caller's options, as a list. Raises pulumi.RunError if the list itself is an Output."""
    given: Any = opts.depends_on if opts is not None else None
    if given is None:
        return []
    if isinstance(given, pulumi.Resource):
        return [given]
    if isinstance(given, Sequence):
        return list(given)
    raise pulumi.RunError(
        "depends_on of a component must be a resource or a list of resources, not an Output of a list"
    )
