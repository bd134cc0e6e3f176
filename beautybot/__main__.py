"""`python -m beautybot` and the console script `beautybot`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run one command of the operator and exit with its status."""
    from beautybot.cli.running import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
