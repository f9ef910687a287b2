"""`python -m asgi_lint` is `asgi-lint`."""

from __future__ import annotations

from asgi_lint.cli import main

if __name__ == "__main__":
    main(prog_name="asgi-lint")
