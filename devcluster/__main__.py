"""The command `python -m devcluster`: the local control plane of this checkout."""

import argparse
import logging
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from devcluster import ClusterError, ControlPlane, env
from toolchain import ToolchainError

CHECKOUT = Path(__file__).resolve().parent.parent


def start(directory: Path) -> int:
    """start the control plane, or what is missing of it"""
    control_plane = ControlPlane.start(directory)
    print(f"the control plane is ready: KUBECONFIG={shlex.quote(str(control_plane.kubeconfig))}")
    return 0


def stop(directory: Path) -> int:
    """stop it; its data stay"""
    ControlPlane(directory).stop()
    print("the control plane is stopped")
    return 0


def status(directory: Path) -> int:
    """show the state of its members; fails unless all are ready"""
    members = ControlPlane(directory).status()
    for member in members:
        where = f"process {member.pid}, port {member.port}, " if member.pid else ""
        print(f"{member.name}: {member.problem or 'ready'} ({where}log {member.log})")
    return 1 if any(member.problem for member in members) else 0


def reset(directory: Path) -> int:
    """stop it, delete everything in it, and start it empty"""
    ControlPlane(directory).reset()
    return start(directory)


def write_env(directory: Path) -> int:
    """write .dev/env, which a shell sources to use this checkout"""
    path = env.write(CHECKOUT, ControlPlane(directory).kubeconfig)
    print(f"written: {path}")
    return 0


COMMANDS: Mapping[str, Callable[[Path], int]] = {
    "start": start,
    "stop": stop,
    "status": status,
    "reset": reset,
    "env": write_env,
}


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m devcluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__)
        command.add_argument(
            "--dir",
            type=Path,
            default=CHECKOUT / ".dev" / "cluster",
            help="directory of the control plane (default: .dev/cluster of the checkout)",
        )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("devcluster").setLevel(logging.INFO)
    try:
        return COMMANDS[arguments.command](arguments.dir)
    except KeyboardInterrupt:
        return 130
    except (ClusterError, ToolchainError) as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename or arguments.dir}: {error.strerror}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
