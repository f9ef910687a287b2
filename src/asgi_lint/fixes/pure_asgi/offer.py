"""The fix that rewrites a middleware layer, or the advice that says why it is not offered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Fix, Place
from asgi_lint.fixes.pure_asgi.rewriting import CODE
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class, Instance, Typed

if TYPE_CHECKING:
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function
    from asgi_lint.model.wiring import Layer


def layer_fix(project: Project, layer: Layer, advice: Fix) -> Fix:
    """Rewrite the layer's middleware as pure ASGI; `advice` where that is not possible.

    Where the middleware is the project's own, the advice then ends with the reason.
    """
    if layer.dispatcher is None or not layer.is_base_http:
        return advice
    candidate = _candidate(project, layer.dispatcher)
    if candidate is None:
        reason: str | None = _reason_of_place(project, layer, layer.dispatcher)
    else:
        reason = candidate.get("refused") or _reason_elsewhere(project, layer, layer.dispatcher)
    if candidate is None or reason:
        return replace(advice, message=f"{advice.message} (by hand: {reason})")
    filename = layer.dispatcher.filename
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    message = f"Rewrite `{layer.name}` as a pure ASGI middleware"
    lasting = [f"`{each}`" for each in candidate.get("lasting").split()]
    if lasting:
        verb = "then lasts" if len(lasting) == 1 else "then last"
        message += f"; its {' and '.join(lasting)} {verb} until the response is complete"
    return Fix(Applicability.UNSAFE, message, edits)


def _candidate(project: Project, dispatcher: Function) -> Candidate | None:
    for filename, candidate in project.candidates(CODE):
        if filename == dispatcher.filename and candidate.scope == dispatcher.scope:
            return candidate
    return None


def _reason_of_place(project: Project, layer: Layer, dispatcher: Function) -> str:
    """A function that its own file does not make a dispatcher."""
    if layer.place.filename != dispatcher.filename:
        return f"it is registered in `{_short(project, layer.place.filename)}`"
    return "it becomes a dispatcher in a way that is not followed"


def _reason_elsewhere(project: Project, layer: Layer, dispatcher: Function) -> str | None:
    """What in other files, or elsewhere in its own, speaks against changing the middleware."""
    index = project.files[dispatcher.filename]
    around = index.facts.scopes[dispatcher.scope].parent
    if index.facts.scopes[around].class_ is None:
        return _reason_of_imports(project, dispatcher)
    class_ = Class(dispatcher.filename, around)
    if layer.class_ != class_:
        return "it inherits its dispatcher"
    return (
        _reason_of_subclass(project, class_)
        or _reason_of_registration(project, class_, dispatcher)
        or _reason_of_calls(project, class_, dispatcher)
    )


def _reason_of_imports(project: Project, dispatcher: Function) -> str | None:
    """A function whose name other files import cannot become a class."""
    name = project.roles.name(dispatcher)
    for filename, index in project.files.items():
        for found in index.facts.imports:
            values = project.evaluator.lookup(filename, found.scope, found.bound)
            if found.name == name and filename != dispatcher.filename and dispatcher in values:
                return f"`{_short(project, filename)}` imports it"
    return None


def _reason_of_subclass(project: Project, class_: Class) -> str | None:
    for filename, index in project.files.items():
        for scope in index.facts.scopes:
            other = Class(filename, scope.index)
            if scope.class_ is None or other == class_:
                continue
            if class_ in project.evaluator.bases(other):
                return f"`{scope.class_.name}` derives from it"
    return None


def _reason_of_registration(project: Project, class_: Class, dispatcher: Function) -> str | None:
    for layers in project.wiring.layers.values():
        for layer in layers:
            if layer.class_ == class_ and layer.dispatcher != dispatcher:
                return "it is also registered with a `dispatch` of another kind"
    return None


def _reason_of_calls(project: Project, class_: Class, dispatcher: Function) -> str | None:
    """Some call of the dispatcher itself, such as a test makes."""
    name = project.roles.name(dispatcher)
    class_name = project.files[class_.filename].class_(class_.scope).name
    for filename, index in project.files.items():
        for found in index.facts.calls:
            func = found.call.func
            if not isinstance(func, ir.Attribute) or func.attr != name:
                continue
            values = [*project.evaluator.values(filename, found.scope, func.value)]
            classes = {v.class_ for v in values if isinstance(v, (Instance, Typed))}
            mentions = any(each.name == class_name for each in index.facts.imports)
            if class_ in classes or (not values and mentions):
                return f"`{_short(project, filename)}` calls its `{name}`"
    return None


def _short(project: Project, filename: str) -> str:
    """A file's name below the project's root."""
    return filename.removeprefix(project.root).lstrip("/")
