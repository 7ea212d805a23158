"""`choreo promote`: which file it changes, and how little of it; what it prints; what it refuses."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from choreo_components.config.project import read_stacks
from choreo_components.plan.promotion import LiveObjects
from choreo_components.promotion import asking
from tests import declaring, shells
from tests.cli.running import choreo
from tests.declaring import Manifest
from tests.projects import write
from tests.standin.openchoreo_v1alpha1 import samples

Run = Callable[..., Result]

N = "acme"
PLATFORM = [each for each in samples.platform(N) if each["kind"] != "ProjectReleaseBinding"]

DEVELOPMENT = """\
# development runs what was built last
apiVersion: openchoreo.dev/v1alpha1
kind: ReleaseBinding
metadata: {name: web-development, namespace: acme}
spec:
  owner: {projectName: shop, componentName: web}
  environment: development
  releaseName: web-2
"""

STAGING = """\
# the project first
apiVersion: openchoreo.dev/v1alpha1
kind: ProjectReleaseBinding
metadata: {name: shop-staging, namespace: acme}
spec:
  owner:   {projectName: shop}
  environment: staging
---
apiVersion: openchoreo.dev/v1alpha1
kind: ReleaseBinding
metadata: {name: web-staging, namespace: acme}
spec:
  owner: {projectName: shop, componentName: web}
  environment: 'staging'   # after a week
  releaseName:   "web-1"   # promoted by a command
"""


def project(folder: Path, component: Manifest, files: Mapping[str, str]) -> None:
    """A project whose stacks `dev` and `staging` have manifests in folders of their names."""
    write(
        folder,
        {"platform": [*PLATFORM, component], "dev": [], "staging": []},
        {name: {"manifests": [f"{name}/*.yaml"]} for name in ("dev", "staging")},
    )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, newline="")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in such a project, whose cluster has this to say."""
    component = samples.component(N, autoDeploy=False)
    project(tmp_path, component, {"dev/web.yaml": DEVELOPMENT, "staging/all.yaml": STAGING})
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, live: LiveObjects | None = None) -> Result:
        monkeypatch.setattr(asking, "ask", lambda *_: live or LiveObjects())
        return choreo("promote", *arguments)

    return run


STEP = ("--from", "development", "--to", "staging")


def test_the_scalar_changes_and_no_other_byte(run: Run) -> None:
    done = run("web", *STEP)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "KIND            NAME         FROM RELEASE  TO RELEASE  PLACE",
        "ReleaseBinding  web-staging  web-1         web-2       staging/all.yaml:15",
        "nothing was applied yet; run `pulumi up --stack staging`",
    ]
    assert Path("staging/all.yaml").read_text() == STAGING.replace('"web-1"', '"web-2"')
    assert Path("dev/web.yaml").read_text() == DEVELOPMENT


def test_the_page_shows_what_is_printed(run: Run) -> None:
    shown = shells.block("docs/promotion.md", "choreo promote")
    [[_, _, *typed]] = shells.commands(shown.script)
    old, new = "web-5f6d8c7b9b", "web-7c4b9d5f6c"
    Path("dev/web.yaml").write_text(DEVELOPMENT.replace("web-2", new))
    Path("staging/all.yaml").unlink()
    Path("staging/web.yaml").write_text(STAGING.partition("---\n")[2].replace("web-1", old))
    assert run(*typed).stdout == shown.text.partition("\n")[2]


def test_a_dry_run_prints_the_same_and_changes_nothing(run: Run) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*.yaml")}
    dry = run("web", *STEP, "--dry-run")
    assert {path: path.read_bytes() for path in Path().rglob("*.yaml")} == before
    assert dry.stdout.splitlines()[:-1] == run("web", *STEP).stdout.splitlines()[:-1]
    assert dry.stdout.splitlines()[-1] == "nothing was written; run it without --dry-run to change these files"


def test_programs_get_the_same_as_json(run: Run) -> None:
    body = json.loads(run("--all", *STEP, "--output", "json", "--dry-run").stdout)
    assert body == {
        "promoted": [
            {
                "kind": "ReleaseBinding",
                "namespace": "acme",
                "name": "web-staging",
                "from": "web-1",
                "to": "web-2",
                "stack": "staging",
                "file": "staging/all.yaml",
                "line": 15,
                "new": False,
            }
        ],
        "unchanged": [],
        "left": [],
        "warnings": [],
        "dryRun": True,
        "next": ["pulumi up --stack staging"],
    }
    reported = " ".join(choreo("promote", "--help").stdout.split())
    assert [key for key in (*body, *body["promoted"][0]) if key not in reported] == []


def test_what_has_the_release_already_is_reported_with_exit_code_0(run: Run) -> None:
    run("web", *STEP)
    done = run("web", *STEP)
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        ["ReleaseBinding 'web-staging' already has it: web-2", "nothing to change"],
    )


def test_going_back_is_a_release_that_is_named(run: Run) -> None:
    run("web", *STEP)
    assert run("web", "--to", "staging", "--release", "web-1").exit_code == 0
    assert Path("staging/all.yaml").read_text() == STAGING


def test_a_field_that_is_missing_is_added_where_it_belongs(run: Run) -> None:
    done = run("--project", "shop", "--to", "staging", "--release", "shop-1")
    assert done.exit_code == 0
    first = "  environment: staging\n"
    assert Path("staging/all.yaml").read_text() == STAGING.replace(first, f"{first}  projectRelease: shop-1\n")
    assert "ProjectReleaseBinding  shop-staging  -             shop-1      staging/all.yaml:8" in done.stdout


def test_all_of_several_files_changes_or_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    both = DEVELOPMENT + "---\n" + DEVELOPMENT.replace("web", "api")
    Path("dev/web.yaml").write_text(both)
    own = DEVELOPMENT.replace("web", "api").replace("development", "staging").replace("api-2", "api-1")
    Path("staging/api.yaml").write_text(own)
    rename, calls = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        calls.append(target.name)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    done = run("--all", *STEP)
    assert done.exit_code == 2
    assert done.stderr.endswith("cannot be written: No space left on device; no file was changed\n")
    assert (Path("staging/all.yaml").read_text(), Path("staging/api.yaml").read_text()) == (STAGING, own)
    assert sorted(each.name for each in Path("staging").iterdir()) == ["all.yaml", "api.yaml"]
    monkeypatch.undo()


# Bindings that are missing

ALONE = STAGING.partition("---\n")[0]
DATABASE = (
    DEVELOPMENT.replace("ReleaseBinding", "ResourceReleaseBinding")
    .replace("componentName", "resourceName")
    .replace("releaseName", "resourceRelease")
)
NEW = """\
apiVersion: openchoreo.dev/v1alpha1
kind: ReleaseBinding
metadata:
  name: web-staging
  namespace: acme
spec:
  owner:
    projectName: shop
    componentName: web
  environment: staging
  releaseName: web-2
"""


def test_a_binding_that_is_missing_is_a_document_more_in_a_manifest_of_several(run: Run) -> None:
    several = ALONE + "---\n" + ALONE.replace("shop", "other")
    Path("staging/all.yaml").write_text(several)
    done = run("web", *STEP)
    assert Path("staging/all.yaml").read_text() == f"{several}---\n{NEW}"
    assert "ReleaseBinding  web-staging  -             web-2       staging/all.yaml:27 (new)" in done.stdout


def test_a_missing_binding_gets_a_separate_file_where_others_have_one(run: Run) -> None:
    Path("staging/all.yaml").write_text(ALONE)
    done = run("web", *STEP)
    assert Path("staging/web-staging.yaml").read_text() == NEW
    assert "staging/web-staging.yaml:11 (new)" in done.stdout
    [staging] = (each for each in read_stacks(Path()) if each.name == "staging")
    assert [each.name for each in staging.settings.declared] == ["shop-staging", "web-staging"]
    assert staging.findings == ()


def test_a_separate_file_is_in_the_folder_of_its_kind(run: Run) -> None:
    Path("staging/all.yaml").unlink()
    Path("staging/projectreleasebindings").mkdir()
    Path("staging/projectreleasebindings/shop-staging.yaml").write_text(ALONE)
    Path("Pulumi.staging.yaml").write_text("config:\n  choreo:manifests: [staging/*/*.yaml]\n")
    assert run("web", *STEP).exit_code == 0
    assert Path("staging/releasebindings/web-staging.yaml").read_text() == NEW


def test_no_separate_file_is_made_that_the_stack_would_not_read(run: Run) -> None:
    Path("staging/all.yaml").write_text(ALONE)
    Path("Pulumi.staging.yaml").write_text("config:\n  choreo:manifests:\n    - staging/all.yaml\n")
    assert run("web", *STEP).exit_code == 0
    assert Path("staging/all.yaml").read_text() == f"{ALONE}---\n{NEW}"


def test_bindings_of_one_name_share_a_file_that_is_new(run: Run) -> None:
    Path("dev/web.yaml").write_text(f"{DEVELOPMENT}---\n{DATABASE}")
    Path("staging/all.yaml").write_text(ALONE)
    done = run("--all", *STEP)
    assert done.exit_code == 0
    database, component = Path("staging/web-staging.yaml").read_text().split("---\n")
    assert "kind: ResourceReleaseBinding\nmetadata:\n  name: web-staging\n" in database
    assert component == NEW
    assert [line.split()[-2] for line in done.stdout.splitlines()[1:3]] == [
        "staging/web-staging.yaml:11",
        "staging/web-staging.yaml:23",
    ]


SEALED = """\
# Who has the keys: operations
encryptionsalt: v1:abc=
config:
  choreo:kubeconfig:
    secure: v1:AAAA   # by hand
  choreo:resources:
    - apiVersion: openchoreo.dev/v1alpha1
      kind: ProjectReleaseBinding
      metadata: {name: shop-staging, namespace: acme}
      spec:
        owner: {projectName: shop}   # of us all
        environment: staging
  # the end
"""


def test_in_a_stacks_file_nothing_else_changes(run: Run) -> None:
    Path("staging/all.yaml").unlink()
    Path("Pulumi.staging.yaml").write_text(SEALED)
    assert run("web", *STEP).exit_code == 0
    item = "- " + NEW.replace("\n", "\n  ").rstrip()
    lines = "".join(f"    {line}\n" for line in item.split("\n"))
    added = SEALED.replace("  # the end\n", f"{lines}  # the end\n")
    assert Path("Pulumi.staging.yaml").read_text() == added
    assert run("web", "--to", "staging", "--release", "web-3").exit_code == 0
    assert Path("Pulumi.staging.yaml").read_text() == added.replace("web-2", "web-3")


# What is refused


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (
            ("web", "--from", "staging", "--to", "development"),
            2,
            "has no step staging -> development; it has development",
        ),
        (("web", "--from", "development", "--to", "qa"), 2, "no stack of this project declares environment 'qa'"),
        (("api", *STEP), 2, "environment 'development' has nothing of component 'api'"),
        (STEP, 2, "give exactly one of a component, --project and --all"),
        (("web", "--all", *STEP), 2, "give exactly one of a component"),
        (("web", "--to", "staging"), 2, "required unless --release names the release"),
        (("web", "--from", "staging", "--to", "staging"), 2, "is the same environment as --from"),
        (("--all", *STEP, "--release", "web-1"), 2, "names the release of one component"),
        (("web", *STEP, "--release", "Web_1"), 2, "invalid name of a release, 'Web_1'"),
    ],
)
def test_what_cannot_be_done_is_an_error_in_a_sentence(
    run: Run, arguments: tuple[str, ...], code: int, why: str
) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert Path("staging/all.yaml").read_text() == STAGING


def test_stacks_with_errors_are_no_ground_to_promote_on(run: Run) -> None:
    Path("dev/web.yaml").write_text(DEVELOPMENT.replace("releaseName", "release"))
    done = run("web", *STEP)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: 1 error in what the stacks declare, nothing was promoted; run `choreo validate`\n",
    )


def test_a_file_that_cannot_be_edited_is_reported_with_what_to_write_by_hand(run: Run) -> None:
    text = STAGING.replace('"web-1"', '&release "web-1"')
    Path("staging/all.yaml").write_text(text)
    done = run("web", *STEP)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: staging/all.yaml cannot be changed by a command: releaseName of ReleaseBinding 'web-staging' has an "
        "anchor or a tag; write by hand: ReleaseBinding 'web-staging': spec.releaseName: web-2\n",
    )


def test_a_file_that_is_read_only_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    done = run("web", *STEP)
    assert (done.exit_code, done.stderr) == (2, "error: staging/all.yaml cannot be written: it is read-only\n")


def test_an_api_without_releases_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"acme": [declaring.organization(), declaring.data_plane(), declaring.environment("staging")]})
    done = choreo("promote", "web", *STEP, "-C", tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: promotion is not available for core.choreo.dev/v1: deployments there name")


def test_without_an_answer_what_the_stacks_declare_is_enough(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = LiveObjects(unread={"ComponentRelease": "https://127.0.0.1:1 cannot be reached"})
    done = run("web", *STEP, live=silent)
    assert done.exit_code == 0
    assert (
        "warning: it is unknown whether ComponentRelease 'web-2' exists: https://127.0.0.1:1 cannot be" in done.stdout
    )


def test_a_link_to_a_manifest_stays_one(run: Run) -> None:
    Path("staging/all.yaml").rename("elsewhere.yaml")
    Path("staging/all.yaml").symlink_to("../elsewhere.yaml")
    Path("elsewhere.yaml").chmod(0o640)
    assert run("web", *STEP).exit_code == 0
    assert Path("staging/all.yaml").is_symlink()
    assert Path("elsewhere.yaml").read_text() == STAGING.replace('"web-1"', '"web-2"')
    assert Path("elsewhere.yaml").stat().st_mode & 0o777 == 0o640


def test_a_missing_release_is_reported_of_all_and_refused_of_one(run: Run) -> None:
    Path("dev/web.yaml").write_text(DEVELOPMENT.replace("  releaseName: web-2\n", ""))
    every, one = run("--all", *STEP), run("web", *STEP)
    said = "ReleaseBinding 'web' has no release in 'development' yet"
    assert (every.exit_code, every.stdout.splitlines()) == (1, [said, "nothing to change"])
    assert (one.exit_code, one.stderr) == (2, f"error: {said}\n")


def test_a_manifest_of_windows_keeps_its_line_ends(run: Run) -> None:
    Path("staging/all.yaml").write_text(STAGING, newline="\r\n")
    assert run("web", *STEP).exit_code == 0
    crlf = STAGING.replace("\n", "\r\n").encode()
    assert Path("staging/all.yaml").read_bytes() == crlf.replace(b'"web-1"', b'"web-2"')


def test_what_is_written_is_yaml_of_the_stack(run: Run) -> None:
    run("web", *STEP)
    documents = list(yaml.safe_load_all(Path("staging/all.yaml").read_text()))
    assert documents[1]["spec"]["releaseName"] == "web-2"


def test_a_cluster_that_cannot_be_asked_is_a_warning(tmp_path: Path) -> None:
    project(
        tmp_path, samples.component(N, autoDeploy=False), {"dev/web.yaml": DEVELOPMENT, "staging/all.yaml": STAGING}
    )
    done = choreo("promote", "web", *STEP, "-C", tmp_path, "--kubeconfig", tmp_path / "nowhere")
    assert done.exit_code == 0
    [warning] = (line for line in done.stdout.splitlines() if line.startswith("warning"))
    assert warning.startswith("warning: it is unknown whether ComponentRelease 'web-2' exists: no usable kubeconfig: ")


def test_what_only_a_cluster_knows_that_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    silent = DEVELOPMENT.replace("  releaseName: web-2\n", "")
    project(tmp_path, samples.component(N), {"dev/web.yaml": silent, "staging/all.yaml": STAGING})
    done = choreo("promote", "web", *STEP, "-C", tmp_path, "--kubeconfig", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: no stack declares the release of Component 'web' in 'development': no usable")
    assert (tmp_path / "staging/all.yaml").read_text() == STAGING
