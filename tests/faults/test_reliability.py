"""docs/reliability.md says about faults exactly what the cases prove."""

from collections import defaultdict

from tests.checkout import CHECKOUT
from tests.faults.cases import CASES
from tests.faults.estates import GROUNDS

HEAD = "| fault | command | API | when | cases | recovery |"
RULE = "|---|---|---|---|---:|---|"


def test_the_table_of_faults_has_the_cases_and_their_recoveries() -> None:
    lines = (CHECKOUT / "docs" / "reliability.md").read_text().splitlines()
    assert HEAD in lines
    begin = lines.index(HEAD)
    end = lines.index("", begin)
    expected = "\n".join([HEAD, RULE, *rows()])
    assert "\n".join(lines[begin:end]) == expected, f"the table should be:\n{expected}"


def test_the_number_of_cases_is_current() -> None:
    assert f"{len(CASES)} cases" in (CHECKOUT / "docs" / "reliability.md").read_text()


def test_every_fault_strikes_both_apis() -> None:
    struck = {(case.fault, case.kind.ground.api_version) for case in CASES}
    both = {(case.fault, ground.api_version) for case in CASES for ground in GROUNDS}
    assert sorted(f"{version}: {fault.sentence}" for fault, version in both - struck) == []


def rows() -> list[str]:
    """A row for each fault, command, API and recovery, with the moments at which it strikes."""
    moments: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    faults = list(dict.fromkeys(case.fault for case in CASES))
    for case in sorted(CASES, key=lambda case: faults.index(case.fault)):
        moments[case.sentence, case.command, case.kind.where, case.recovery.value].append(case.moment)
    return [
        f"| {fault} | `{command}` | {where} | {'; '.join(when)} | {len(when)} | {recovery} |"
        for (fault, command, where, recovery), when in moments.items()
    ]
