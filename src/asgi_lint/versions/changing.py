"""The packages, besides Starlette and FastAPI, whose release changes what they export."""

from __future__ import annotations

CHANGING = (
    "apitally",
    "cadwyn",
    "elastic-apm",
    "fastapi-async-sqlalchemy",
    "prometheus-fastapi-instrumentator",
    "secweb",
    "starlette-csrf",
    "starlette-exporter",
    "supertokens-python",
    "titiler-core",
)
"""Those that `model.third_party` answers differently for, by the release."""
