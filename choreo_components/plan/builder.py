"""The plan builder: what a stack's objects become in the cluster, in which order, and what is wrong with them.

Pure: no Pulumi, no network. The program, the pictures, the checks and the commands all use the same plan.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from choreo_components.api import kind_of
from choreo_components.api.annotations import APPLIED, of_provider
from choreo_components.api.generation import (
    DATA_PLANE_NAMESPACE,
    FINALIZER,
    NAMESPACE,
    SECRET,
    Generation,
    NamespaceMaker,
    Role,
    Severity,
)
from choreo_components.api.names import Use, refusal
from choreo_components.config.documents import Derived
from choreo_components.config.findings import Finding, error
from choreo_components.config.options import Controllers
from choreo_components.config.settings import Declared, Settings
from choreo_components.plan.checks import check, size
from choreo_components.plan.neighbourhood import OWN, TENANTS, Neighbourhood
from choreo_components.plan.nodes import (
    KUBERNETES,
    FinalizerNode,
    Key,
    NamespaceNode,
    Node,
    ObjectNode,
    OwnNode,
    Plan,
    SecretNode,
)
from choreo_components.plan.references import Index, Reference, references


def plan(settings: Settings) -> Plan:
    """The plan of a stack. The same settings in another order give the same plan."""
    return _PlanBuilder(settings).plan()


class _PlanBuilder:
    """Derives nodes and edges from a stack's objects."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.brought = dict(_brought(settings))
        self.declared = sorted(
            [*settings.declared, *(each for group in self.brought.values() for each in group)],
            key=lambda each: (*_position(each), each.organization, each.name),
        )
        # By their names the declared ones are found, as they come last.
        self.index = Index([*settings.contradicting, *self.declared])
        self.by_role: dict[Role | None, list[Declared]] = defaultdict(list)
        for each in self.declared:
            self.by_role[each.role].append(each)
        self.references = {Key.of(each): list(references(each)) for each in self.declared}
        self.needs: dict[Key, set[Key]] = defaultdict(set)
        self.outside: list[Reference] = []
        self.findings: list[Finding] = []

    def plan(self) -> Plan:
        brought_by = {id(each): environment for environment, group in self.brought.items() for each in group}
        objects = [ObjectNode(Key.of(each), each, self.wait(each), brought_by.get(id(each))) for each in self.declared]
        for each in self.declared:
            self.connect(each)
        self.findings += self.ambiguous()
        secrets = self.secrets()
        namespaces = [node for each in self.by_role[Role.ENVIRONMENT] for node in self.namespaces(each)]
        finalizers = self.finalizers(namespaces)
        for each in self.declared:
            for environment in each.generation.teardown.environments(each.wire):
                finalizer = Key(each.generation.api_version, FINALIZER, each.organization, environment)
                if finalizer in self.needs:
                    self.needs[Key.of(each)].add(finalizer)
        own: list[OwnNode] = [*objects, *secrets, *namespaces, *finalizers]
        neighbourhood = Neighbourhood(
            self.settings.neighbours,
            self.declared,
            namespaces,
            secrets,
            {node.environment: node.key for node in finalizers},
        )
        self.connect_neighbours(neighbourhood)
        nodes: list[Node] = [*own, *neighbourhood.nodes]
        position = {node.key: (_part(node), *_position(node.declared, _kind_in_order(node)), node.key) for node in own}
        position |= {node.key: (*neighbourhood.order(node.key), node.key) for node in neighbourhood.nodes}
        nodes.sort(key=lambda node: position[node.key])
        cells = [
            (node.declared.generation, (node.key.organization, node.project, node.environment.name))
            for node in namespaces
        ]
        return Plan(
            nodes=tuple(nodes),
            needs={node.key: tuple(sorted(self.needs[node.key], key=position.__getitem__)) for node in nodes},
            outside=tuple(self.outside),
            findings=(
                *self.findings,
                *(found for node in objects for found in self.sizes(node)),
                *(found for node in neighbourhood.nodes for found in size(node.neighbour, APPLIED)),
                *check(self.declared, cells),
            ),
            index=self.index,
        )

    def connect_neighbours(self, neighbourhood: Neighbourhood) -> None:
        """Adds the edges of objects of other APIs: to what they need, and from what needs them."""
        self.findings += neighbourhood.findings
        if not neighbourhood.nodes:
            return
        for each in self.declared:
            if each.role is not Role.TENANT:
                key = Key.of(each)
                is_first = all(needed.role is Role.TENANT or needed.kind == SECRET for needed in self.needs[key])
                self.needs[key] |= set(neighbourhood.before(each, is_first=is_first))
        self.needs |= neighbourhood.needs
        last = neighbourhood.last()
        needed = {each for keys in self.needs.values() for each in keys}
        ends = {key for key in self.needs if key not in needed}.difference(last)
        for key in last:
            self.needs[key] |= ends

    def wait(self, declared: Declared) -> str | None:
        if self.settings.controllers is Controllers.ABSENT or not declared.generation.waits(declared):
            return None
        return kind_of(declared.object.api_version, declared.kind).ready_condition

    def sizes(self, node: ObjectNode) -> Iterator[Finding]:
        kind = kind_of(node.key.api_version, node.key.kind)
        return size(node.declared, of_provider(kind, waits=node.wait is not None))

    def connect(self, declared: Declared) -> None:
        """Adds edges to what the object refers to, and to its organization if none of these leads to it."""
        key = Key.of(declared)
        self.needs[key] = set()
        organization: Declared | None = None
        for reference in self.references[key]:
            found = self.index.find(reference.target)
            if found is None:
                self.outside.append(reference)
                continue
            if reference.unfit is not None:
                self.findings += reference.misfits(found.wire)
            if found.role is Role.TENANT:
                organization = found
            else:
                self.needs[key].add(Key.of(found))
        # A cluster-wide object does not lead to an organization.
        if organization is not None and not any(needed.organization for needed in self.needs[key]):
            self.needs[key].add(Key.of(organization))

    def ambiguous(self) -> Iterator[Finding]:
        """An error for each kubeconfig in the settings whose name is that of several organizations' data planes."""
        meant: dict[str, set[str]] = defaultdict(set)
        for each in self.by_role[Role.DATA_PLANE]:
            meant[each.name].add(each.organization)
        for each in self.by_role[Role.ENVIRONMENT]:
            if (data_plane := each.data_plane) is not None:
                meant[data_plane.known_as].add(data_plane.organization)
        for name, kubeconfig in self.settings.data_plane_kubeconfigs.items():
            organizations = " and ".join(repr(each) for each in sorted(meant[name]) if each)
            if "" in meant[name] and organizations:
                message = (
                    f"organization {organizations} of this stack has a data plane {name!r}, and a cluster-wide one of "
                    "that name would share this kubeconfig; rename one of them"
                )
                yield error(kubeconfig.where, message)
            elif len(meant[name]) > 1:
                message = (
                    f"organizations {organizations} of this stack each have a data plane {name!r}, and these would "
                    "share this kubeconfig; declare each organization in a separate stack, or rename the data planes"
                )
                yield error(kubeconfig.where, message)

    def secrets(self) -> list[SecretNode]:
        """The Secrets of data planes whose kubeconfigs are in the settings, each before its data plane."""
        given = self.settings.data_plane_kubeconfigs
        nodes: dict[Key, SecretNode] = {}
        for each in self.by_role[Role.DATA_PLANE]:
            data_planes = each.generation.data_planes
            name = data_planes.connection(each.wire)
            if not name or each.name not in given:
                continue
            key = Key(KUBERNETES, SECRET, each.organization, name)
            first = nodes.setdefault(key, SecretNode(key, Key.of(each), each)).data_plane
            where = each.at(*data_planes.connection_field)
            if given[first.name].given != given[each.name].given:
                message = (
                    f"data planes {first.name!r} and {each.name!r} name the same Secret, but have different "
                    "kubeconfigs; name another Secret in one of them"
                )
                self.findings.append(error(where, message))
            if refused := refusal(name, Use.OBJECT) or refusal(name, Use.LABEL_VALUE):
                message = f"Kubernetes would refuse the name {name!r} of the Secret: {refused}"
                self.findings.append(error(where, message))
            # The organization comes before its Secret.
            tenants = {kind.kind for kind in each.generation.of_role(Role.TENANT)}
            self.needs[key] = {needed for needed in self.needs[Key.of(each)] if needed.kind in tenants}
            self.needs[Key.of(each)] = {key}
        return list(nodes.values())

    def namespaces(self, environment: Declared) -> list[NamespaceNode]:
        """The namespaces that the stack makes in an environment, with what each needs."""
        nodes = []
        maker = environment.generation.namespaces.maker
        projects = self.deployable(environment) if maker is None else self.bound(environment, maker)
        for project, needed in sorted(projects.items()):
            organization, name = environment.organization, environment.name
            key = Key(KUBERNETES, NAMESPACE, organization, f"{project}/{name}")
            self.needs[key] = {Key.of(environment), *([needed] if needed else [])}
            namespace = environment.generation.namespaces.name(organization, project, name)
            nodes.append(NamespaceNode(key, Key.of(environment), project, namespace, environment))
        return nodes

    def bound(self, environment: Declared, maker: NamespaceMaker) -> dict[str, None]:
        """The projects that are bound to an environment, where the stack makes their namespaces.

        It makes them instead of absent controllers, and before the controllers do on a cluster whose kubeconfig is in
        the settings. If the controllers are absent, the settings' projects are included, as nothing else binds them.
        """
        data_plane = environment.data_plane
        given = data_plane is not None and data_plane.known_as in self.settings.data_plane_kubeconfigs
        if self.settings.controllers is not Controllers.ABSENT and not given:
            return {}
        cells = (
            each.generation.cell_of(each.wire)
            for each in self.declared
            if each.kind == maker.kind and self.same_organization(each, environment)
        )
        bound = [project for _, project, name in cells if name == environment.name]
        return dict.fromkeys([*bound, *self.settings.projects])

    def deployable(self, environment: Declared) -> dict[str, Key | None]:
        """The projects that can be deployed to an environment, each with its node if the stack declares it."""
        organization, name, generation = environment.organization, environment.name, environment.generation
        projects: dict[str, Key | None] = {}
        for project_name, where in self.settings.projects.items():
            kind = generation.kind_of_role(Role.PROJECT)
            target = generation.named(kind.kind, organization, project_name)
            found = self.index.find(target)
            if found is None:
                missing = (
                    f"no project {project_name!r} in organization {organization!r} yet; its namespace is created anyway"
                )
                reference = Reference(environment, where, target, missing, Severity.WARNING, project=project_name)
                self.outside.append(reference)
            projects[project_name] = None if found is None else Key.of(found)
        for project in self.by_role[Role.PROJECT]:
            if self.same_organization(project, environment) and self.reaches(project, name):
                projects[project.name] = Key.of(project)
        for deployment in self.by_role[Role.DEPLOYMENT]:
            _, project_name, of = generation.cell_of(deployment.wire)
            if self.same_organization(deployment, environment) and of == name:
                projects.setdefault(project_name, None)
        return projects

    def same_organization(self, one: Declared, other: Declared) -> bool:
        """Whether both are of the same organization and generation."""
        return (one.organization, one.generation) == (other.organization, other.generation)

    def reaches(self, project: Declared, environment: str) -> bool:
        """Whether the project can be promoted to the environment. A pipeline of another stack may name any."""
        generation = project.generation
        targets = (reference.target for reference in self.references[Key.of(project)])
        pipeline = next(
            (self.index.find(target) for target in targets if generation.role(target.kind) is Role.PIPELINE), None
        )
        return pipeline is None or any(name == environment for _, name in generation.promoted(pipeline.wire))

    def finalizers(self, namespaces: Sequence[NamespaceNode]) -> list[FinalizerNode]:
        """The finalizers of environments, after their namespaces and all workloads that may be deployed there."""
        workloads: dict[tuple[str, Generation], set[Key]] = defaultdict(set)
        for each in self.by_role[Role.WORKLOAD]:
            workloads[each.organization, each.generation].add(Key.of(each))
        # A workload that another one needs is reached through that one.
        last = {
            owner: keys - {needed for key in keys for needed in self.needs[key]} for owner, keys in workloads.items()
        }
        own: dict[Key, set[Key]] = defaultdict(set)
        for node in namespaces:
            own[node.environment].add(node.key)
        nodes = []
        for declared in self.by_role[Role.ENVIRONMENT]:
            environment = Key.of(declared)
            key = Key(environment.api_version, FINALIZER, environment.organization, environment.name)
            self.needs[key] = {
                environment,
                *own[environment],
                *last.get((declared.organization, declared.generation), ()),
            }
            nodes.append(FinalizerNode(key, environment, declared))
        return nodes


def _brought(settings: Settings) -> Iterator[tuple[Key, list[Declared]]]:
    """By environment: the objects that make namespaces in it for the settings' projects, unless they are declared.

    None if there are no controllers to act on them.
    """
    environments = [each for each in settings.declared if each.role is Role.ENVIRONMENT]
    for environment in environments if settings.controllers is Controllers.PRESENT else ():
        generation = environment.generation
        if (maker := generation.namespaces.maker) is None:
            continue
        declared = {
            generation.cell_of(each.wire)
            for each in settings.declared
            if each.kind == maker.kind and each.generation is generation
        }
        brought = []
        for project, where in settings.projects.items():
            cell = environment.organization, project, environment.name
            if cell not in declared:
                wire = maker.make(*cell)
                model = generation.by_name[maker.kind].model_of(wire)
                brought.append(Declared(model.from_wire(wire), Derived(wire, where.file, where=where)))
        yield Key.of(environment), brought


def _position(declared: Declared, kind: str | None = None) -> tuple[str, int]:
    """The position of a kind (default: the object's) in the order of creation of the object's generation."""
    return declared.generation.api_version, declared.generation.position(kind or declared.kind)


def _part(node: OwnNode) -> int:
    """The part of the order of creation that a node is in."""
    return TENANTS if node.key.role is Role.TENANT else OWN


def _kind_in_order(node: OwnNode) -> str:
    """The node's kind as the order of creation names it."""
    return DATA_PLANE_NAMESPACE if isinstance(node, NamespaceNode) else node.key.kind
