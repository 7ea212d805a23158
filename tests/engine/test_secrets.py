"""Secrets: a kubeconfig given as a setting leads to the cluster, and stands nowhere in plain text."""

from tests.engine import samples
from tests.engine.workspace import Workspace


def test_a_kubeconfig_in_the_settings_is_used_and_stays_secret(workspace: Workspace, organization: str) -> None:
    kubeconfig = workspace.kubeconfig.read_text()
    key = next(line for line in kubeconfig.splitlines() if "client-key-data" in line).split(":")[1].strip()
    workspace.environment["KUBECONFIG"] = str(workspace.folder / "nowhere")
    said = []
    for name in ("acme", "staging"):
        workspace.stack(name, samples.stack(name, organization))
        workspace.run("config", "set", "--secret", "--stack", name, "choreo:kubeconfig", kubeconfig)
        said.append(workspace.up(name).said)
    state = [workspace.state(name) for name in ("acme", "staging")]
    said += [workspace.destroy(name).said for name in ("staging", "acme")]
    files = [path.read_text(errors="replace") for path in workspace.folder.parent.rglob("*") if path.is_file()]
    for place, texts in (("what Pulumi said", said), ("the exported state", state), ("a file", files)):
        assert not any(key in text for text in texts), f"the client's key stands in plain text in {place}"
