"""The command `python -m toolchain`: makes the binaries usable that this checkout runs."""

import argparse
import sys
from pathlib import Path

from toolchain import ToolchainError, install

CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m toolchain", description=__doc__)
    parser.add_argument(
        "--dest",
        type=Path,
        default=CHECKOUT / ".dev" / "bin",
        help="folder for the links, to be put first on PATH (default: .dev/bin of the checkout)",
    )
    destination: Path = parser.parse_args().dest
    try:
        resolved = install(destination)
    except KeyboardInterrupt:
        return 130
    except ToolchainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or destination}: {error.strerror}", file=sys.stderr)
        return 1
    own = [each.binary.name for each in resolved if each.is_found]
    from_here = f", of which this machine had {', '.join(own)}" if own else ""
    print(f"toolchain: {len(resolved)} binaries in {destination}{from_here}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
