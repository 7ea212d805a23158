"""Authorization: roles, and the subjects that have them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, Name
from choreo_components.api.shape import HOLLOW, Items, Rule

Effect = Literal["allow", "deny"]


class AuthzRoleSpec(WireModel):
    """The spec of an AuthzRole or ClusterAuthzRole."""

    actions: Annotated[list[str], Items(least=1), doc("What may be done, as in component:create or project:*.")]
    description: Annotated[str | None, doc("What the role is for.")] = None


class AuthzRole(ApiObject):
    """A set of actions that may be done in a namespace."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["AuthzRole"] = "AuthzRole"
    spec: AuthzRoleSpec


class ClusterAuthzRole(ApiObject):
    """A set of actions that may be done in any namespace."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterAuthzRole"] = "ClusterAuthzRole"
    spec: AuthzRoleSpec


class Entitlement(WireModel):
    """The subjects: those whose token has this claim."""

    claim: Annotated[str, doc("Claim of the token, such as groups.")]
    value: Annotated[str, doc("Value that it must have.")]


class AuthzCondition(WireModel):
    """A condition on which a role is granted."""

    actions: Annotated[list[str], Items(least=1), doc("Actions of the role that it is about.")]
    expression: Annotated[Name, doc("Whether they may be done: an expression in CEL.")]


class AuthzRoleRef(WireModel):
    """A role: of the namespace, or of all namespaces."""

    kind: Annotated[Literal["AuthzRole", "ClusterAuthzRole"], doc("Whether it is namespaced or cluster-scoped.")]
    name: Annotated[str, doc("Name of the role.")]


class NamespaceScope(WireModel):
    """Scope of a role in a namespace; without any of these, the whole namespace."""

    project: Annotated[str | None, doc("Name of the only Project.")] = None
    component: Annotated[str | None, doc("Name of the only Component of that project.")] = None
    resource: Annotated[str | None, doc("Name of the only Resource of that project.")] = None


class ClusterScope(WireModel):
    """Scope of a role; without any of these, everywhere."""

    namespace: Annotated[str | None, doc("Name of the only namespace.")] = None
    project: Annotated[str | None, doc("Name of the only Project of that namespace.")] = None
    component: Annotated[str | None, doc("Name of the only Component of that project.")] = None
    resource: Annotated[str | None, doc("Name of the only Resource of that project.")] = None


def _misses(*needs: tuple[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the scope of a mapping has the first of two fields, and not the second."""

    def misses(mapping: Mapping[str, Any]) -> bool:
        scope = mapping.get("scope", {})
        return any(field in scope and needed not in scope for field, needed in needs)

    return misses


def _has_component_and_resource(mapping: Mapping[str, Any]) -> bool:
    scope = mapping.get("scope", {})
    return "component" in scope and "resource" in scope


_RESOURCE_NEEDS_PROJECT = Rule(
    "!has(self.scope) || has(self.scope.project) || !has(self.scope.resource)",
    "scope.resource needs scope.project",
    _misses(("resource", "project")),
)
_COMPONENT_OR_RESOURCE = Rule(
    "!has(self.scope) || !(has(self.scope.component) && has(self.scope.resource))",
    "scope cannot have both a component and a resource",
    _has_component_and_resource,
)


class RoleMapping(WireModel):
    """A role, and the part of the namespace in which it is granted.

    The API server of OpenChoreo writes `scope: {}` if it is missing: the two mean the same.
    """

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.scope) || has(self.scope.project) || !has(self.scope.component)",
            "scope.component needs scope.project",
            _misses(("component", "project")),
        ),
        _RESOURCE_NEEDS_PROJECT,
        _COMPONENT_OR_RESOURCE,
    )

    role_ref: Annotated[AuthzRoleRef, doc("The role.")]
    scope: Annotated[NamespaceScope | None, HOLLOW, doc("Scope of the role; default: the whole namespace.")] = None
    conditions: Annotated[
        list[AuthzCondition] | None, doc("Conditions on which it is granted; of several for one action, one is enough.")
    ] = None


class ClusterRoleMapping(WireModel):
    """A role, and the part of the cluster in which it is granted.

    The API server of OpenChoreo writes `scope: {}` if it is missing: the two mean the same.
    """

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.scope) || ((has(self.scope.namespace) || !has(self.scope.project))"
            " && (has(self.scope.project) || !has(self.scope.component)))",
            "scope.project needs scope.namespace, and scope.component needs scope.project",
            _misses(("project", "namespace"), ("component", "project")),
        ),
        _RESOURCE_NEEDS_PROJECT,
        _COMPONENT_OR_RESOURCE,
    )

    role_ref: Annotated[AuthzRoleRef, doc("The role, a ClusterAuthzRole.")]
    scope: Annotated[ClusterScope | None, HOLLOW, doc("Scope of the role; default: everywhere.")] = None
    conditions: Annotated[
        list[AuthzCondition] | None, doc("Conditions on which it is granted; of several for one action, one is enough.")
    ] = None


class AuthzRoleBindingSpec(WireModel):
    """The spec of an AuthzRoleBinding."""

    entitlement: Annotated[Entitlement, doc("The subjects.")]
    role_mappings: Annotated[list[RoleMapping], Items(least=1), doc("Their roles, with scopes.")]
    effect: Annotated[Effect, doc("Whether the roles are granted or, with deny, revoked.")] = "allow"


class AuthzRoleBinding(ApiObject):
    """The roles of subjects in a namespace."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["AuthzRoleBinding"] = "AuthzRoleBinding"
    spec: AuthzRoleBindingSpec


def _has_role_of_a_namespace(spec: Mapping[str, Any]) -> bool:
    return any(each["roleRef"]["kind"] != "ClusterAuthzRole" for each in spec["roleMappings"])


class ClusterAuthzRoleBindingSpec(WireModel):
    """The spec of a ClusterAuthzRoleBinding."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!self.roleMappings.exists(each, each.roleRef.kind != 'ClusterAuthzRole')",
            "a ClusterAuthzRoleBinding can refer to ClusterAuthzRoles only",
            _has_role_of_a_namespace,
        ),
    )

    entitlement: Annotated[Entitlement, doc("The subjects.")]
    role_mappings: Annotated[list[ClusterRoleMapping], Items(least=1), doc("Their roles, with scopes.")]
    effect: Annotated[Effect, doc("Whether the roles are granted or, with deny, revoked.")] = "allow"


class ClusterAuthzRoleBinding(ApiObject):
    """The roles of subjects, in all namespaces or some."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterAuthzRoleBinding"] = "ClusterAuthzRoleBinding"
    spec: ClusterAuthzRoleBindingSpec
