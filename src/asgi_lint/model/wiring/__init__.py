"""The application graph: applications, routers, mounts, middleware layers, endpoints."""

from asgi_lint.model.wiring.parts import (
    Endpoint,
    Gap,
    Handling,
    Inclusion,
    Layer,
    Node,
    Opaque,
    Position,
)
from asgi_lint.model.wiring.wiring import Wiring

__all__ = [
    "Endpoint",
    "Gap",
    "Handling",
    "Inclusion",
    "Layer",
    "Node",
    "Opaque",
    "Position",
    "Wiring",
]
