from __future__ import annotations

from itertools import combinations, groupby

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from asgi_lint.model import frameworks, third_party
from asgi_lint.model.third_party import EXPORTS, Kind
from asgi_lint.model.third_party.exports import (
    BASE_HTTP_MIDDLEWARE,
    Adapter,
    Export,
    Factory,
    Middleware,
    Registration,
    Subclass,
)
from asgi_lint.versions.changing import CHANGING

EXPORTER = "starlette_exporter.middleware.PrometheusMiddleware"
INSTRUMENT = "prometheus_fastapi_instrumentator.Instrumentator.instrument"


def stated(package: str, *specifiers: str) -> third_party.Releases:
    return {package: tuple(map(SpecifierSet, specifiers))}


# The table


def test_no_name_is_canonical_and_an_alias() -> None:
    canonical = {row.name for row in EXPORTS}
    aliases = [alias for row in EXPORTS for alias in row.also]
    assert len(aliases) == len(set(aliases))
    assert not canonical & set(aliases)
    assert set(third_party.MOVED.values()) <= canonical


def test_packages_are_named_canonically() -> None:
    assert [row.package for row in EXPORTS] == [canonicalize_name(r.package) for r in EXPORTS]


@pytest.mark.parametrize("row", EXPORTS, ids=lambda row: f"{row.name} {row.releases}")
def test_a_row_was_read_in_releases_that_it_holds_for(row: Export) -> None:
    assert row.read_in
    assert list(row.read_in) == sorted(row.read_in, key=Version)
    specifier = SpecifierSet(row.releases)
    assert all(specifier.contains(release, prereleases=True) for release in row.read_in)


def test_rows_of_one_name_share_a_package_and_no_release_and_stand_oldest_first() -> None:
    def key(row: Export) -> tuple[str, str]:
        return row.name, type(row).__name__

    several = 0
    for _, group in groupby(sorted(EXPORTS, key=key), key):
        rows = list(group)
        several += len(rows) > 1
        for older, newer in combinations(rows, 2):
            assert older.package == newer.package
            assert SpecifierSet(older.releases).is_disjoint(SpecifierSet(newer.releases))
            assert Version(older.read_in[-1]) < Version(newer.read_in[0])
    assert several > 20


def test_the_packages_whose_release_matters_are_those_that_manifests_are_read_for() -> None:
    assert sorted({row.package for row in EXPORTS if row.releases}) == list(CHANGING)


def test_bases_layers_and_what_is_returned_are_canonical_names_that_are_known() -> None:
    known = {row.name for row in EXPORTS}
    for row in EXPORTS:
        match row:
            case Middleware(base=base) | Subclass(base=base):
                names = [base] if base else []
            case Registration(layers=layers, returns=returns):
                names = [*layers, *([returns] if returns else [])]
            case Factory(returns=returns):
                names = [returns]
            case _:
                names = []
        for name in names:
            assert frameworks.canonical(name) == name
            assert name in known or name.startswith(("starlette.", "fastapi.")), name


def test_every_layer_that_is_registered_is_a_middleware_of_a_known_kind() -> None:
    layers = {layer for row in EXPORTS if isinstance(row, Registration) for layer in row.layers}
    assert layers
    assert Kind.UNKNOWN not in {third_party.kind_of(layer) for layer in layers}


def test_what_wraps_an_application_says_which_parameter_takes_it() -> None:
    for row in EXPORTS:
        if isinstance(row, (Middleware, Adapter)):
            assert row.app.isidentifier()


# Look-ups


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("sse_starlette.sse.EventSourceResponse", frameworks.SSE_STARLETTE_RESPONSE),
        ("starlette_exporter.PrometheusMiddleware", EXPORTER),
        (
            "prometheus_fastapi_instrumentator.instrumentation.PrometheusFastApiInstrumentator",
            "prometheus_fastapi_instrumentator.Instrumentator",
        ),
    ],
)
def test_an_alias_leads_to_the_canonical_name(alias: str, name: str) -> None:
    assert frameworks.canonical(alias) == name


@pytest.mark.parametrize(
    ("specifier", "kind"),
    [
        ("==0.4.1", Kind.BASE_HTTP),
        ("==0.5.0", Kind.ASGI),
        ("<0.5", Kind.BASE_HTTP),
        ("<=0.5.0", Kind.ASGI),
        (">=0.3", Kind.ASGI),
        ("~=0.4.0", Kind.BASE_HTTP),
        ("", Kind.ASGI),
    ],
)
def test_the_newest_release_that_is_allowed_decides(specifier: str, kind: Kind) -> None:
    assert third_party.kind_of(EXPORTER, stated("starlette-exporter", specifier)) is kind


def test_without_a_stated_release_the_newest_decides() -> None:
    assert third_party.kind_of(EXPORTER) is Kind.ASGI
    assert third_party.base_of(EXPORTER) is None
    assert third_party.kind_of(EXPORTER, stated("slowapi", "==0.1.4")) is Kind.ASGI


def test_folders_that_differ_in_the_answer_leave_it_unknown() -> None:
    differing = stated("starlette-exporter", "==0.4.1", "==0.5.0")
    assert third_party.kind_of(EXPORTER, differing) is Kind.UNKNOWN
    assert third_party.base_of(EXPORTER, differing) is None
    agreeing = stated("starlette-exporter", "==0.4.1", "<0.3")
    assert third_party.base_of(EXPORTER, agreeing) == BASE_HTTP_MIDDLEWARE


def test_a_registration_names_the_layer_of_its_release() -> None:
    package = "prometheus-fastapi-instrumentator"
    old = third_party.registers(INSTRUMENT, stated(package, "==5.8.1"))
    new = third_party.registers(INSTRUMENT, stated(package, "==5.8.2"))
    assert old is not None
    assert new is not None
    assert [third_party.kind_of(layer) for layer in old.layers] == [Kind.BASE_HTTP]
    assert [third_party.kind_of(layer) for layer in new.layers] == [Kind.ASGI]
    assert third_party.returns(INSTRUMENT) == "prometheus_fastapi_instrumentator.Instrumentator"


def test_a_method_is_found_on_the_base_of_its_class() -> None:
    found = third_party.registers("starlette_admin.contrib.sqlmodel.Admin.mount_to")
    assert found is not None
    assert found.app == "app"
    assert third_party.registers("starlette_admin.contrib.sqlmodel.Admin.other") is None
    site = third_party.registers("fastapi_amis_admin.admin.site.AdminSite.mount_app")
    assert site is not None
    assert site.layers == (BASE_HTTP_MIDDLEWARE,)


def test_a_name_that_the_release_does_not_have_is_unknown() -> None:
    assert third_party.registers("cadwyn.Cadwyn", stated("cadwyn", "==3.6.0")) is None
    found = third_party.registers("cadwyn.Cadwyn", stated("cadwyn", "==4.0.0"))
    assert found is not None
    assert found.layers == ("cadwyn.middleware.HeaderVersioningMiddleware",)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("socketio.asgi.ASGIApp", "other_asgi_app"),
        ("sentry_sdk.integrations.asgi.SentryAsgiMiddleware", "app"),
        ("asgi_csrf.asgi_csrf", "app"),
        ("mangum.adapter.Mangum", "app"),
        ("fastapi_versioning.versioning.VersionedFastAPI", "app"),
        ("fastapi_offline.core.FastAPIOffline", None),
        ("slowapi.Limiter", None),
    ],
)
def test_the_parameter_that_takes_the_application(name: str, parameter: str | None) -> None:
    assert third_party.wraps(name) == parameter


def test_an_adapter_is_no_middleware() -> None:
    assert third_party.kind_of("mangum.adapter.Mangum") is Kind.UNKNOWN


def test_what_a_function_makes() -> None:
    auth = "fastapi_users.fastapi_users.FastAPIUsers.get_auth_router"
    assert third_party.returns(auth) == frameworks.API_ROUTER
    assert third_party.returns("fastmcp.FastMCP.http_app") == frameworks.STARLETTE


def test_a_factory_may_give_a_class() -> None:
    name = "supertokens_python.framework.fastapi.fastapi_middleware.get_middleware"
    for specifier, kind in ((">=0.20.2", Kind.ASGI), ("<0.20.2", Kind.BASE_HTTP)):
        made = third_party.makes(name, stated("supertokens-python", specifier))
        assert made is not None
        assert made.is_class
        assert third_party.kind_of(made.returns) is kind
    assert third_party.returns(name) is None


def test_the_bases_lead_to_what_the_frameworks_know() -> None:
    base = third_party.base_of("fastapi_crudrouter.core.mem.MemoryCRUDRouter")
    assert base is not None
    assert third_party.base_of(base) == frameworks.API_ROUTER
    assert frameworks.base_of("slowapi.middleware.SlowAPIMiddleware") == BASE_HTTP_MIDDLEWARE
    assert frameworks.base_of(frameworks.SSE_STARLETTE_RESPONSE) == frameworks.RESPONSE
