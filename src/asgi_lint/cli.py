"""The command line: arguments in, exit code out."""

from __future__ import annotations

import codecs
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from asgi_lint import __version__
from asgi_lint.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.pipeline import Run
    from asgi_lint.reporters.report import Report
    from asgi_lint.settings import Settings
    from asgi_lint.source import Source, SourceProblem

REPORTED = 1
FAILED = 2
INTERRUPTED = 130
_PLEASE_REPORT = "This is a bug of asgi-lint; please report it with these lines:"


class _CheckByDefault(click.Group):
    """A group in which `asgi-lint PATH` means `asgi-lint check PATH`, and that ends well."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version", "-V"}
        if args and args[0] not in self.commands and args[0] not in own:
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("asgi-lint: interrupted", err=True)
            # Not sys.exit: a parser that still runs in its thread aborts a Python that winds down.
            os._exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception:
            import traceback

            report = traceback.format_exc(limit=-12).rstrip()
            click.echo(f"asgi-lint: internal error. {_PLEASE_REPORT}\n{report}", err=True)
            sys.exit(FAILED)


@click.group(
    cls=_CheckByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`asgi-lint PATH...` is `asgi-lint check PATH...`.",
)
@click.version_option(
    __version__, "-V", "--version", prog_name="asgi-lint", message="%(prog)s %(version)s"
)
def main() -> None:
    """Find lifecycle bugs in Starlette and FastAPI applications."""


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--select", multiple=True, metavar="CODES", help="Run these rules only.")
@click.option("--extend-select", multiple=True, metavar="CODES", help="Run these rules too.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not run these rules.")
@click.option("--exclude", multiple=True, metavar="GLOBS", help="Leave these out, not the usual.")
@click.option("--extend-exclude", multiple=True, metavar="GLOBS", help="Leave these out too.")
@click.option("--force-exclude", is_flag=True, default=None, help="Leave them out even when named.")
@click.option("--starlette-version", metavar="VERSION", help="Assume this version or specifier.")
@click.option("--fastapi-version", metavar="VERSION", help="Assume this version or specifier.")
@click.option(
    "--output-format",
    type=click.Choice(["full", "concise", "json", "sarif"]),
    help="Default: full.",
)
@click.option(
    "--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there."
)
@click.option("--statistics", is_flag=True, help="Count diagnostics by code instead.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="The least severity that makes the exit code 1. Default: warning.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even with diagnostics.")
@click.option("--stdin-filename", metavar="PATH", help="What `-` (standard input) is the text of.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Check files and folders (default: the current folder); `-` is standard input.

    CODES are codes (ASG201), prefixes (ASG2) or names of rules, separated by commas.
    """
    from asgi_lint.pipeline import UsageError, run
    from asgi_lint.settings import SettingsError

    stdin = _standard_input(paths, options["stdin_filename"])
    on_disk = [path for path in paths or (".",) if path != "-"]
    try:
        settings_for = _settings(options)
        meant = [*on_disk, stdin.filename] if stdin else on_disk
        output_format = settings_for(_common_folder(meant)).output_format
        outcome = run(on_disk, settings_for, stdin=stdin)
    except (SettingsError, UsageError) as error:
        _fail(str(error))
    _warn(outcome)
    _write(outcome, output_format, options["output_file"], statistics=options["statistics"])
    if outcome.crashes:
        sys.exit(FAILED)
    sys.exit(REPORTED if outcome.fails and not options["exit_zero"] else 0)


def _settings(options: dict[str, Any]) -> Callable[[str], Settings]:
    """The settings at a path: its nearest configuration under what the command line says."""
    from asgi_lint.rules.registry import rules
    from asgi_lint.settings import load_settings, overridden
    from asgi_lint.source import absolute_filename

    known = rules()
    values = {
        key.replace("_", "-"): _split(value) if isinstance(value, tuple) else value
        for key, value in options.items()
        if value not in (None, ()) and key in _SETTING_OPTIONS
    }
    here = absolute_filename(".")
    memory: dict[str, Settings] = {}

    def settings_for(path: str) -> Settings:
        absolute = absolute_filename(path)
        folder = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)  # noqa: PTH112, PTH120
        if folder not in memory:
            memory[folder] = overridden(load_settings(folder, known), values, known, here)
        return memory[folder]

    return settings_for


_SETTING_OPTIONS = frozenset(
    {"select", "extend_select", "ignore", "exclude", "extend_exclude", "force_exclude",
     "starlette_version", "fastapi_version", "output_format", "fail_on"}
)  # fmt: skip


def _split(values: tuple[str, ...]) -> list[str]:
    """The parts between commas; "" where there are none, for the settings to refuse."""
    parts = [part.strip() for value in values for part in value.split(",")]
    return [part for part in parts if part] or [""]


def _common_folder(paths: list[str]) -> str:
    """What lies above all paths, so that their order does not matter."""
    from asgi_lint.source import absolute_filename

    try:
        return os.path.commonpath([absolute_filename(path) for path in paths])
    except ValueError:  # on Windows they may lie on several drives
        return "."


def _standard_input(paths: tuple[str, ...], filename: str | None) -> Source | SourceProblem | None:
    if "-" not in paths:
        if filename is not None:
            _fail("--stdin-filename goes with `-` among the paths.")
        return None
    if sys.stdin is None:
        _fail("Standard input is closed: `-` has nothing to read.")
    from asgi_lint.source import absolute_filename, decode_source

    return decode_source(sys.stdin.buffer.read(), absolute_filename(filename or "stdin.py"))


def _warn(outcome: Run) -> None:
    from asgi_lint.reporters.characters import visible
    from asgi_lint.reporters.paths import shown_path

    for place, message in outcome.warnings:
        row, column = place.span.start
        shown = visible(shown_path(place.filename, Path.cwd()))
        click.echo(f"asgi-lint: warning: {shown}:{row}:{column}: {message}", err=True)
    for crash in outcome.crashes:
        click.echo(
            f"asgi-lint: internal error in {visible(crash.of)}; the rest was checked. "
            f"{_PLEASE_REPORT}\n{crash.report}",
            err=True,
        )


def _write(outcome: Run, output_format: str, target: Path | None, *, statistics: bool) -> None:
    from asgi_lint.reporters.color import use_color
    from asgi_lint.reporters.formats import FORMATS, render
    from asgi_lint.reporters.statistics import render as render_statistics
    from asgi_lint.reporters.statistics import render_json

    report = _report(outcome, with_pages=output_format == "sarif")
    color = target is None and sys.stdout is not None and use_color(sys.stdout, os.environ)
    if not statistics:
        text = render(report, output_format, color=color)
    elif output_format == "json":
        text = render_json(report)
    else:
        text = render_statistics(report, color=color)
    _print(text, target, for_people=FORMATS[output_format].for_people, color=color)


def _print(text: str, target: Path | None, *, for_people: bool, color: bool) -> None:
    """Write to a file or to standard output, where only people get what its encoding can say."""
    try:
        if target is not None:
            target.write_text(text, encoding="utf-8", newline="")
        elif for_people:
            click.echo(_encodable(text), nl=False, color=color)
        else:
            click.echo(text.encode("utf-8"), nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        shown = f'"{target}"' if target is not None else "the report"
        _fail(f"Cannot write {shown}: {(error.strerror or 'unknown error').lower()}.")


def _encodable(text: str) -> str:
    """The text with what standard output's encoding lacks as an escape, such as `\\u65e5`."""
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    if encoding == "ascii":  # it stands for a locale that says nothing: there click writes UTF-8
        return text
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _report(outcome: Run, *, with_pages: bool) -> Report:
    from asgi_lint.reporters.report import Notification, Report, RuleInfo
    from asgi_lint.roots import repository_top
    from asgi_lint.rules.registry import page, rules

    known = rules()
    base = Path.cwd()
    reported = [known[code] for code in sorted({d.code for d in outcome.diagnostics})]
    return Report(
        diagnostics=outcome.diagnostics,
        sources=outcome.sources,
        base=base,
        repository=Path(repository_top(str(base)) or base),
        files_checked=outcome.files_checked,
        rules={
            rule.code: RuleInfo(
                rule.code,
                rule.name,
                rule.summary,
                rule.severity,
                rule.url,
                page(rule) if with_pages else "",
            )
            for rule in reported
        },
        version=__version__,
        notifications=tuple(
            Notification(d.message, d.place)
            for d in outcome.diagnostics
            if d.code in ("ASG001", "ASG002")
        ),
    )


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--starlette-version", metavar="VERSION", help="Assume this version or specifier.")
@click.option("--fastapi-version", metavar="VERSION", help="Assume this version or specifier.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def versions(paths: tuple[str, ...], output_format: str, **options: Any) -> None:
    """Show which releases of Starlette and FastAPI count in each folder, and why."""
    from asgi_lint.pipeline import UsageError
    from asgi_lint.reporters.color import use_color
    from asgi_lint.reporters.overview import render, render_json
    from asgi_lint.settings import SettingsError
    from asgi_lint.survey import survey

    try:
        folders = survey(paths or (".",), _settings(options))
    except (SettingsError, UsageError) as error:
        _fail(str(error))
    if output_format == "json":
        click.echo(render_json(folders, Path.cwd()).encode("utf-8"), nl=False)
        return
    color = use_color(sys.stdout, os.environ)
    click.echo(_encodable(render(folders, Path.cwd(), color=color)), nl=False, color=color)


@main.command()
@click.argument("path", default=".")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "mermaid", "dot", "json", "html"]),
    default="text",
    help="Default: text.",
)
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the picture there.",
)
@click.option("--tests", is_flag=True, help="Show the applications of tests too.")
@click.option("--starlette-version", metavar="VERSION", help="Assume this version or specifier.")
@click.option("--fastapi-version", metavar="VERSION", help="Assume this version or specifier.")
def graph(
    path: str, output_format: str, output_file: Path | None, *, tests: bool, **options: Any
) -> None:
    """Draw the applications made in a file or folder (default: the current folder).

    Their middleware from outside to inside, routers, endpoints, dependencies, streams and
    background tasks, with what `asgi-lint check` says about them.
    """
    from asgi_lint.depict import depict
    from asgi_lint.picture.formats import FOR_PEOPLE, render
    from asgi_lint.pipeline import UsageError
    from asgi_lint.reporters.color import use_color
    from asgi_lint.settings import SettingsError

    try:
        picture, outcome = depict(path, _settings(options), tests=tests)
    except (SettingsError, UsageError) as error:
        _fail(str(error))
    _warn(outcome)
    color = output_file is None and sys.stdout is not None and use_color(sys.stdout, os.environ)
    text = render(picture, output_format, Path.cwd(), color=color)
    _print(text, output_file, for_people=output_format in FOR_PEOPLE, color=color)
    if outcome.crashes:
        sys.exit(FAILED)


@main.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--all", "every", is_flag=True, help="Print the pages of all rules.")
def rule(codes: tuple[str, ...], *, every: bool) -> None:
    """Print the page of a rule, by its code or name."""
    from asgi_lint.rules.registry import page, rules

    known = rules()
    if every:
        codes = tuple(known)
    elif not codes:
        _fail("Name a rule, such as `asgi-lint rule ASG201`, or say --all.")
    by_name = {each.name: code for code, each in known.items()}
    pages = []
    for code in codes:
        found = known.get(by_name.get(code.lower(), code.upper()))
        if found is None:
            _fail(f'There is no rule "{code}".{_suggestion(code, [*known, *by_name])}')
        pages.append(page(found))
    click.echo("\n".join(pages), nl=False)


def _suggestion(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.upper(), known, n=1) or get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else " `asgi-lint rule --all` prints every rule."


def _fail(message: str) -> NoReturn:
    from asgi_lint.reporters.characters import visible

    click.echo(f"asgi-lint: error: {visible(message)}", err=True)
    sys.exit(FAILED)
