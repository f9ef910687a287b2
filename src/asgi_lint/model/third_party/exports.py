"""The rows of the table: what a package exports under one name, in which of its releases."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

BASE_HTTP_MIDDLEWARE = "starlette.middleware.base.BaseHTTPMiddleware"


@dataclass(frozen=True, slots=True)
class Export:
    """A class, function or method of `package` (its canonical name), and where that was read.

    `name` is the dotted name that stays valid over the releases, a method's with its class in
    front; `also` are others for the same thing. `read_in` are the releases whose source was read,
    those on both sides of a change among them. `releases` is a specifier of the package's own
    releases where the answer for the name depends on them, else empty: then it holds for all that
    have the name. Rows of one name stand oldest first, and no release is in two of them.
    """

    name: str
    package: str
    read_in: tuple[str, ...]
    _: KW_ONLY
    releases: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Middleware(Export):
    """A class or function around the application that its parameter `app` takes.

    It is pure ASGI unless `base` says otherwise.
    """

    _: KW_ONLY
    base: str = ""
    app: str = "app"


@dataclass(frozen=True, slots=True)
class Adapter(Export):
    """What takes an application and is itself none: it serves it to something else than ASGI."""

    _: KW_ONLY
    app: str = "app"


@dataclass(frozen=True, slots=True)
class Subclass(Export):
    """A class whose nearest base that Starlette, FastAPI or this table knows is `base`."""

    _: KW_ONLY
    base: str


@dataclass(frozen=True, slots=True)
class Registration(Export):
    """What changes the application that its parameter `app` takes.

    `does` completes "this ...". `layers` are the middleware classes that it adds in any case or
    by default, outermost last. `returns` is the class of what it gives back, `returns_app` says
    that it gives back the application. An empty `app` stands for the object that is being made.
    """

    _: KW_ONLY
    does: str
    app: str = "app"
    layers: tuple[str, ...] = ()
    returns: str = ""
    returns_app: bool = False


@dataclass(frozen=True, slots=True)
class Factory(Export):
    """A function or method that makes an object of the class `returns`, or gives the class itself.

    What is passed for the parameter `app`, if there is one, is served inside the new application.
    """

    _: KW_ONLY
    returns: str
    is_class: bool = False
    app: str = ""
