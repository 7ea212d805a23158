"""Settings are added to a stack's file, and its former content does not change."""

import json

import pytest
import yaml

from choreo_components.adopt.text import NotAdded, with_settings

ADDED = {"choreo:controllers": "absent", "choreo:projects": ["shop"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "config:\n  choreo:controllers: absent\n  choreo:projects:\n    - shop\n"),
        (
            "# ours\nencryptionsalt: v1:x= # keep",
            "# ours\nencryptionsalt: v1:x= # keep\n"
            "config:\n  choreo:controllers: absent\n  choreo:projects:\n    - shop\n",
        ),
        (
            "config:\n    # the cluster\n    kubernetes:context: 'kind' # ours\n\nencryptionsalt: v1:x=\n",
            "config:\n    # the cluster\n    choreo:controllers: absent\n    choreo:projects:\n      - shop\n"
            "    kubernetes:context: 'kind' # ours\n\nencryptionsalt: v1:x=\n",
        ),
        (
            "config: {} # none\nsecretsprovider: x\n",
            "config:\n  choreo:controllers: absent\n  choreo:projects:\n    - shop\n # none\nsecretsprovider: x\n",
        ),
        (
            "config:\nsecretsprovider: x\n",
            "config:\n  choreo:controllers: absent\n  choreo:projects:\n    - shop\nsecretsprovider: x\n",
        ),
    ],
    ids=["empty", "no settings", "settings and comments", "empty braces", "nothing after the colon"],
)
def test_lines_are_added_and_comments_stay(text: str, expected: str) -> None:
    assert with_settings(text, ADDED) == expected
    before = yaml.safe_load(text) or {}
    assert yaml.safe_load(expected) == before | {"config": (before.get("config") or {}) | ADDED}


def test_lines_end_as_those_that_are_there() -> None:
    assert with_settings("config:\r\n  a:b: c\r\n", {"choreo:controllers": "absent"}) == (
        "config:\r\n  choreo:controllers: absent\r\n  a:b: c\r\n"
    )


def test_json_stays_json() -> None:
    made = with_settings('{"encryptionsalt": "x", "config": {"a:b": "c"}}', ADDED, is_json=True)
    assert json.loads(made) == {"encryptionsalt": "x", "config": {"a:b": "c"} | ADDED}


@pytest.mark.parametrize(
    ("text", "is_json"), [("config: {a:b: c}\n", False), ("{config: {a:b: c}}\n", False), ("config: {}\n", True)]
)
def test_what_lines_cannot_be_added_to_is_refused(text: str, is_json: bool) -> None:
    with pytest.raises(NotAdded, match="on a separate line"):
        with_settings(text, ADDED, is_json=is_json)
