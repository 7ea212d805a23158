"""A process is ended by its own identity, so that no stranger ever is."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devcluster import ClusterError, process
from devcluster.process import Process

SLEEPS = [sys.executable, "-SE", "-c", "import time; print('awake', flush=True); time.sleep(600)"]
IS_STUBBORN = [
    sys.executable,
    "-SE",
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('awake', flush=True); time.sleep(600)",
]


def program(folder: Path) -> Process:
    return Process("sleeper", folder / "sleeper.json", folder / "sleeper.log")


def wait_until_awake(sleeper: Process) -> None:
    deadline = time.monotonic() + 30
    while "awake" not in sleeper.log.read_text():
        assert time.monotonic() < deadline, "the program did not start"
        time.sleep(0.02)


def test_a_program_that_runs_is_not_started_again(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    assert sleeper.ensure(SLEEPS)
    first = sleeper.pid
    assert not sleeper.ensure(SLEEPS)
    assert sleeper.pid == first
    sleeper.stop()


def test_a_program_that_runs_with_another_command_is_replaced(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    sleeper.ensure(SLEEPS)
    first = sleeper.pid
    assert sleeper.ensure([*SLEEPS, "--differently"])
    assert sleeper.pid not in {None, first}
    sleeper.stop()


def test_stop_ends_it(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    sleeper.ensure(SLEEPS)
    ran = sleeper.pid
    sleeper.stop()
    assert sleeper.pid is None
    assert not Path(f"/proc/{ran}").exists(), "not even a zombie is left"


def test_stop_ends_one_that_does_not_listen_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS_TO_STOP", 0.2)
    sleeper = program(tmp_path)
    sleeper.ensure(IS_STUBBORN)
    wait_until_awake(sleeper)
    sleeper.stop()
    assert sleeper.pid is None


def test_another_process_with_the_recorded_id_is_not_ended(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    sleeper.ensure(SLEEPS)
    record = json.loads(sleeper.record.read_text())
    sleeper.stop()
    time.sleep(0.05)  # the system counts a process's start in hundredths of a second
    with subprocess.Popen(SLEEPS, stdout=subprocess.DEVNULL) as stranger:
        sleeper.record.write_text(json.dumps(record | {"pid": stranger.pid}))
        assert sleeper.pid is None
        sleeper.stop()
        sleeper.kill()
        assert stranger.poll() is None, "the stranger was ended"
        stranger.kill()


def test_one_that_has_crashed_counts_as_gone_even_as_a_zombie(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    sleeper.ensure(SLEEPS)
    assert sleeper.pid is not None
    os.kill(sleeper.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while sleeper.pid is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("content", ["", "[]", '{"pid": 1}', '{"pid": "1", "identity": null, "command": []}'])
def test_a_record_that_says_nothing_names_no_process(tmp_path: Path, content: str) -> None:
    sleeper = program(tmp_path)
    sleeper.record.write_text(content)
    assert sleeper.pid is None


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="sleeper: cannot run /no/such/program: No such file or directory"):
        program(tmp_path).ensure(["/no/such/program"])


def test_output_is_added_to_the_log_and_its_end_can_be_shown(tmp_path: Path) -> None:
    sleeper = program(tmp_path)
    sleeper.log.write_text("from an earlier run\n")
    sleeper.ensure(SLEEPS)
    wait_until_awake(sleeper)
    sleeper.stop()
    assert sleeper.log_tail(lines=1).endswith("    awake")
    assert sleeper.log.read_text() == "from an earlier run\nawake\n"


def test_it_inherits_nothing_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_DATA_DIR", "/somewhere/else")
    sleeper = program(tmp_path)
    sleeper.ensure(SLEEPS)
    assert b"ETCD_DATA_DIR" not in Path(f"/proc/{sleeper.pid}/environ").read_bytes()
    sleeper.stop()
