"""Findings of several stacks, as programs and GitHub read them."""

import json
from pathlib import Path

import pytest

from choreo_components.config import report
from choreo_components.config.findings import Finding, Location, error, warning
from choreo_components.config.report import StackFinding, as_annotations, as_json, stack_findings, summary

ERROR = error(Location("stacks/a.yaml", 3, "spec.x"), "wrong")
WARNING = warning(Location("stacks/a.yaml"), "odd")


def annotation(finding: Finding) -> str:
    [line] = as_annotations([StackFinding("dev", finding)], Path())
    return line


def test_findings_are_in_the_order_of_stacks_and_places() -> None:
    early = error(Location("stacks/a.yaml", 1), "first")
    found = stack_findings({"b": [ERROR, early], "a": [WARNING]}, Path())
    assert found == [StackFinding("b", early), StackFinding("b", ERROR), StackFinding("a", WARNING)]


def test_files_are_named_relative_to_the_working_directory() -> None:
    [found] = stack_findings({"a": [WARNING]}, Path("infra"))
    assert found.finding.where.file == "infra/stacks/a.yaml"


def test_json_has_the_fields_of_each_finding() -> None:
    found = json.loads(as_json([StackFinding("dev", ERROR), StackFinding("dev", WARNING)], ["dev", "acme"], 3))
    assert found == {
        "stacks": ["dev", "acme"],
        "objects": 3,
        "findings": [
            {
                "severity": "error",
                "file": "stacks/a.yaml",
                "line": 3,
                "field": "spec.x",
                "message": "wrong",
                "stack": "dev",
            },
            {
                "severity": "warning",
                "file": "stacks/a.yaml",
                "line": None,
                "field": "",
                "message": "odd",
                "stack": "dev",
            },
        ],
    }


def test_an_annotation_names_file_line_and_field() -> None:
    assert annotation(ERROR) == "::error file=stacks/a.yaml,line=3,title=spec.x::wrong"


def test_an_annotation_without_line_and_field_names_the_file() -> None:
    assert annotation(WARNING) == "::warning file=stacks/a.yaml::odd"


def test_an_annotation_cannot_be_ended_or_divided_by_what_it_quotes() -> None:
    found = annotation(error(Location("a,b:c%.yaml", 1, "choreo:x"), "50%: a, b"))
    assert found == "::error file=a%2Cb%3Ac%25.yaml,line=1,title=choreo%3Ax::50%25: a, b"


def test_a_line_break_would_not_end_an_annotation() -> None:
    # Findings have none, but the format requires it.
    assert report._data("a\r\nb") == report._property("a\r\nb") == "a%0D%0Ab"


def test_a_file_of_two_stacks_is_annotated_once() -> None:
    assert len(list(as_annotations([StackFinding("a", ERROR), StackFinding("b", ERROR)], Path()))) == 1


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ([], "2 stacks, 1 object: nothing found"),
        ([ERROR], "2 stacks, 1 object: 1 error"),
        ([WARNING, WARNING], "2 stacks, 1 object: 2 warnings"),
        ([ERROR, ERROR, WARNING], "2 stacks, 1 object: 2 errors, 1 warning"),
    ],
)
def test_the_last_line_counts(findings: list[Finding], line: str) -> None:
    assert summary([StackFinding("a", finding) for finding in findings], 2, 1) == line
