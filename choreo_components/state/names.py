"""Names of objects as a state has them: a type is APIVERSION/KIND, an object APIVERSION/KIND NAME."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

Objects = Mapping["Type", Collection[str]]
"""Names of objects by their types."""


class Type(NamedTuple):
    """A kind and its API: the name of a kind alone is ambiguous."""

    api_version: str
    kind: str

    def __str__(self) -> str:
        return f"{self.api_version}/{self.kind}"

    @classmethod
    def of(cls, text: str) -> "Type":
        """The type that is written like this."""
        api_version, _, kind = text.rpartition("/")
        return cls(api_version, kind)


NAMESPACE = Type("v1", "Namespace")
SECRET = Type("v1", "Secret")


class Identity(NamedTuple):
    """An object: its type, and its name, which is NAMESPACE/NAME unless the object is cluster-scoped."""

    type: Type
    name: str

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    @classmethod
    def of(cls, text: str) -> "Identity":
        """The object that is written like this."""
        type_, _, name = text.partition(" ")
        return cls(Type.of(type_), name)

    @property
    def shown(self) -> str:
        """The object as a person reads it."""
        return f"{self.type.kind} {self.name}"


def data_plane_reference(kind: str, organization: str, name: str) -> str:
    """How an environment's data plane is written: NAME if it is in the organization, KIND/NAME if cluster-scoped."""
    return name if organization else f"{kind}/{name}"


def full_name_of_data_plane(organization: str, reference: str) -> str:
    """ORGANIZATION/NAME of the data plane that an environment of the organization refers to; NAME without one."""
    kind, _, name = reference.rpartition("/")
    return name if kind else f"{organization}/{name}"


class Awaited(NamedTuple):
    """A type in a namespace, or a cluster-scoped one."""

    type: Type
    namespace: str = ""

    def entry(self) -> dict[str, str]:
        """The entry for it in a state."""
        where = {"namespace": self.namespace} if self.namespace else {}
        return {"apiVersion": self.type.api_version, "kind": self.type.kind, **where}

    @staticmethod
    def is_entry(value: Any) -> bool:
        """Whether the value is an entry."""
        return (
            isinstance(value, Mapping)
            and isinstance(value.get("apiVersion"), str)
            and isinstance(value.get("kind"), str)
        )

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> "Awaited":
        """The type and namespace of an entry in a state."""
        return cls(Type(entry["apiVersion"], entry["kind"]), entry.get("namespace", ""))


def written(objects: Objects) -> dict[str, list[str]]:
    """The names as they are in a state; types without names are omitted."""
    return {str(type_): sorted(names) for type_, names in objects.items() if names}


def objects_of(value: Mapping[str, Collection[str]] | None) -> dict[Type, list[str]]:
    """The names from a state."""
    return {Type.of(text): list(names) for text, names in (value or {}).items()}
