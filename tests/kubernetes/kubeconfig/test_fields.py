"""The table of a kubeconfig's fields has all of client-go's, and so has the documentation; no other is passed over."""

import re
from pathlib import Path

import pytest

from choreo_components.kubernetes.kubeconfig import KubeconfigError, resolve
from choreo_components.kubernetes.kubeconfig.fields import STRUCTS, Shape, Treatment, checked, places
from tests.https import kubeconfig

CLIENT_GO = {
    "Config": "kind apiVersion preferences clusters users contexts current-context extensions",
    "Preferences": "colors extensions",
    "Cluster": (
        "server tls-server-name insecure-skip-tls-verify certificate-authority certificate-authority-data proxy-url "
        "disable-compression extensions"
    ),
    "AuthInfo": (
        "client-certificate client-certificate-data client-key client-key-data token tokenFile as as-uid as-groups "
        "as-user-extra username password auth-provider exec extensions"
    ),
    "Context": "cluster user namespace extensions",
    "NamedCluster": "name cluster",
    "NamedContext": "name context",
    "NamedAuthInfo": "name user",
    "NamedExtension": "name extension",
    "AuthProviderConfig": "name config",
    "ExecConfig": "command args env apiVersion installHint provideClusterInfo interactiveMode",
    "ExecEnvVar": "name value",
}
"""The JSON names of the structs in kubernetes/client-go: tools/clientcmd/api/v1/types.go (master, July 2026)."""

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"


def test_the_table_has_each_field_of_client_go_and_no_other() -> None:
    assert {struct: {field.name for field in fields} for struct, fields in STRUCTS.items()} == {
        struct: set(names.split()) for struct, names in CLIENT_GO.items()
    }


def test_the_documentation_has_the_table() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("\n## What a kubeconfig means\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", section, re.MULTILINE)
    assert rows == [(place, field.treatment.value, field.about) for place, field in places()]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (kubeconfig({"token": "t"}) + "impersonate: x\n", "impersonate is not a field"),
        (kubeconfig({"token": "t", "As": "x"}), "users[0].user.As is not a field"),
        (kubeconfig({"exec": {"command": "x", "stdin": True}}), "users[0].user.exec.stdin is not a field"),
        (kubeconfig({}, proxy="x"), "clusters[0].cluster.proxy is not a field"),
        (
            kubeconfig({}).replace("    user: u\n", "    user: u\n    server: x\n"),
            "contexts[0].context.server is not a field",
        ),
    ],
)
def test_a_field_that_is_not_in_the_table_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(KubeconfigError, match=re.escape(place)) as refused:
        resolve(text)
    assert "valid fields: " in str(refused.value)


def test_what_is_no_name_of_a_field_is_not_reported() -> None:
    with pytest.raises(KubeconfigError, match=re.escape("users[0].user.… is not a field")) as refused:
        resolve(kubeconfig({"pa55word!": "x"}))
    assert "pa55word" not in str(refused.value)


def test_fields_of_entries_that_the_context_does_not_use_refuse_nothing() -> None:
    """One that is used nowhere can mean no rights, and `kubectl` takes it."""
    unused = "- name: old\n  user:\n    auth-provider: {name: gcp}\n    whatever: 1\n"
    assert resolve(kubeconfig({"token": "t"}).replace("users:\n", f"users:\n{unused}")).user == {"token": "t"}


@pytest.mark.parametrize("struct", STRUCTS)
def test_null_is_no_value_and_a_wrong_one_is_named(struct: str) -> None:
    for field in STRUCTS[struct]:
        if field.treatment is Treatment.SUPPORTED:
            assert checked({field.name: None}, struct, "x") == {}
            if field.shape is not Shape.ANYTHING:
                with pytest.raises(KubeconfigError, match=re.escape(f"x.{field.name} must be {field.shape.value}")):
                    checked({field.name: 1.5}, struct, "x")


def test_a_field_without_a_meaning_may_be_anything() -> None:
    given = {"preferences": {"colors": True}, "extensions": [{"name": "x", "extension": {"y": 1}}]}
    assert checked(given, "Config", "") == {}


@pytest.mark.parametrize("value", [{}, {"name": "oidc", "config": {"a": "b"}}])
def test_a_refused_field_says_what_there_is_instead(value: object) -> None:
    with pytest.raises(KubeconfigError, match=r"users\[0\]\.user\.auth-provider is not supported: .*`exec`"):
        resolve(kubeconfig({"auth-provider": value}))
