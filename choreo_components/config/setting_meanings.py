"""The meaning of each setting of a stack, for editors and for docs/settings.md, which is generated from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from choreo_components.config.settings import (
    ADOPT,
    ALLOW_PRODUCTION_DESTROY,
    CONTROL_PLANE,
    CONTROLLERS,
    DATA_PLANE_KUBECONFIGS,
    DELETE_RETAINED,
    KUBECONFIG,
    MANIFESTS,
    NAMESPACE_METADATA,
    PROJECTS,
    RESOURCES,
    TIMEOUTS,
)


@dataclass(frozen=True)
class Meaning:
    """What a setting means.

    `summary` is plain text of a sentence or two; `default` is Markdown; `details` are further sentences of Markdown,
    whose links are relative to docs/.
    """

    summary: str
    default: str
    details: str = ""


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        RESOURCES: Meaning(
            "Objects of OpenChoreo and of other APIs, inline: each as in a manifest.",
            "none",
            "[Objects of other APIs](neighbours.md).",
        ),
        MANIFESTS: Meaning(
            "Files of YAML with objects, and globs of such files, relative to the project's folder.",
            "none",
            "[Which files are read](bad-input.md#which-files-are-read).",
        ),
        PROJECTS: Meaning(
            "Names of projects in other stacks that get a namespace in each environment of this stack.", "none"
        ),
        CONTROLLERS: Meaning(
            "Whether OpenChoreo's controllers run.",
            "`present`",
            "`present`: conditions are waited for where the `status` in the installed definitions has them, and the "
            "namespace of an organization is deleted with it. `absent`: no condition is waited for, and the "
            "namespaces belong to the stack alone. A stack can be switched from `absent` to `present`.",
        ),
        TIMEOUTS: Meaning(
            "How long each step may take, such as 90s, 10m or 1h30m.",
            "`10m` each",
            "`ready`: until an object's condition is true. `delete`: until an object is gone. `deployments` and "
            "`namespaces`: the two steps in which an environment is emptied.",
        ),
        ADOPT: Meaning(
            "Whether objects that exist in the cluster and are not in the stack's state are taken over.",
            "`never`",
            "`never`: such an object is an error, and nothing is applied. `if-labelled`: it is taken over if it has "
            "the labels of its organization; in `openchoreo.dev/v1alpha1`, a Namespace if it has the label "
            "`openchoreo.dev/control-plane`, and any other object if choreo has applied it before.",
        ),
        ALLOW_PRODUCTION_DESTROY: Meaning(
            "Whether production environments may be deleted or replaced.",
            "`false`",
            "With `false`, production environments (`isProduction: true`), their namespaces and their finalizers "
            "are protected: Pulumi refuses at preview to delete or replace them. To delete one, set it to `true`, run "
            "`pulumi up`, then `pulumi destroy`.",
        ),
        DELETE_RETAINED: Meaning(
            "Whether deleting an environment may delete what a binding retains.",
            "`false`",
            "[What a destroy of an environment does](v1alpha1.md#what-a-destroy-of-an-environment-does).",
        ),
        KUBECONFIG: Meaning(
            "The control plane's kubeconfig: its text, or its path from the project's folder.",
            "the ambient kubeconfig",
            "A secret: `pulumi config set --secret choreo:kubeconfig < file`. Prefer the ambient one "
            "([why](secrets.md)).",
        ),
        CONTROL_PLANE: Meaning(
            "The UID that the namespace kube-system of the control plane must have.",
            "the one in the state",
            "Needed only to move a stack to [another cluster](reliability.md#another-cluster).",
        ),
        DATA_PLANE_KUBECONFIGS: Meaning(
            "Kubeconfigs of data planes that are separate clusters, by the name of the data plane: text or path.",
            "the Secret that the data plane names, or its own credentials; else the control plane's cluster",
            "A secret: [data planes on separate clusters](data-planes.md).",
        ),
        NAMESPACE_METADATA: Meaning(
            "The `labels` and `annotations` that all data-plane namespaces get in addition to OpenChoreo's own.",
            "none",
            "[For admission policies](data-planes.md#labels-that-an-admission-policy-requires).",
        ),
    }
)
