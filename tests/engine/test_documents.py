"""Documents whose commands can be typed as they are written."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from choreo_components.api.names import generate_k8s_name
from devcluster import ControlPlane, env
from tests import declaring, shells
from tests.checkout import CHECKOUT
from tests.engine import interpreter
from tests.engine.adopting import run, take_over, versions
from tests.engine.modes import with_controllers
from tests.engine.workspace import BIN, QUICK, Workspace, home
from tests.planes import Planes
from tests.standin import standin

SECONDS = 400
"""The time limit in seconds for all commands of a document."""


@pytest.fixture
def clone(tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane, planes: Planes) -> Iterator[Path]:
    """The checkout's files, after `make up` without its stacks: the environment leads to the test's control plane.

    One at a time, as some documents use the same names for organizations.
    """
    folder = tmp_path / "clone"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)
    _virtual_environment(folder / ".venv")
    (folder / ".dev").mkdir()
    (folder / ".dev" / "bin").symlink_to(toolchain_bin)
    (folder / ".dev" / "pulumi").symlink_to(home(toolchain_bin.parent / "pulumi" / "plugins"))
    env.write(folder, control_plane.kubeconfig)
    with planes.alone("documents"):
        yield folder


def _virtual_environment(folder: Path) -> None:
    """The one of the checkout, with a Python, a provider and a `choreo` that are forked."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").symlink_to(BIN.parent / "pyvenv.cfg")
    for program in (*interpreter.folder(BIN / "python3").iterdir(), *BIN.iterdir()):
        link = folder / "bin" / program.name
        if not link.exists():
            link.symlink_to(program)


def written(document: str, language: str) -> str:
    """The first block of a document in a language other than a shell's."""
    found = re.search(rf"^```{language}\n(.*?)^```$", (CHECKOUT / document).read_text(), re.M | re.S)
    assert found is not None
    return found[1]


def commands(document: str, language: str = "sh") -> str:
    """The shell blocks of a document in their order, without those for make; `bash` is a separate procedure."""
    found = (each.script for each in shells.blocks(document) if each.language == language)
    return "\n".join(re.sub(r"^make \w+$", "", each, flags=re.M) for each in found)


def typed(script: str, folder: Path, **environment: str) -> str:
    """The output of a document's commands in the folder, each of which must succeed."""
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", shells.WITHOUT_PREVIEWS + script],
        cwd=folder,
        env=os.environ | QUICK | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"the commands ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def test_each_command_of_pulumi_in_the_documents_exists_with_its_options(tmp_path: Path, toolchain_bin: Path) -> None:
    pulumi = str(toolchain_bin / "pulumi")
    subprocess.run([pulumi, "gen-markdown", str(tmp_path)], check=True, capture_output=True)
    pages = {page.stem: page.read_text() for page in tmp_path.glob("*.md")}
    for document in shells.PROSE:
        path = str(document.relative_to(CHECKOUT))
        typed = (command for block in shells.blocks(path) for command in shells.commands(block.script))
        for program, *arguments in (*typed, *shells.mentioned(path)):
            if program == "pulumi":
                page = "pulumi"
                for each in arguments:
                    under = f"{page}_{'remove' if each == 'rm' else each}"
                    page = under if under in pages else page
                options = {each.partition("=")[0] for each in arguments if each.startswith("-")}
                assert page != "pulumi", f"{path}: pulumi {' '.join(arguments)}"
                assert options <= set(re.findall(r"(?<=\s)--?[\w-]+", pages[page])), f"{path}: {arguments}"


def made_and_deleted(said: str) -> tuple[int, int]:
    """How many resources `up` created, and `destroy` deleted."""
    created, deleted = re.search(r"^ +\+ (\d+) created$", said, re.M), re.search(r"^ +- (\d+) deleted$", said, re.M)
    assert created is not None, said
    assert deleted is not None, said
    return int(created[1]), int(deleted[1])


def test_moving_from_choreoctl_works_as_it_is_written(clone: Path) -> None:
    typed(commands("docs/choreoctl.md"), clone)


def test_the_readmes_stack_and_the_program_of_the_documents_work_as_they_are_written(
    clone: Path, tmp_path: Path
) -> None:
    """Other packages come in the releases of uv.lock: whatever is newest today is not what the document is about."""
    (clone / "stacks" / "Pulumi.shop.yaml").write_text(written("README.md", "yaml"))

    said = typed(commands("README.md"), clone)

    assert made_and_deleted(said) == (16, 16)

    made, used = (each.script for each in shells.blocks("docs/programs.md"))
    uv = str(CHECKOUT / ".venv" / "bin" / "uv")
    left_out = ["--no-dev", "--no-emit-project", "--no-hashes", "--no-emit-package", "pulumi-kubernetes"]
    locked = subprocess.check_output([uv, "export", "--frozen", "--quiet", *left_out], cwd=CHECKOUT, text=True)
    (tmp_path / "constraints.txt").write_text(locked)
    (tmp_path / "Pulumi.yaml").write_text(written("docs/programs.md", "yaml"))
    (tmp_path / "__main__.py").write_text(written("docs/programs.md", "python"))
    script = "\n".join([made, f"cp {tmp_path}/Pulumi.yaml {tmp_path}/__main__.py .", used])

    said = typed(script, clone, UV_CONSTRAINT=str(tmp_path / "constraints.txt"))

    assert made_and_deleted(said) == (11, 11)


def test_the_local_control_plane_can_be_used_as_it_is_written(clone: Path) -> None:
    """After `make up`, which brings the stacks up."""
    made = [f"pulumi stack init {each}" for each in ("acme", "development", "production")]
    brought_up = [f"pulumi up --stack {each}" for each in ("acme", "production")]
    cleared = [f"pulumi destroy --stack {each}" for each in ("production", "acme")]
    typed("\n".join([". .dev/env", *made, *brought_up, commands("docs/local.md"), *cleared]), clone)


INITECH = "initech"
"""An organization that was made with choreoctl."""


def made_by_choreoctl() -> list[declaring.Manifest]:
    """An organization as `choreoctl create` makes it: references and labels are as typed, names are hashed."""
    typed = [
        declaring.organization(INITECH),
        declaring.data_plane("dp", organization=INITECH),
        declaring.environment(organization=INITECH, data_plane="dp"),
        declaring.pipeline("default-pipeline", organization=INITECH),
        declaring.project(pipeline="default-pipeline", organization=INITECH),
        declaring.component(organization=INITECH),
        declaring.track("main", organization=INITECH),
        declaring.artifact(organization=INITECH),
        declaring.deployment(organization=INITECH),
    ]
    for each in typed:
        own = each["metadata"].setdefault("labels", {})
        own["core.choreo.dev/name"] = name = each["metadata"]["name"]
        if each["kind"] == "Organization":
            continue
        own["core.choreo.dev/organization"] = INITECH
        above = [
            own[f"core.choreo.dev/{label}"] for label in ("project", "component") if f"core.choreo.dev/{label}" in own
        ]
        each["metadata"]["name"] = generate_k8s_name(INITECH, *above, name)
        if each["kind"] == "Component":
            each["spec"]["source"] = {"containerRegistry": {"imageName": "registry.example/web"}}
        if each["kind"] == "DeployableArtifact":
            endpoint = {"metadata": {"name": "port"}, "spec": {"type": "HTTP", "service": {"port": 8080}}}
            each["spec"]["configuration"] = {"endpointTemplates": [endpoint]}
        if each["kind"] == "Deployment":
            each["spec"]["deploymentArtifactRef"] = generate_k8s_name(INITECH, "shop", "web", "web-1")
    return typed


def eventually(holds: Callable[[], bool], otherwise: str) -> None:
    """Waits for what controllers do."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


@with_controllers
def test_what_choreoctl_made_under_hashed_names_is_created_again_as_it_is_written(
    workspace: Workspace, controlled_plane: ControlPlane
) -> None:
    for each in made_by_choreoctl():
        kind = f"{each['kind']}s.core.choreo.dev".lower()
        workspace.kubectl("create", "--field-manager=choreoctl", "-f", "-", manifest=yaml.safe_dump(each))
        within = () if each["kind"] == "Organization" else ("-n", INITECH)
        workspace.kubectl("wait", f"{kind}/{each['metadata']['name']}", *within, "--for=create", "--timeout=60s")
        if each["kind"] in ("Organization", "DeploymentPipeline"):
            condition = "Ready" if each["kind"] == "Organization" else "Available"
            target = f"{kind}/{each['metadata']['name']}"
            workspace.kubectl("wait", target, *within, f"--for=condition={condition}", "--timeout=60s")
    workspace.kubectl("wait", "namespaces", "-l", f"organization-name={INITECH}", "--for=create", "--timeout=60s")
    errors, missing = standin.errors(controlled_plane), "refers to a non-existent dataplane 'dp'"
    eventually(lambda: any(missing in each for each in errors.of(INITECH)), "the Endpoint finds its data plane")

    said = run(workspace, commands("docs/choreoctl.md", "bash"))

    assert sorted(versions(workspace, INITECH)) == [
        "DataPlane initech/dp",
        "DeploymentPipeline initech/default-pipeline",
        "Namespace initech",
        "Organization initech",
    ]
    assert take_over(workspace, said)["initech"].keys() == {"unchanged"}
    project = declaring.project(pipeline="default-pipeline", organization=INITECH)
    folder = workspace.folder / "stacks" / INITECH / "projects"
    folder.mkdir()
    (folder / "shop.yaml").write_text(yaml.safe_dump(project))
    assert workspace.up(INITECH).changes["created"] == 1
    again = declaring.environment(organization=INITECH, data_plane="dp")
    workspace.stack("development", {"choreo:projects": ["shop"], "choreo:resources": [again]})
    workspace.up("development")
    workspace.destroy("development")
    workspace.destroy(INITECH)
    assert versions(workspace, INITECH) == {}
