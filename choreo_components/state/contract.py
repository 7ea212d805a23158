"""The contract: each property that our resources and the provider's settings keep in a state, by its one name.

Components pass these properties, the provider checks and keeps them, and the package's schema describes the inputs.
A property with another name or another meaning needs another form: see `forms`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.config.options import Adopt

FORM: Final = 2
"""The form in which this release writes the state. Form 1 named kinds without apiVersion, and had no number."""

FORM_VERSION: Final = "formatVersion"
"""The property with the form of all the others of its resource; absent in form 1."""

TIMEOUT: Final = "10m"
"""How long each step of a finalization may take unless a program says otherwise."""

TEXT: Final = {"type": "string"}
FLAG: Final = {"type": "boolean"}
TEXTS: Final = {"type": "array", "items": TEXT}
TEXT_BY_NAME: Final = {"type": "object", "additionalProperties": TEXT}
ENTRIES: Final = {"type": "array", "items": TEXT_BY_NAME}
NAMES_BY_TYPE: Final = {"type": "object", "additionalProperties": TEXTS}
"""Names of objects by APIVERSION/KIND, as in {"core.choreo.dev/v1/Environment": ["acme/development"]}."""
TEXT_BY_NAME_BY_TYPE: Final = {"type": "object", "additionalProperties": TEXT_BY_NAME}
"""A text for each object, by APIVERSION/KIND and name."""


class Property(str):
    """The name of a property, with the property's description and type.

    A name that begins with `__` is not an input: the provider keeps it with the inputs, and never reports a difference.
    """

    description: str
    type: Mapping[str, Any]
    """Its JSON schema."""
    default: str | None
    secret: bool
    deprecated: str | None
    """The property to use instead; the provider keeps that one."""

    def __new__(
        cls,
        name: str,
        description: str,
        type: Mapping[str, Any] = TEXT,
        *,
        default: str | None = None,
        secret: bool = False,
        deprecated: str | None = None,
    ) -> Self:
        """`name` is the property's name."""
        made = super().__new__(cls, name)
        made.description, made.type, made.default = description, type, default
        made.secret, made.deprecated = secret, deprecated
        return made

    @property
    def schema(self) -> dict[str, Any]:
        """Its part of the package's schema."""
        described = {**self.type, "description": self.description}
        if self.secret:
            described["secret"] = True
        if self.deprecated:
            described["deprecationMessage"] = self.deprecated
        return described


class Contract:
    """The properties of one resource; the subclass of each resource has them as attributes."""

    TOKEN: ClassVar[str]
    """The resource's type in a state."""

    @classmethod
    def inputs(cls) -> tuple[Property, ...]:
        """The inputs of a program, in order."""
        return tuple(each for each in cls._properties() if not each.startswith("__"))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The defaults of the inputs that have one."""
        return {each: each.default for each in cls.inputs() if each.default is not None}

    @classmethod
    def kept(cls) -> tuple[Property, ...]:
        """What the provider keeps with the inputs."""
        return tuple(each for each in cls._properties() if each.startswith("__"))

    @classmethod
    def _properties(cls) -> tuple[Property, ...]:
        return tuple(each for each in vars(cls).values() if isinstance(each, Property))


class Inventory(Contract):
    """What a stack has made in clusters, or is about to make."""

    TOKEN = "choreo:index:Inventory"

    OBJECTS = Property(
        "objects",
        "The names of all objects of the stack, by APIVERSION/KIND: NAME in the whole cluster, else NAMESPACE/NAME; of "
        "Namespaces, ORGANIZATION/NAME for that of an organization, ORGANIZATION/ENVIRONMENT/NAME on a data plane, and "
        "else NAME.",
        NAMES_BY_TYPE,
    )
    DATA_PLANE_REFS = Property(
        "dataPlaneRefs",
        "The names of the environments' data planes, KIND/NAME of those in the whole cluster, by APIVERSION/KIND and "
        "NAMESPACE/NAME of the environment.",
        TEXT_BY_NAME_BY_TYPE,
    )
    DATA_PLANE_KUBECONFIGS = Property(
        "dataPlaneKubeconfigs",
        "The kubeconfigs of the data planes in separate clusters, by ORGANIZATION/DATAPLANE.",
        TEXT_BY_NAME,
        secret=True,
    )
    ADOPT = Property(
        "adopt", "Which objects that exist in the cluster already may be adopted.", TEXT, default=Adopt.NEVER.value
    )
    TERMINATING = Property(
        "terminating",
        "Objects that the program found to be terminating, a line each. Always refused, and so never kept. The program "
        "itself does not refuse them, since a destroy may run it as well.",
        TEXTS,
    )
    CLUSTERS = Property(
        "__clusters",
        "The identities of the data planes' clusters by ORGANIZATION/DATAPLANE, as far as they are known.",
        TEXT_BY_NAME,
    )
    FORMER = Property(
        "__former",
        "Objects that the stack has made and no longer declares, as long as they may still exist. The inventory is "
        "updated before anything is deleted. If a guard or the cluster then refuses the deletion, they still belong to "
        "the stack, and may be declared again.",
        NAMES_BY_TYPE,
    )


class Guard(Contract):
    """What a stack, or a part of it, has that others may need."""

    TOKEN = "choreo:index:DeletionGuard"

    OBJECTS = Property(
        "objects", "The objects that others may need, or that may need others, by APIVERSION/KIND.", NAMES_BY_TYPE
    )
    PROTECTED = Property(
        "protected",
        "The objects of production, which the stack does not allow to delete, by APIVERSION/KIND.",
        NAMES_BY_TYPE,
    )
    CONNECTED = Property(
        "connected",
        "The data planes whose kubeconfig others find in a Secret of the stack, by APIVERSION/KIND.",
        NAMES_BY_TYPE,
    )
    AWAITED = Property(
        "awaited",
        "What a destroy waits for: apiVersion and kind, and the namespace unless the kind is cluster-scoped.",
        ENTRIES,
    )
    DELETE_RETAINED = Property(
        "deleteRetained", "Whether retained objects may be deleted; otherwise they block the deletion.", FLAG
    )
    PART = Property(
        "part",
        "The part of the stack that is guarded: APIVERSION/KIND NAME, or `production`. The guard of the whole stack "
        "has none.",
    )


class Finalizer(Contract):
    """The environment to finalize, and what is deleted with it."""

    TOKEN = "choreo:index:EnvironmentFinalizer"

    API_VERSION = Property(
        "apiVersion",
        f"apiVersion of the Environment that it finalizes; {API_VERSION} by default.",
        default=API_VERSION,
    )
    NAMESPACE = Property(
        "namespace", "metadata.namespace of the Environment that it finalizes: the name of its organization."
    )
    ORGANIZATION = Property(
        "organization", "The earlier name of `namespace`.", deprecated="Use `namespace` instead, with the same value."
    )
    ENVIRONMENT = Property("environment", "metadata.name of the Environment that it finalizes.")
    DATA_PLANE_REF = Property(
        "dataPlaneRef",
        "The data plane of the environment, KIND/NAME if it is cluster-scoped; a change finalizes the environment and "
        "creates it again.",
    )
    DEPLOYMENTS_TIMEOUT = Property(
        "deploymentsTimeout",
        f"How long the deletion of what is deployed to it may take; {TIMEOUT} by default.",
        default=TIMEOUT,
    )
    NAMESPACES_TIMEOUT = Property(
        "namespacesTimeout", f"How long the deletion of its namespaces may take; {TIMEOUT} by default.", default=TIMEOUT
    )
    NAMESPACE_NAMES = Property(
        "namespaceNames",
        "Namespaces that were made for it: they are deleted with it even if their labels were changed.",
        TEXTS,
    )
    DATA_PLANE_KUBECONFIG = Property(
        "dataPlaneKubeconfig", "The kubeconfig of the data plane, if that is a separate cluster.", secret=True
    )
    DELETE_RETAINED = Property(
        "deleteRetained",
        "Whether retained objects are deleted with it; otherwise they keep the environment from being deleted. False "
        "by default.",
        FLAG,
    )
    ENVIRONMENT_UID = Property("__environmentUid", "The UID of the Environment that the Kubernetes provider has made.")
    CLUSTER = Property("__cluster", "The identity of the data plane's cluster, as far as it is known.")


class Found(Contract):
    """What a refresh adds to the state of a finalizer."""

    TOKEN = Finalizer.TOKEN

    DEPLOYMENTS = Property("deployments", "Deployments that had the environment's labels at the last refresh.", TEXTS)
    NAMESPACES = Property("namespaces", "Namespaces that had the environment's labels at the last refresh.", TEXTS)


class Witness(Contract):
    """What the witness watches."""

    TOKEN = "choreo:index:Witness"

    SUBJECT = Property(
        "subject", "An object, as APIVERSION/KIND NAME, or `stack` of the one that is deleted with the whole stack."
    )


class Rollout(Contract):
    """What controllers must have carried out before an up ends."""

    TOKEN = "choreo:index:Rollout"

    BINDINGS = Property(
        "bindings",
        "What is waited for, by APIVERSION/KIND and NAMESPACE/NAME: a digest of what is declared, so that every change "
        "is waited for again.",
        TEXT_BY_NAME_BY_TYPE,
    )
    TIMEOUT = Property("timeout", f"How long they may take together; {TIMEOUT} by default.", default=TIMEOUT)


STACK: Final = "stack"
"""The subject of the witness that is `deletedWith` the inventory, which is deleted only with the whole stack."""

PRODUCTION: Final = "production"
"""The part of a stack with everything that is protected, and what that needs."""


class Settings(Contract):
    """The settings of the provider."""

    TOKEN = "pulumi:providers:choreo"

    KUBECONFIG = Property(
        "kubeconfig", "The text of a kubeconfig, or the path of one; the ambient kubeconfig by default.", secret=True
    )
    CONTEXT = Property("context", "The context of the ambient kubeconfig to use; its current context by default.")
    CONTROL_PLANE = Property(
        "controlPlane",
        "The UID that the namespace kube-system of the control plane must have. The state keeps that of the stack's "
        "cluster; another cluster is refused unless this property names it.",
    )
    DATA_PLANE_KUBECONFIGS = Property(
        "dataPlaneKubeconfigs",
        "Kubeconfigs of data planes that replace those of finalizers in the state, by ORGANIZATION/DATAPLANE.",
        TEXT_BY_NAME,
        secret=True,
    )
    CLUSTER = Property(
        "__cluster",
        "The cluster's identity, passed by a program that has asked for it: empty if it could not be known.",
    )
