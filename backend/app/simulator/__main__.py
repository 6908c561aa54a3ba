"""Run the stand-in SSI server: `python -m app.simulator`."""

from __future__ import annotations

import sys

from app.simulator.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
