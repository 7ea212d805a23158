"""The contract: each property that our resources and the provider's settings keep in a state, by its one name.

Components hand these properties over, the provider checks and keeps them, and the package's schema describes those that
programs give. Another name or another meaning is another form: see `forms`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.config.options import Adopt

FORM: Final = 2
"""The form in which this release writes what is kept. Form 1 named kinds alone, and did not say which form it was."""

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
    """The name of a property, which knows what the property is.

    One that begins with `__` is no input: the provider keeps it with the inputs, and never finds it to differ.
    """

    description: str
    type: Mapping[str, Any]
    """Its JSON schema."""
    default: str | None
    secret: bool
    deprecated: str | None
    """What to give instead; the provider keeps that, and not this one."""

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
    """The properties of one resource; base of those of each, which have them as attributes."""

    TOKEN: ClassVar[str]
    """The resource's type in a state."""

    @classmethod
    def inputs(cls) -> tuple[Property, ...]:
        """What a program gives, in order."""
        return tuple(each for each in cls._properties() if not each.startswith("__"))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """What the inputs are that a program does not give, as far as they then are anything."""
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
        "The kubeconfigs of the data planes that are clusters of their own, by ORGANIZATION/DATAPLANE.",
        TEXT_BY_NAME,
        secret=True,
    )
    ADOPT = Property("adopt", "What may be taken over that is in the cluster already.", TEXT, default=Adopt.NEVER.value)
    TERMINATING = Property(
        "terminating",
        "What the program has found to be being deleted, a line each: never kept, as it is always refused. Not refused "
        "by the program itself, which a destroy may run too.",
        TEXTS,
    )
    CLUSTERS = Property(
        "__clusters",
        "The identities of the data planes' own clusters by ORGANIZATION/DATAPLANE, as far as anybody could see them.",
        TEXT_BY_NAME,
    )
    FORMER = Property(
        "__former",
        "Objects that the stack has made and no longer declares, as long as they may be there. The inventory is "
        "updated before anything is deleted. Where a guard or the cluster then refuses that, they are the stack's "
        "still, and may be declared again.",
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
        "The objects of production, which the stack does not allow to go, by APIVERSION/KIND.",
        NAMES_BY_TYPE,
    )
    CONNECTED = Property(
        "connected",
        "The data planes whose kubeconfig others find in a Secret of the stack, by APIVERSION/KIND.",
        NAMES_BY_TYPE,
    )
    AWAITED = Property(
        "awaited",
        "What a destroy waits for: apiVersion and kind, and the namespace unless that is the whole cluster.",
        ENTRIES,
    )
    DELETE_RETAINED = Property(
        "deleteRetained", "Whether what is retained may be deleted, which otherwise holds what is deleted.", FLAG
    )
    PART = Property(
        "part",
        "The part of the stack which the guard is of: APIVERSION/KIND NAME, or `production`. The guard of the "
        "stack has none.",
    )


class Finalizer(Contract):
    """Which environment is meant, and what goes with it."""

    TOKEN = "choreo:index:EnvironmentFinalizer"

    API_VERSION = Property(
        "apiVersion",
        f"apiVersion of the Environment which it finalizes; {API_VERSION} by default.",
        default=API_VERSION,
    )
    NAMESPACE = Property(
        "namespace", "metadata.namespace of the Environment which it finalizes: the name of its organization."
    )
    ORGANIZATION = Property(
        "organization", "The earlier name of `namespace`.", deprecated="Give `namespace` instead, with the same value."
    )
    ENVIRONMENT = Property("environment", "metadata.name of the Environment which it finalizes.")
    DATA_PLANE_REF = Property(
        "dataPlaneRef",
        "The data plane of the environment, KIND/NAME if it is in the whole cluster; on another one it is finalized "
        "and begun anew.",
    )
    DEPLOYMENTS_TIMEOUT = Property(
        "deploymentsTimeout", f"How long its Deployments may take to go; {TIMEOUT} by default.", default=TIMEOUT
    )
    NAMESPACES_TIMEOUT = Property(
        "namespacesTimeout", f"How long its namespaces may take to go; {TIMEOUT} by default.", default=TIMEOUT
    )
    NAMESPACE_NAMES = Property(
        "namespaceNames",
        "Namespaces that were made for it: they go with it even if somebody has changed their labels.",
        TEXTS,
    )
    DATA_PLANE_KUBECONFIG = Property(
        "dataPlaneKubeconfig", "The kubeconfig of the data plane, where that is a cluster of its own.", secret=True
    )
    DELETE_RETAINED = Property(
        "deleteRetained",
        "Whether what is retained goes with it, which the environment stays for otherwise; false by default.",
        FLAG,
    )
    ENVIRONMENT_UID = Property("__environmentUid", "The UID of the Environment that the Kubernetes provider has made.")
    CLUSTER = Property("__cluster", "The identity of the data plane's own cluster, as far as anybody could see it.")


class Found(Contract):
    """What a refresh adds to what is kept of a finalizer."""

    TOKEN = Finalizer.TOKEN

    DEPLOYMENTS = Property(
        "deployments", "Deployments that carried the environment's labels at the last refresh.", TEXTS
    )
    NAMESPACES = Property("namespaces", "Namespaces that carried the environment's labels at the last refresh.", TEXTS)


class Witness(Contract):
    """What the witness watches."""

    TOKEN = "choreo:index:Witness"

    SUBJECT = Property(
        "subject", "An object, as APIVERSION/KIND NAME, or `stack` of the one that is deleted with the whole stack."
    )


class Rollout(Contract):
    """What controllers have to have carried out before an up ends."""

    TOKEN = "choreo:index:Rollout"

    BINDINGS = Property(
        "bindings",
        "What is waited for, by APIVERSION/KIND and NAMESPACE/NAME: a digest of what is declared, as whatever changes "
        "is waited for again.",
        TEXT_BY_NAME_BY_TYPE,
    )
    TIMEOUT = Property("timeout", f"How long they may take together; {TIMEOUT} by default.", default=TIMEOUT)


STACK: Final = "stack"
"""The subject of the witness that is `deletedWith` the inventory, which is deleted only with the whole stack."""

PRODUCTION: Final = "production"
"""The part of a stack which is all that is protected, and what that needs."""


class Settings(Contract):
    """The settings of the provider."""

    TOKEN = "pulumi:providers:choreo"

    KUBECONFIG = Property(
        "kubeconfig", "The text of a kubeconfig, or the path of one; the ambient kubeconfig by default.", secret=True
    )
    CONTEXT = Property("context", "The context of the ambient kubeconfig to use; its current context by default.")
    CONTROL_PLANE = Property(
        "controlPlane",
        "The UID that the namespace kube-system of the control plane must have. The state keeps that of the cluster "
        "that a stack is on; another cluster is refused, unless this names it.",
    )
    DATA_PLANE_KUBECONFIGS = Property(
        "dataPlaneKubeconfigs",
        "Newer kubeconfigs of data planes than finalizers have in the state, by ORGANIZATION/DATAPLANE.",
        TEXT_BY_NAME,
        secret=True,
    )
    CLUSTER = Property(
        "__cluster",
        "The cluster's identity. A program that has asked for it hands it over: empty where it could not be known.",
    )
