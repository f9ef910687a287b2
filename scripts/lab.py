"""Runs the behaviour lab: real releases, and what they do (see docs/behaviour-lab.md).

python scripts/lab.py [--all] [--missing] [HAZARD ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/behaviour"))

from lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
