"""Secrets: a kubeconfig leads to the cluster, a data plane holds a private key, and neither is anywhere in plain text.

Each kubeconfig here has words that occur nowhere else: the key that it uses, a token and a password.
"""

import base64
import gzip
import json
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import declaring, shells
from tests.engine import keys, samples
from tests.engine.adopting import run
from tests.engine.listening import Listener
from tests.engine.workspace import Outcome, Workspace

EVERYTHING = ("-v=9", "--logtostderr", "--logflow")
"""The most verbose output of Pulumi."""

NEARLY_EVERYTHING = ("-v=8", "--logtostderr", "--logflow")
"""All but the trace of what Pulumi's processes send to one another."""


class Words:
    """Words that must appear nowhere, by name."""

    def __init__(self, working: Path) -> None:
        """Takes a kubeconfig that works."""
        self.config: dict[str, Any] = yaml.safe_load(working.read_text())
        key = self.config["users"][0]["user"]["client-key-data"]
        token, password = (f"{kind}{uuid4().hex}" for kind in ("token", "password"))
        self.config["users"].append({"name": "a", "user": {"token": token}})
        self.config["users"].append({"name": "b", "user": {"username": "b", "password": password}})
        lines = base64.b64decode(key).decode().splitlines()
        self.words = {"the key": key, "the key's PEM": lines[1], "the token": token, "the password": password}

    @property
    def kubeconfig(self) -> str:
        """The text of a kubeconfig with all of them."""
        return yaml.safe_dump(self.config)

    def seen_in(self, text: str) -> set[str]:
        """The names of those that are in the text."""
        return {name for name, word in self.words.items() if word in text}


@pytest.fixture
def later(later: Workspace) -> Workspace:
    """The workspace, whose stacks are encrypted as they are by default."""
    later.secrets_provider = keys.PASSPHRASE
    return later


@pytest.fixture
def words(acme: Workspace) -> Words:
    """The words of a kubeconfig that leads to the control plane."""
    return Words(acme.kubeconfig)


@pytest.fixture
def private(acme: Workspace) -> Workspace:
    """A workspace with the default encryption, a separate home, and a separate folder for temporary files."""
    acme.secrets_provider = keys.PASSPHRASE
    home, temporary = acme.folder.parent / "home", acme.folder.parent / "tmp"
    home.mkdir()
    temporary.mkdir()
    (home / "plugins").symlink_to(Path(acme.environment["PULUMI_HOME"]) / "plugins")
    acme.environment |= {"PULUMI_HOME": str(home), "TMPDIR": str(temporary)}
    return acme


def everything_said(workspace: Workspace, *verbosity: str) -> Iterator[tuple[str, str]]:
    """The output of each command for the stack `staging`, from its first preview to its destroy."""
    for name in ("preview", "up", "refresh", "destroy"):
        yield name, getattr(workspace, name)("staging", *verbosity).said
        if name == "up":
            yield "the exported state", workspace.export("staging")


def texts_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files in a folder, decompressed where they are compressed."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            read = file.read_bytes()
            yield file, (gzip.decompress(read) if read[:2] == b"\x1f\x8b" else read).decode(errors="replace")


def assert_kept(workspace: Workspace, words: Words, listener: Listener, said: Mapping[str, str]) -> None:
    """The words are in no output, in no remaining file, and were not readable by other users meanwhile."""
    for place, text in said.items():
        assert not words.seen_in(text), f"{words.seen_in(text)} is in {place}:\n{_around(words, text)}"
    for file, text in texts_in(workspace.folder.parent):
        assert not words.seen_in(text), f"{words.seen_in(text)} is in {file}"
    assert not listener.heard, "other users could have read it"
    for program in ("pulumi-language-python", "pulumi-resource-choreo", "pulumi-resource-kubernetes"):
        assert any(program in each for each in listener.programs), f"the listener did not see {program}"


def remove_copies(workspace: Workspace, words: Words) -> None:
    """Removes the copies of a kubeconfig setting that the Kubernetes provider leaves behind at each command.

    No caller can prevent that (pulumi-kubernetes: provider/pkg/provider/util.go, writeKubeconfigToFile), and
    docs/secrets.md says so. Other users must not be able to read them.
    """
    copies = [file for file, text in texts_in(workspace.folder.parent / "tmp") if words.seen_in(text)]
    assert copies, "the Kubernetes provider leaves none now: update docs/secrets.md"
    for copy in copies:
        assert re.fullmatch(r"kubeconfig\d+", copy.name), f"{copy} is not the Kubernetes provider's"
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        copy.unlink()


def _around(words: Words, text: str) -> str:
    return "\n".join(line[:300] for line in text.splitlines() if words.seen_in(line))


def test_a_kubeconfig_in_the_settings_is_used_and_only_pulumis_own_trace_shows_it(
    private: Workspace, organization: str, words: Words
) -> None:
    """At -v=9, and not below, Pulumi logs the properties that its processes hand to one another, secrets in the clear.

    No program and no provider can prevent that (pulumi/sdk: go/common/resource/plugin/rpc.go); docs/secrets.md
    says so. All other output must be clean.
    """
    private.environment["KUBECONFIG"] = str(private.folder / "nowhere")
    with Listener(private.folder.parent / "tmp", words.words.values()) as listener:
        private.stack("staging", samples.stack("staging", organization))
        private.environment["PULUMI_STACK"] = "staging"
        kubeconfig = private.folder / "kubeconfig"
        kubeconfig.write_text(words.kubeconfig)
        run(private, shells.block("docs/secrets.md", "choreo:kubeconfig").script)
        kubeconfig.unlink()
        key = "choreo:dataPlaneKubeconfigs.dp-local"
        private.run("config", "set", "--secret", "--path", key, given=words.kubeconfig)
        below = private.preview("staging", *NEARLY_EVERYTHING).said
        said = dict(everything_said(private, *EVERYTHING))
    remove_copies(private, words)
    traced = {place: _without_trace(text, words) for place, text in said.items()}
    assert_kept(private, words, listener, traced | {"preview -v=8": below})
    assert any(words.seen_in(text) for text in said.values()), "Pulumi keeps it now: update docs/secrets.md"


def test_an_ambient_kubeconfig_is_used_and_never_reaches_pulumi(
    private: Workspace, organization: str, words: Words, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ambient = tmp_path_factory.mktemp("ambient") / "kubeconfig"
    ambient.touch(mode=0o600)
    ambient.write_text(words.kubeconfig)
    private.environment["KUBECONFIG"] = str(ambient)
    with Listener(private.folder.parent / "tmp", words.words.values()) as listener:
        private.stack("staging", samples.stack("staging", organization))
        said = dict(everything_said(private, *EVERYTHING))
    assert_kept(private, words, listener, said)


def _without_trace(text: str, words: Words) -> str:
    """The log without the trace of properties, including a plugin's, which is split into lines."""
    own_lines = {line.strip().rstrip("}") for line in words.kubeconfig.splitlines()}
    kept = []
    for line in text.splitlines():
        # A log line may follow progress output on the same line.
        before, opening, rest = line.partition('{"time":')
        kept.append(before if _is_trace(opening + rest, own_lines) else line)
    return "\n".join(kept)


def _is_trace(line: str, own_lines: set[str]) -> bool:
    try:
        message = str(json.loads(line)["msg"])
    except (ValueError, TypeError, KeyError):
        return False
    debug = re.fullmatch(r"eventSink::Debug\(<\{%reset%\}>(.*)<\{%reset%\}>\)", message, re.DOTALL)
    message = debug[1] if debug else message
    return "arshaling property for RPC[" in message or message.strip().rstrip("}") in own_lines


def test_no_error_quotes_a_kubeconfig_that_does_not_work(private: Workspace, organization: str, words: Words) -> None:
    [cluster] = words.config["clusters"]
    token = words.words["the token"]
    context = {"name": "devcluster", "context": {"cluster": "devcluster", "user": "a"}}
    by_token = words.config | {"contexts": [context]}
    closed = cluster | {"cluster": cluster["cluster"] | {"server": "https://127.0.0.1:1"}}
    broken = {
        "a token that is refused": (yaml.safe_dump(by_token), "answers 401"),
        "a server that does not exist": (yaml.safe_dump(by_token | {"clusters": [closed]}), "cannot be reached"),
        "YAML that is broken": (words.kubeconfig.replace("\nusers:", "\nusers: ["), "no usable kubeconfig"),
        "a token with a line break": (yaml.safe_dump(by_token).replace(token, f'"{token}\\n"'), "cannot be sent"),
    }
    private.stack("staging", samples.stack("staging", organization))
    for kind, (text, expected) in broken.items():
        private.run("config", "set", "--secret", "--stack", "staging", "choreo:kubeconfig", given=text)
        said = private.up("staging", fails=True).said
        assert expected in said, f"{kind} is not reported in\n{said}"
        assert not words.seen_in(said), f"{kind}: {words.seen_in(said)} is in\n{said}"
        if expected == "no usable kubeconfig":
            assert re.search(r"Pulumi\.staging\.yaml:\d+: choreo:kubeconfig: error: no usable kubeconfig", said), said
            assert "Traceback" not in said, f"{kind}:\n{said}"


# --- The private key of a data plane, since OpenChoreo v0.2.0 --------------------------------------------------------


class Key:
    """A private key as a DataPlane has it."""

    def __init__(self) -> None:
        """Makes a new one."""
        private = ec.generate_private_key(ec.SECP256R1())
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        self.pem = private.private_bytes(encoding, form, serialization.NoEncryption()).decode()
        self.base64 = base64.b64encode(self.pem.encode()).decode()

    def seen_in(self, text: str) -> bool:
        """Whether it is in the text, in base64 or decoded."""
        return self.base64 in text or self.pem.splitlines()[1] in text


SETTING = "choreo:resources[0].spec.kubernetesCluster.credentials.clientKey"

YQ = """\
yq() {
  sed 's/.*"client-key-data": "\\([^"]*\\)".*/\\1/' "$3"
}
"""
"""What the documented `yq` prints of a kubeconfig in one line of JSON: not every machine has yq."""

CREDENTIALS = ("-o", "jsonpath={.items[*].spec.kubernetesCluster.credentials}")


def test_a_private_key_reaches_the_cluster_and_is_nowhere_else(later: Workspace, organization: str) -> None:
    """One key is a secret of the settings, and another is in a manifest; both are encrypted in the state."""
    in_settings, in_manifest, renewed = Key(), Key(), Key()
    manifest = later.folder / "plane.yaml"
    _write(manifest, "from-manifest", organization, in_manifest)
    resources = [declaring.data_plane_with_credentials("own", organization), declaring.organization(organization)]
    del resources[0]["spec"]["kubernetesCluster"]["credentials"]["clientKey"]
    later.stack("planes", {"choreo:resources": resources, "choreo:manifests": ["plane.yaml"]})
    later.environment["PULUMI_STACK"] = "planes"
    kubeconfig = later.folder / "kubeconfig"
    kubeconfig.write_text(json.dumps({"users": [{"user": {"client-key-data": in_settings.base64}}]}))
    run(later, YQ + shells.block("docs/secrets.md", "yq").script)
    kubeconfig.unlink()

    said = {"the preview": later.preview("planes", "--diff", *NEARLY_EVERYTHING).said}
    said["the up"] = later.up("planes", "--diff").said
    live = later.kubectl("get", "dataplanes.core.choreo.dev", "-n", organization, *CREDENTIALS)
    assert in_settings.base64 in live
    assert in_manifest.base64 in live

    _write(manifest, "from-manifest", organization, renewed)
    changed = later.up("planes", "--diff")
    assert changed.changes["updated"] == 1
    assert "clientKey" in changed.said
    said["the up with another key"] = changed.said
    said["the state after it"] = later.export("planes")
    said["the refresh"] = later.refresh("planes", "--diff").said
    said["the state after the refresh"] = later.export("planes")
    again = run(later, shells.WITHOUT_PREVIEWS + shells.block("docs/secrets.md", "TMPDIR").script)
    assert Outcome(0, again).changes.keys() == {"unchanged"}
    manifest.unlink()
    for place, text in said.items():
        for key in (in_settings, in_manifest, renewed):
            assert not key.seen_in(text), f"a key is in {place}:\n{text}"
    for file, text in texts_in(later.folder.parent):
        assert not any(key.seen_in(text) for key in (in_settings, in_manifest, renewed)), f"a key is in {file}"
    later.destroy("planes")
    assert later.resources("planes") == []
    assert later.kubectl("get", "dataplanes.core.choreo.dev", "-n", organization, "-o", "name") == ""


def test_a_private_key_that_kubectl_applied_is_nowhere_else_either(later: Workspace, organization: str) -> None:
    """`kubectl apply` keeps the whole object in an annotation, which comes back from the cluster."""
    key = Key()
    manifest = later.folder / "plane.yaml"
    _write(manifest, "theirs", organization, key)
    later.kubectl("create", "namespace", organization)
    labelled = yaml.safe_load(manifest.read_text())
    own = {"core.choreo.dev/organization": organization, "core.choreo.dev/name": "theirs"}
    labelled["metadata"]["labels"] = own
    later.kubectl("apply", "-f", "-", manifest=yaml.safe_dump(labelled))
    later.kubectl("label", "namespace", organization, f"core.choreo.dev/organization={organization}")
    config = {"choreo:resources": [declaring.organization(organization)], "choreo:manifests": ["plane.yaml"]}
    later.stack("planes", config | {"choreo:adopt": "if-labelled"})

    said = {"the preview": later.preview("planes", "--diff", *NEARLY_EVERYTHING).said}
    said["the up"] = later.up("planes", "--diff").said
    said["the state"] = later.export("planes")
    said["the refresh"] = later.refresh("planes", "--diff").said
    said["the state after the refresh"] = later.export("planes")

    for place, text in said.items():
        assert not key.seen_in(text), f"the key is in {place}:\n{text}"


def test_a_private_key_that_is_not_base64_is_an_error_that_does_not_quote_it(
    later: Workspace, organization: str
) -> None:
    key = Key()
    later.stack("planes", {"choreo:resources": [declaring.data_plane_with_credentials("own", organization)]})
    later.run("config", "set", "--secret", "--stack", "planes", "--path", SETTING, given=key.pem)
    said = later.up("planes", fails=True).said
    field = re.escape(SETTING)
    assert re.search(rf"Pulumi\.planes\.yaml:\d+: {field}: error: should be base64", said), said
    assert not key.seen_in(said)
    assert "Traceback" not in said


def _write(manifest: Path, name: str, organization: str, key: Key) -> None:
    made = declaring.data_plane_with_credentials(name, organization)
    made["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = key.base64
    manifest.write_text(yaml.safe_dump(made))
