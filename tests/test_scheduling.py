"""What stays together in a run, and what does not."""

from tests.scheduling import TOGETHER, units

CASE = "tests/faults/test_faults.py::test_a_struck_command_is_recovered"


def test_a_file_is_a_unit() -> None:
    found = units(
        ["tests/api/test_crd.py::test_one", "tests/api/test_crd.py::test_two", "tests/api/test_names.py::test"]
    )
    assert list(found.values()) == ["tests/api/test_crd.py", "tests/api/test_crd.py", "tests/api/test_names.py"]


def test_each_test_on_the_engine_is_one_by_itself() -> None:
    tests = ["tests/engine/test_stacks.py::test[absent]", "tests/engine/test_stacks.py::test[present]"]
    assert units(tests) == {test: test for test in tests}


def test_those_that_share_a_stack_are_so_many_at_a_time() -> None:
    file, together = next(iter(TOGETHER.items()))
    tests = [f"{file}::test_{number}" for number in range(2 * together)]
    found = list(units(tests).values())
    assert len(set(found[:together])) == len(set(found[together:])) == 1
    assert len(set(found)) == 2


def test_a_case_of_destroy_follows_the_up_whose_stack_it_takes_over() -> None:
    up, first, second, other = (f"{CASE}[{each} of it: {each}]" for each in ("up", "destroy", "destroy", "up"))
    first, second = f"{first}a", f"{second}b"
    found = units([up, first, second, f"{other}c"])
    assert found[up] == found[first] == found[second] != found[f"{other}c"]
