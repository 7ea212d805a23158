"""What a kubeconfig means is resolved once, as client-go resolves it: texts, files, several files, and pods."""

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from choreo_components.config.kubeconfig_source import is_text
from choreo_components.kubernetes.kubeconfig import (
    KubeconfigError,
    context_of,
    local_fields,
    reading,
    resolution,
    resolve,
)
from choreo_components.kubernetes.kubeconfig.resolution import EXEC_VERSIONS
from tests.https import in_base64, kubeconfig

V1, V1BETA1 = EXEC_VERSIONS


def config(**parts: Any) -> str:
    """The text of a kubeconfig of these parts, and one cluster, user and context where they are not among them."""
    return json.dumps(yaml.safe_load(kubeconfig({"token": "t"}, "https://x")) | parts, ensure_ascii=False)


def refusal(text: str | Path | None) -> str:
    with pytest.raises(KubeconfigError) as refused:
        resolve(text)
    assert not re.search(r"\w+Error|Exception", str(refused.value)), "the name of a class is no reason"
    return str(refused.value)


def executing(**fields: Any) -> str:
    return kubeconfig({"exec": {"apiVersion": V1, "command": "x", "interactiveMode": "Never", **fields}})


# --- One text --------------------------------------------------------------------------------------------------------


def test_a_text_that_means_one_thing_is_taken_letter_by_letter() -> None:
    text = "# Mine.\n" + kubeconfig({"token": "t"}) + "preferences: {}\n"
    found = resolve(text)
    assert (found.text, found.given) == (text, text)
    assert (found.context, found.origin) == ("x", "the kubeconfig that is given as text, context 'x'")


def test_of_several_contexts_the_text_has_the_current_one_alone() -> None:
    found = yaml.safe_load(kubeconfig({"token": "t"}, "https://x"))
    found["contexts"].append({"name": "y", "context": {"cluster": "d", "user": "v", "namespace": "n"}})
    found["clusters"].append({"name": "d", "cluster": {"server": "https://y", "disable-compression": True}})
    found["users"].append({"name": "v", "user": {"as": "me", "token": "s"}})
    given = yaml.safe_dump(found | {"current-context": "y"})
    resolved = resolve(given)
    assert json.loads(resolved.text) == {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "d", "cluster": {"server": "https://y", "disable-compression": True}}],
        "users": [{"name": "v", "user": {"as": "me", "token": "s"}}],
        "contexts": [{"name": "y", "context": {"cluster": "d", "user": "v", "namespace": "n"}}],
        "current-context": "y",
    }
    assert resolved.namespace == "n"
    assert resolved.given == given, "what is handed on is what was given"
    again = resolve(resolved.text)
    assert (again.text, again.cluster, again.user) == (resolved.text, resolved.cluster, resolved.user)


def test_another_context_than_the_current_one_can_be_named() -> None:
    contexts = [{"name": "x", "context": {"cluster": "c"}}, {"name": "y", "context": {"cluster": "c", "user": "u"}}]
    found = resolve(config(contexts=contexts), "y")
    assert (found.context, found.user) == ("y", {"token": "t"})
    assert resolve(found.text).context == "y"
    with pytest.raises(KubeconfigError, match=r"^there is no context 'z'; existing contexts: 'x', 'y'$"):
        resolve(config(contexts=contexts), "z")


def test_notes_of_other_tools_do_not_change_what_it_means() -> None:
    """minikube writes the time of its last start there."""
    noted = [{"name": "minikube.sigs.k8s.io", "extension": {"last-update": "today"}}]
    assert "today" not in resolve(kubeconfig({}, extensions=noted)).text


def test_no_secret_is_shown_when_it_is_printed() -> None:
    found = resolve(kubeconfig({"token": "MARK"}, "https://u:MARK@x"))
    assert "MARK" not in repr(found)
    assert found.server == "https://x"


@pytest.mark.parametrize(
    "text",
    [
        kubeconfig({"token": "t"}),
        "\ufeff" + kubeconfig({"token": "t"}),
        kubeconfig({"token": "t"}).replace("\n", "\r\n"),
        json.dumps(yaml.safe_load(kubeconfig({"token": "t"})), indent="\t"),
        "\ufeff" + json.dumps(yaml.safe_load(kubeconfig({"token": "t"}))),
        "---\n" + kubeconfig({"token": "t"}) + "...\n",
    ],
)
def test_every_form_of_a_text_is_read(text: str, tmp_path: Path) -> None:
    assert is_text(text)
    (tmp_path / "config").write_text(text, encoding="utf-8", newline="")
    assert resolve(text).user == resolve(tmp_path / "config").user == {"token": "t"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_of_windows_is_read(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(kubeconfig({"token": "t"}).encode(encoding))
    assert resolve(tmp_path / "config").user == {"token": "t"}


@pytest.mark.parametrize("user", [{}, {"user": ""}, {"user": None}])
@pytest.mark.parametrize("users", [None, [], [{"name": "u", "user": None}]])
def test_a_context_may_have_no_user_and_no_credentials(user: dict[str, Any], users: Any) -> None:
    found = resolve(config(users=users, contexts=[{"name": "x", "context": {"cluster": "c", **user}}]))
    assert found.user == {}
    assert resolve(found.text).user == {}


@pytest.mark.parametrize(
    ("server", "cluster", "user", "meant"),
    [
        ("127.0.0.1:8001", {}, {}, "http://127.0.0.1:8001"),
        ("127.0.0.1:8001/", {}, {}, "http://127.0.0.1:8001/"),
        ("[::1]:8001", {}, {}, "http://[::1]:8001"),
        ("localhost", {"insecure-skip-tls-verify": True}, {}, "https://localhost"),
        ("localhost", {"certificate-authority": "/ca"}, {}, "https://localhost"),
        ("localhost", {"certificate-authority-data": in_base64(b"x")}, {}, "https://localhost"),
        ("localhost", {}, {"client-certificate": "/c", "client-key": "/k"}, "https://localhost"),
        ("HTTPS://localhost/k8s/c-1?a=b#c", {}, {}, "https://localhost/k8s/c-1"),
    ],
)
def test_a_server_without_a_scheme_gets_one_by_its_tls_settings(
    server: str, cluster: dict[str, Any], user: dict[str, Any], meant: str
) -> None:
    found = resolve(kubeconfig(user, server, **cluster))
    assert found.server == found.cluster["server"] == meant
    assert resolve(found.text).cluster == found.cluster


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (config(kind="Secret"), "kind is not Config"),
        (config(apiVersion="v2"), "apiVersion is not v1"),
        (config(clusters={}), "clusters must be a list of mappings"),
        (config(clusters=["x"]), "clusters[0] must be a mapping"),
        (config(clusters=[{"name": 1, "cluster": {}}]), "clusters[0].name must be a string"),
        (config(users=[{"name": "u"}, {"name": "u"}]), "users[1].name is a duplicate"),
        (config(clusters=None), "contexts[0].context.cluster names 'c', which clusters does not have"),
        (config(users=None), "contexts[0].context.user names 'u', which users does not have"),
        (config(contexts=[{"name": "x"}]), "contexts[0].context.cluster is not set"),
        (config(**{"current-context": ""}), "current-context is not set: set it to one of 'x'"),
        (
            config(**{"current-context": None, "contexts": None}),
            "current-context is not set, and there are no contexts",
        ),
        (config(**{"current-context": "z"}), "current-context: there is no context 'z'; existing contexts: 'x'"),
        (config(**{"current-context": "z", "contexts": []}), "there is no context 'z', and there are none"),
        (config(clusters=[{"name": "c", "cluster": {}}]), "clusters[0].cluster.server is not set"),
        ("{}", "current-context is not set, and there are no contexts"),
        ("\n", "current-context is not set, and there are no contexts"),
        (kubeconfig({}) + "---\n" + kubeconfig({}), "it has 2 documents"),
        (kubeconfig({}) + "kind: Config\n", "neither YAML nor JSON (line "),
        (kubeconfig({}, "ftp://x"), "clusters[0].cluster.server is neither http:// nor https://"),
        (kubeconfig({}, "x/path"), "clusters[0].cluster.server has a path and no scheme"),
        (kubeconfig({}, "https://"), "clusters[0].cluster.server is not an address"),
        (kubeconfig({}, "https://a b"), "clusters[0].cluster.server is not an address"),
        (kubeconfig({}, "https://[::1"), "clusters[0].cluster.server is not an address"),
        (kubeconfig({}, "https://x:0"), "clusters[0].cluster.server is not an address"),
        (kubeconfig({}, **{"proxy-url": "proxy:3128"}), "proxy-url is neither http:// nor https://"),
        (kubeconfig({}, **{"proxy-url": "http://"}), "clusters[0].cluster.proxy-url is not an address"),
        (kubeconfig({}, **{"certificate-authority": "ca.pem"}), "certificate-authority is a relative path, and a text"),
        (
            kubeconfig({}, **{"certificate-authority": "/ca", "certificate-authority-data": in_base64(b"x")}),
            "certificate-authority and certificate-authority-data cannot both be set",
        ),
        (
            kubeconfig({}, "https://x", **{"certificate-authority": "/ca", "insecure-skip-tls-verify": True}),
            "insecure-skip-tls-verify and a certificate authority cannot both be set",
        ),
        (kubeconfig({"token": "t", "username": "u"}), "users[0].user: token and username cannot both be set"),
        (kubeconfig({"tokenFile": "/t", "username": "u"}), "users[0].user: tokenFile and username cannot both be set"),
        (kubeconfig({"client-certificate": "/c"}), "a client certificate needs client-key"),
        (
            kubeconfig({"client-certificate": "/c", "client-certificate-data": in_base64(b"x")}),
            "client-certificate and client-certificate-data cannot both be set",
        ),
        (kubeconfig({"tokenFile": "t"}), "users[0].user.tokenFile is a relative path"),
        (kubeconfig({"as-uid": "1"}), "users[0].user.as-uid is allowed only together with as"),
        (kubeconfig({"as": "", "as-groups": ["g"]}), "users[0].user.as-groups is allowed only together with as"),
        (
            kubeconfig({"as-user-extra": {"a": ["b"]}}),
            "as-user-extra is allowed only together with as",
        ),
        (kubeconfig({"as": "a", "as-groups": "g"}), "users[0].user.as-groups must be a list of strings"),
        (kubeconfig({"as": "a", "as-uid": 1}), "users[0].user.as-uid must be a string"),
        (kubeconfig({"as": "a", "as-user-extra": {"a": "b"}}), "must be a mapping of strings to lists of strings"),
        (kubeconfig({"as": "a\nX-Remote-User: b"}), "users[0].user.as cannot be sent"),
        (kubeconfig({"as": "a", "as-groups": ["a\rb"]}), "users[0].user.as-groups cannot be sent"),
        (kubeconfig({"exec": {}}), "users[0].user.exec.command is not set"),
        (kubeconfig({"exec": {"command": "x"}}), "users[0].user.exec.apiVersion is not set"),
        (executing(apiVersion="client.authentication.k8s.io/v1alpha1"), "exec.apiVersion is not supported"),
        (executing(interactiveMode=None), "exec.interactiveMode is not set: it must be Never or IfAvailable"),
        (executing(interactiveMode="Always"), "exec.interactiveMode is Always, but the command has no terminal"),
        (executing(interactiveMode="Sometimes"), "exec.interactiveMode is unknown"),
        (executing(command="./x"), "exec.command is a relative path"),
        (executing(env=[{"value": "x"}]), "exec.env has a variable without a name"),
        (executing(args="x"), "exec.args must be a list of strings"),
        (executing(provideClusterInfo="yes"), "exec.provideClusterInfo must be true or false"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_about_the_field(text: str, why: str) -> None:
    assert why in refusal(text)


def test_a_command_of_v1beta1_need_not_say_whether_it_asks_a_terminal() -> None:
    assert resolve(executing(apiVersion=V1BETA1, interactiveMode=None)).user["exec"]["command"] == "x"


def test_the_fields_of_one_machine_are_those_of_the_current_context() -> None:
    assert local_fields(kubeconfig({"exec": {"command": "x"}, "token": "t"}, **{"certificate-authority": "/x"})) == [
        "certificate-authority",
        "exec",
    ]
    assert local_fields(kubeconfig({"token": "t"})) == []


# --- Files -----------------------------------------------------------------------------------------------------------


def test_files_that_a_file_names_are_relative_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = {"tokenFile": "./token", "client-certificate": "c/../c.pem", "client-key": "/k.pem"}
    command = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never"}
    (tmp_path / "config").write_text(kubeconfig({**user, "exec": command}, **{"certificate-authority": "ca.pem"}))
    monkeypatch.chdir(tmp_path)
    for path in ("config", str(tmp_path / "config"), Path("config")):
        found = resolve(path)
        assert found.cluster["certificate-authority"] == str(tmp_path / "ca.pem")
        assert found.user["tokenFile"] == str(tmp_path / "token")
        assert found.user["client-certificate"] == str(tmp_path / "c.pem")
        assert found.user["client-key"] == "/k.pem"
        assert found.user["exec"]["command"] == str(tmp_path / "plugin")
        assert found.given == found.text, "what it says would mean something else where the file is not"
        assert resolve(found.text).user == found.user


def test_a_command_without_a_slash_is_not_relative_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(executing(command="aws"))
    assert resolve(tmp_path / "config").user["exec"]["command"] == "aws"


@pytest.fixture
def ambient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is home, with no KUBECONFIG and no pod around."""
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(resolution, "SERVICE_ACCOUNT", tmp_path / "account")
    return tmp_path


def listed(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> str:
    """KUBECONFIG with a file for each of the texts, in a separate folder."""
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "config").write_text(text)
    value = os.pathsep.join(str(folder / name / "config") for name in texts)
    monkeypatch.setenv("KUBECONFIG", value)
    return value


def in_a_pod(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    (ambient / "account").mkdir()
    (ambient / "account" / "token").write_text("very-secret")


def test_a_pod_has_no_context_by_whose_name_it_could_be_meant(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Kubernetes provider, which is given the name as well, finds none either."""
    in_a_pod(ambient, monkeypatch)
    assert resolve(None).context is None
    with pytest.raises(KubeconfigError, match=r"^there is no context 'staging', as KUBECONFIG is not set"):
        resolve(None, "staging")


def test_a_user_without_a_home_has_no_kubeconfig_there(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers, whose user is a number."""
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(KubeconfigError, match=r"there is no ~/\.kube/config, and this is not a pod"):
        resolve(None)
    in_a_pod(ambient, monkeypatch)
    assert resolve(None).server == "https://10.0.0.1:443"


def test_of_several_files_the_first_that_has_an_entry_counts_as_a_whole(
    ambient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = config(users=None, clusters=[{"name": "c", "cluster": {"server": "https://first"}}], contexts=None)
    second = config(
        clusters=[{"name": "c", "cluster": {"server": "https://second", "tls-server-name": "second"}}],
        users=[{"name": "u", "user": {"tokenFile": "token"}}],
        **{"current-context": "other"},
    )
    value = listed(ambient, monkeypatch, a=first, b=second)
    found = resolve(None)
    assert found.cluster == {"server": "https://first"}, "not even fields that it does not have come from the second"
    assert found.user == {"tokenFile": str(ambient / "b" / "token")}, "relative to the file that has the entry"
    assert found.origin == f"KUBECONFIG ({value}), context 'x'"


def test_the_first_current_context_counts(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = [{"name": "y", "context": {"cluster": "c", "user": "u"}}]
    listed(
        ambient,
        monkeypatch,
        a=json.dumps({"kind": "Config"}),
        b=json.dumps({"current-context": "y"}),
        c=config(contexts=other),
    )
    assert resolve(None).context == "y"


def test_missing_and_empty_files_and_those_named_twice_are_passed_over(
    ambient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = listed(ambient, monkeypatch, a="", b="# nothing\n", c=config(), d="null")
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["", "/nonexistent/config", value, value, ""]))
    assert resolve(None).server == "https://x"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("/nonexistent/config", "KUBECONFIG names /nonexistent/config, which does not exist"),
        (
            os.pathsep.join(["/nonexistent/a", "/nonexistent/b"]),
            "names /nonexistent/a:/nonexistent/b, which",
        ),
        (kubeconfig({"token": "MARK"}), "KUBECONFIG must be the path of a kubeconfig, but is the text of one"),
        (in_base64(b"MARK" * 100), "KUBECONFIG names …, which does not exist"),
        (os.pathsep, "KUBECONFIG names , which does not exist"),
        ("/", "/ cannot be read: Is a directory"),
    ],
)
def test_a_kubeconfig_that_is_set_and_not_there_leads_nowhere_else(
    ambient: Path, monkeypatch: pytest.MonkeyPatch, value: str, why: str
) -> None:
    (ambient / ".kube").mkdir()
    (ambient / ".kube" / "config").write_text(config())
    monkeypatch.setenv("KUBECONFIG", value)
    if len(value) > 255:
        why = "cannot be read"
    assert why in refusal(None)
    assert "MARK" not in refusal(None)
    assert in_base64(b"MARK") not in refusal(None)


def test_files_of_which_one_is_broken_are_refused_with_its_name(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(ambient, monkeypatch, a=config(), b="a: [")
    assert refusal(None).startswith(f"{ambient}/b/config: it is not a kubeconfig: neither YAML nor JSON")


def test_places_in_files_have_the_files_name(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = config(users=[{"name": "u", "user": {"auth-provider": {}}}])
    listed(ambient, monkeypatch, a=json.dumps({"clusters": []}), b=broken)
    assert f"{ambient}/b/config: users[0].user.auth-provider is not supported" in refusal(None)


def test_the_context_is_the_one_that_counts_today(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert context_of() is None
    listed(ambient, monkeypatch, a=config())
    assert context_of() == "x"


def test_without_one_that_is_named_it_is_that_of_the_home(ambient: Path) -> None:
    (ambient / ".kube").mkdir()
    (ambient / ".kube" / "config").write_text(config())
    assert resolve(None).origin == f"{ambient}/.kube/config, context 'x'"


def test_in_a_pod_it_is_the_service_account(ambient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = ambient / "account"
    account.mkdir()
    (account / "token").write_text("t")
    (account / "namespace").write_text("mine\n")
    assert "this is not a pod of a cluster" in refusal(None)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = resolve(None)
    assert (found.context, found.origin, found.namespace) == (None, "the service account of this pod", "mine")
    assert found.server == "https://[fd00::1]:443"
    assert found.cluster["certificate-authority"] == str(account / "ca.crt")
    again = resolve(found.text)
    assert (again.cluster, again.user, again.namespace) == (
        found.cluster,
        {"tokenFile": str(account / "token")},
        "mine",
    )


# --- Any -------------------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["name", "cluster", "user", "context", "server", "token", "as", "exec", "proxy-url", "command"]
)
STRANGE = st.recursive(JSON, lambda inner: st.dictionaries(FIELDS, inner) | st.lists(inner, max_size=2), max_leaves=8)


@given(st.dictionaries(st.sampled_from(["clusters", "users", "contexts", "current-context", "kind"]), STRANGE))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_kubeconfig_holds_it_is_resolved_or_refused(value: Any) -> None:
    with suppress(KubeconfigError):
        resolve(json.dumps(value))


@given(NAMES, NAMES, NAMES, st.none() | NAMES)
@settings(deadline=None, max_examples=50)
def test_names_and_values_come_out_as_they_went_in(context: str, token: str, user: str, namespace: str | None) -> None:
    contexts = [
        {"name": context, "context": {"cluster": "c", "user": user, "namespace": namespace}},
        {"name": f"{context}2", "context": {}},
    ]
    users = [{"name": user, "user": {"token": token}}]
    found = resolve(config(contexts=contexts, users=users, **{"current-context": context}))
    again = resolve(found.text)
    assert (again.context, again.user, again.namespace) == (context, {"token": token}, namespace)
    assert yaml.safe_load(found.text) == json.loads(found.text), "to every reader of YAML it is the same"


ENTRIES = st.dictionaries(st.sampled_from("abcd"), st.text("xyz", min_size=1, max_size=3), max_size=4)


@given(st.lists(st.tuples(ENTRIES, st.sampled_from(["", "p", "q"])), max_size=4))
@settings(deadline=None)
def test_merging_takes_of_each_name_the_first_file_that_has_it(files: Sequence[tuple[dict[str, str], str]]) -> None:
    configs = [
        reading.given(
            json.dumps(
                {
                    "clusters": [{"name": name, "cluster": {"server": server}} for name, server in entries.items()],
                    "current-context": current,
                }
            )
        )
        for entries, current in files
    ]
    merged = reading.merge(configs, "all")
    expected: dict[str, str] = {}
    for entries, _ in files:
        expected = {**entries, **expected}
    assert {name: entry.value["server"] for name, entry in merged.sections["clusters"].items()} == expected
    assert merged.current_context == next((current for _, current in files if current), "")


@pytest.mark.parametrize("name", ["a\0b", "a b", ".example", "a..b", "a" * 64])
def test_a_name_that_no_server_can_have_is_refused(name: str) -> None:
    """Python's TLS would end the command with a TypeError, a ValueError or a UnicodeError."""
    given = config(clusters=[{"name": "c", "cluster": {"server": "https://first", "tls-server-name": name}}])
    with pytest.raises(KubeconfigError, match=r"^clusters\[0\]\.cluster\.tls-server-name is not a name"):
        resolve(given)
