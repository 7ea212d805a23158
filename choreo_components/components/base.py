"""Components: an object of OpenChoreo as a Pulumi resource, with the resources that belong to it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import pulumi

from choreo_components.api import kind_of
from choreo_components.components.children import KubernetesObject
from choreo_components.components.missing_namespace import refuse_if_missing
from choreo_components.components.objects import object_options, object_role, register_object
from choreo_components.components.tokens import former_tokens, module_of, token


class ObjectComponent(pulumi.ComponentResource):
    """Base of the components: a custom resource with its metadata, sent as OpenChoreo's controllers leave it."""

    name: pulumi.Output[str]
    """The object's metadata.name. Resources that use it are created after the object, and deleted before it."""
    namespace: pulumi.Output[str]
    """The organization's namespace: the one that the object is in, or, for an Organization, the one made for it."""

    _secret_arguments: ClassVar[Sequence[str]] = ()
    """The arguments that are secrets, which their types cannot express. Without the `_` it would be an output."""

    _api_version: ClassVar[str]
    """The generation; each has its class of components."""

    def __init__(self, kind: str, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Registers the component. Its resources are registered by `_declare`, and `_complete` ends it.

        Raises pulumi.RunError with all problems of the arguments, and registers nothing then. A preview refuses it if
        its namespace is missing.
        """
        self._kind = kind_of(self._api_version, kind)
        self._object_name: str = args.get("name") or name
        body = self._body(self._object_name, args)
        module = module_of(self._api_version)
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=each) for each in former_tokens(module, kind)])
        super().__init__(token(module, kind), name, None, pulumi.ResourceOptions.merge(opts, former))
        self._register = partial(register_object, self._kind, object_role(name, kind), body)
        self._options = partial(object_options, self, args, opts)
        self._is_decided: pulumi.Output[None] | None = None
        """Known once its namespace is known to exist, if that is asked."""
        if (needed := self._needs_namespace(args)) is not None:
            self._is_decided = refuse_if_missing(self, name, *needed, opts)

    @classmethod
    def bare(cls, name: str, opts: pulumi.ResourceOptions) -> Self:
        """The component without children, which a Platform registers in the order of its plan.

        Made without the constructor: for resources that a constructor registers, the SDK keeps the call stack in the
        state.
        """
        component = cls.__new__(cls)
        pulumi.ComponentResource.__init__(component, token(module_of(cls._api_version), cls.__name__), name, None, opts)
        return component

    def _declare(self, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """Registers the custom resource, after the resources that it needs and those in the component's options."""
        made = self._register(self._options(needs))
        # If the metadata may contain a secret, it is not in these two.
        metadata = pulumi.Output.unsecret(made.metadata)
        self.name = metadata["name"]
        self.namespace = metadata["namespace"] if self._kind.namespaced else self.name
        return made

    def _complete(self, **outputs: pulumi.Output[Any]) -> None:
        """Ends the registration of the component, with these outputs in addition to those of all kinds."""
        if self._is_decided is not None:
            both: Any = pulumi.Output.all(self.namespace, self._is_decided)
            outputs.setdefault("namespace", both.apply(lambda known: known[0]))
        self.register_outputs({"name": self.name, "namespace": self.namespace, **outputs})

    def _needs_namespace(self, args: Mapping[str, Any]) -> tuple[pulumi.Input[str], str] | None:
        """The namespace that must exist before it, and the message of a preview if that is missing."""
        return None

    def _body(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The object without apiVersion and kind, in wire names; Outputs in the arguments are kept in place.

        Raises pulumi.RunError with all problems of the arguments.
        """
        raise NotImplementedError
