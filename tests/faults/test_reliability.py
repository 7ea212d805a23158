"""docs/reliability.md says of faults just what the cases prove."""

from collections import defaultdict

from tests.engine.workspace import CHECKOUT
from tests.faults.cases import CASES

HEAD = "| fault | command | when | cases | recovery |"
RULE = "|---|---|---|---:|---|"


def test_the_table_of_faults_has_the_cases_and_their_recoveries() -> None:
    lines = (CHECKOUT / "docs" / "reliability.md").read_text().splitlines()
    assert HEAD in lines
    begin = lines.index(HEAD)
    end = lines.index("", begin)
    expected = "\n".join([HEAD, RULE, *rows()])
    assert "\n".join(lines[begin:end]) == expected, f"the table should be:\n{expected}"


def test_the_number_of_cases_is_said() -> None:
    assert f"{len(CASES)} cases" in (CHECKOUT / "docs" / "reliability.md").read_text()


def rows() -> list[str]:
    """A row for each fault, command and recovery, with the moments at which it strikes."""
    moments: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    faults = list(dict.fromkeys(case.fault for case in CASES))
    for case in sorted(CASES, key=lambda case: faults.index(case.fault)):
        moments[case.sentence, case.command, case.recovery.value].append(case.moment)
    return [
        f"| {fault} | `{command}` | {'; '.join(when)} | {len(when)} | {recovery} |"
        for (fault, command, recovery), when in moments.items()
    ]
