"""Sizes: manifests that are bad because of their size, and the first finding about each."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from choreo_components.config.findings import report
from tests.corpus.reading import of_manifest

TEN_MB = 10 * 2**20
TWO_MB = 2 * 2**20


@dataclass(frozen=True)
class Size:
    """A text, and the beginning of the first line about it."""

    text: Callable[[], bytes]
    said: str


def _object(kind: str, spec: str = "", name: str = "a", more: str = "") -> bytes:
    metadata = f"  name: {name}\n" + ("  namespace: acme\n" if kind != "Organization" else "") + more
    text = f"apiVersion: core.choreo.dev/v1\nkind: {kind}\nmetadata:\n{metadata}"
    return (text + (f"spec:\n{spec}" if spec else "")).encode()


def _pipeline(*steps: tuple[int, int]) -> bytes:
    paths = (f"  - {{sourceEnvironmentRef: e{a}, targetEnvironmentRefs: [{{name: e{b}}}]}}\n" for a, b in steps)
    return _object("DeploymentPipeline", "  promotionPaths:\n" + "".join(paths))


def _laughs() -> bytes:
    """A billion billion times `lol`, in eighteen steps of ten."""
    lines = ["a0: &a0 [lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 19))]
    return "\n".join(lines).encode()


STEPS = 15_000
TOO_LONG = "big.yaml: error: the file is larger than 3 MiB; split it"
TOO_MUCH = "error: more than 200,000 keys and values in one file, with its aliases expanded; split it"
TOO_DEEP = "error: mappings and lists are nested more than 100 levels deep"

SIZES = {
    "10 MB of lines": Size(lambda: b"- a\n" * (TEN_MB // 4), TOO_LONG),
    "10 MB on one line": Size(lambda: b"a: " + b"a" * TEN_MB, TOO_LONG),
    "10 MB of nothing": Size(lambda: b"\0" * TEN_MB, TOO_LONG),
    "10 MB of comments": Size(lambda: b"# a\n" * (TEN_MB // 4), TOO_LONG),
    "2 MB of lines": Size(lambda: b"- a\n" * (TWO_MB // 4), f"big.yaml:200000: {TOO_MUCH}"),
    "2 MB of documents": Size(lambda: b"---\na: 1\n" * (TWO_MB // 9), "big.yaml:2: apiVersion: error: required"),
    "2 MB of documents that are empty": Size(lambda: b"---\n" * (TWO_MB // 4), f"big.yaml:200002: {TOO_MUCH}"),
    "2 MB in a name": Size(
        lambda: _object("Organization", name="a" * TWO_MB), "big.yaml:4: metadata.name: error: Kubernetes would refuse"
    ),
    "2 MB in a key": Size(
        lambda: _object("Organization", more="  ? " + "k" * TWO_MB + "\n  : x\n"), "big.yaml:5: metadata.kkk"
    ),
    "2 MB in a reference": Size(
        lambda: _object("Project", "  deploymentPipelineRef: [" + "p" * TWO_MB + "]\n"),
        "big.yaml:7: spec.deploymentPipelineRef: error: should be a string, not a list",
    ),
    "2 MB in a number": Size(
        lambda: _object("Organization", name="9" * TWO_MB), "big.yaml:4: metadata.name: error: cannot be read as int"
    ),
    "2 MB in a tag": Size(lambda: b"a: !" + b"t" * TWO_MB + b" x", "big.yaml:1: a: error: a tag that begins with !"),
    "2 MB in quotes that never close": Size(lambda: b'a: "' + b"b\n" * (TWO_MB // 2), "big.yaml:10485"),
    "a million brackets": Size(lambda: b"[" * 1_000_000, "big.yaml:1: [0]"),
    "a million braces": Size(lambda: b"{a: " * 500_000, "big.yaml:1: a.a"),
    "half a million braces in JSON": Size(lambda: b'{"a":' * 500_000 + b"1" + b"}" * 500_000, "big.yaml:1: a.a"),
    "2 MB of documents in JSON": Size(lambda: b'{"a":1}' * (TWO_MB // 7), f"big.yaml:1: {TOO_MUCH}"),
    "2 MB of a text in JSON": Size(
        lambda: b'{"a":"' + rb"\"\ud83d\ude00" * (TWO_MB // 14) + b'"}', "big.yaml:1: apiVersion: error: required"
    ),
    "2 MB of quotes in JSON that never close": Size(
        lambda: b'{"a":"' + rb"\"" * (TWO_MB // 2), "big.yaml:1: error: invalid"
    ),
    "2 MB of line breaks before JSON": Size(
        lambda: b"\r\n" * (TWO_MB // 2) + b"{}", f"big.yaml:{TWO_MB // 2 + 1}: apiVersion: error: required"
    ),
    "2 MB of surrogate pairs": Size(
        lambda: b'a: "' + rb"\ud83d\ude00" * (TWO_MB // 12) + b'"', "big.yaml:1: apiVersion: error: required"
    ),
    "2 MB of backslashes": Size(lambda: b"a: '" + b"\\" * TWO_MB + rb"ud83d\ude00'", "big.yaml:1: apiVersion: error"),
    "2 MB of byte order marks": Size(
        lambda: b"\xef\xbb\xbf\n" * (TWO_MB // 4) + b"a: 1", f"big.yaml:{TWO_MB // 4 + 1}: "
    ),
    "300 KB of annotations": Size(
        lambda: _object("Organization", more="  annotations:\n" + f"    note: {'x' * 300_000}\n"),
        "big.yaml:5: metadata.annotations: error: 300,114 bytes of annotations, more than Kubernetes' 262,144",
    ),
    "annotations that are all one long alias": Size(
        lambda: _object(
            "Organization",
            more="  annotations:\n    n: &n "
            + "ü" * 500_000
            + "\n"
            + "".join(f"    n{n}: *n\n" for n in range(90_000)),
        ),
        "big.yaml:5: metadata.annotations: error: 90,001,",
    ),
    "1.6 MB of an object": Size(
        lambda: (
            _object("DeploymentPipeline", "  promotionPaths:\n")
            + b"".join(
                b"  - {sourceEnvironmentRef: e%06d%s, targetEnvironmentRefs: []}\n" % (n, b"e" * 240)
                for n in range(6_000)
            )
        ),
        "big.yaml:1: error: more than 1,572,864 bytes: etcd accepts no larger object by default",
    ),
    "a million dashes": Size(lambda: b"- " * 1_000_000, "big.yaml:1: [0]"),
    "a million question marks": Size(lambda: b"? " * 1_000_000, f"big.yaml:1: {TOO_DEEP}"),
    "a billion billion laughs": Size(_laughs, f"big.yaml:6: {TOO_MUCH}"),
    "ninety thousand unknown fields": Size(
        lambda: _object("Organization", "".join(f"  field{number}: 1\n" for number in range(90_000))),
        "big.yaml:1: error: 89,900 more problems in this object",
    ),
    "ninety thousand keys that are numbers": Size(
        lambda: _object("Organization", more="  labels:\n" + "".join(f"    {n}: x\n" for n in range(90_000))),
        "big.yaml:6: metadata.labels: error: 0 is not a string",
    ),
    "a hundred thousand promotions to nothing": Size(
        lambda: _object("DeploymentPipeline", "  promotionPaths:\n" + "  - 1\n" * 100_000),
        "big.yaml:1: error: 99,900 more problems in this object",
    ),
    "a very long way of promotion": Size(lambda: _pipeline(*((n, n + 1) for n in range(STEPS))), ""),
    "a very long circle of promotion": Size(
        lambda: _pipeline(*((n, (n + 1) % STEPS) for n in range(STEPS))),
        "big.yaml:8: spec.promotionPaths[0]: error: promotion has a cycle: e0 -> e1 -> e2",
    ),
    "four thousand objects of one name": Size(
        lambda: b"---\n".join([_object("Organization")] * 4000),
        "big.yaml:9: metadata.name: warning: Organization 'a' is",
    ),
}


def report_within(folder: Path, memory: int, seconds: int) -> None:
    """Writes the report about `big.yaml` in the folder to the file `report`, in a process with limited resources."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    (folder / "report").write_text(report(of_manifest("big.yaml", folder)))
