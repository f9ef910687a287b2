"""asgi-lint: a static analyser for the lifecycle of Starlette and FastAPI applications."""

__version__ = "0.1.0"
