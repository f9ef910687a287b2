"""`python -m lab`, in the folder `tests/behaviour`."""

from lab.cli import main

raise SystemExit(main())
