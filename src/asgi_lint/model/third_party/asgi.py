"""Pure ASGI middleware, and what else is put around an application by hand."""

from __future__ import annotations

from asgi_lint.model.third_party.exports import Adapter, Middleware

_STARLETTE = (
    ("authentication", "AuthenticationMiddleware"),
    ("cors", "CORSMiddleware"),
    ("errors", "ServerErrorMiddleware"),
    ("gzip", "GZipMiddleware"),
    ("httpsredirect", "HTTPSRedirectMiddleware"),
    ("sessions", "SessionMiddleware"),
    ("trustedhost", "TrustedHostMiddleware"),
    ("wsgi", "WSGIMiddleware"),
)

STARLETTE = (
    *(
        Middleware(f"starlette.middleware.{module}.{name}", "starlette", ("0.13.8", "1.10.0"))
        for module, name in _STARLETTE
    ),
    Middleware(
        "starlette.middleware.exceptions.ExceptionMiddleware",
        "starlette",
        ("0.27.0", "1.10.0"),
    ),
)

AROUND_APPLICATIONS = (
    Middleware(
        "apitally.shared.asgi.ApitallyASGIMiddleware",
        "apitally",
        ("1.0.0",),
    ),
    Middleware(
        "aioprometheus.asgi.middleware.MetricsMiddleware",
        "aioprometheus",
        ("21.9.0", "23.12.0"),
        also=("aioprometheus.MetricsMiddleware",),
    ),
    Middleware("asgi_cors.asgi_cors", "asgi-cors", ("1.0.1",)),
    Middleware(
        "asgi_correlation_id.middleware.CorrelationIdMiddleware",
        "asgi-correlation-id",
        ("0.1.0", "1.0.0", "2.0.0", "5.0.1"),
        also=("asgi_correlation_id.CorrelationIdMiddleware",),
    ),
    Middleware("asgi_csrf.asgi_csrf", "asgi-csrf", ("0.3", "0.11")),
    Middleware("asgi_gzip.GZipMiddleware", "asgi-gzip", ("0.3",)),
    Middleware(
        "asgi_logger.middleware.AccessLoggerMiddleware",
        "asgi-logger",
        ("0.1.0",),
        also=("asgi_logger.AccessLoggerMiddleware",),
    ),
    Middleware("brotli_asgi.BrotliMiddleware", "brotli-asgi", ("1.0.0", "1.7.0")),
    Middleware("bugsnag.asgi.BugsnagMiddleware", "bugsnag", ("4.0.0", "4.9.2")),
    Middleware(
        "engineio.async_drivers.asgi.ASGIApp",
        "python-engineio",
        ("4.0.0", "4.15.1"),
        also=("engineio.ASGIApp",),
        app="other_asgi_app",
    ),
    Middleware(
        "fastapi_authz.middleware.CasbinMiddleware",
        "fastapi-authz",
        ("0.1.0", "1.0.0"),
        also=("fastapi_authz.CasbinMiddleware",),
    ),
    Middleware(
        "fastapi_events.middleware.EventHandlerASGIMiddleware",
        "fastapi-events",
        ("0.1", "0.4.0", "0.12.2"),
    ),
    Middleware(
        "fastapi_profiler.PyInstrumentProfilerMiddleware",
        "fastapi-profiler",
        ("1.3.0", "1.5.0"),
        also=("fastapi_profiler.profiler.PyInstrumentProfilerMiddleware",),
    ),
    Middleware(
        "guard.asgi.PureASGISecurityMiddleware",
        "fastapi-guard",
        ("8.1.2",),
        also=("guard.PureASGISecurityMiddleware",),
    ),
    Middleware(
        "honeybadger.contrib.asgi.ASGIHoneybadger",
        "honeybadger",
        ("1.3.0",),
        also=("honeybadger.contrib.ASGIHoneybadger",),
    ),
    Middleware(
        "hypercorn.middleware.http_to_https.HTTPToHTTPSRedirectMiddleware",
        "hypercorn",
        ("0.11.0", "0.18.0"),
        also=("hypercorn.middleware.HTTPToHTTPSRedirectMiddleware",),
    ),
    Middleware(
        "hypercorn.middleware.proxy_fix.ProxyFixMiddleware",
        "hypercorn",
        ("0.18.0",),
        also=("hypercorn.middleware.ProxyFixMiddleware",),
    ),
    Middleware(
        "newrelic.api.asgi_application.ASGIApplicationWrapper",
        "newrelic",
        ("9.0.0", "14.1.0"),
        also=("newrelic.agent.ASGIApplicationWrapper",),
        app="wrapped",
    ),
    Middleware(
        "opentelemetry.instrumentation.asgi.OpenTelemetryMiddleware",
        "opentelemetry-instrumentation-asgi",
        ("0.30b0", "0.66b2"),
    ),
    Middleware(
        "piccolo_api.csp.middleware.CSPMiddleware",
        "piccolo-api",
        ("0.12.0", "1.11.0"),
    ),
    Middleware(
        "piccolo_api.jwt_auth.middleware.JWTMiddleware",
        "piccolo-api",
        ("0.12.0", "1.11.0"),
        app="asgi",
    ),
    Middleware(
        "prometheus_fastapi_instrumentator.middleware.PrometheusInstrumentatorMiddleware",
        "prometheus-fastapi-instrumentator",
        ("5.8.2", "5.9.1", "8.1.0"),
    ),
    Middleware(
        "ratelimit.core.RateLimitMiddleware",
        "asgi-ratelimit",
        ("0.1.0", "0.10.0"),
        also=("ratelimit.RateLimitMiddleware",),
    ),
    Middleware(
        "rollbar.contrib.asgi.middleware.ReporterMiddleware",
        "rollbar",
        ("0.16.1", "1.5.0"),
        also=("rollbar.contrib.asgi.ReporterMiddleware",),
    ),
    Middleware(
        "rollbar.contrib.fastapi.middleware.ReporterMiddleware",
        "rollbar",
        ("0.16.1", "1.5.0"),
        also=("rollbar.contrib.fastapi.ReporterMiddleware",),
        base="rollbar.contrib.asgi.middleware.ReporterMiddleware",
    ),
    Middleware(
        "rollbar.contrib.starlette.middleware.ReporterMiddleware",
        "rollbar",
        ("0.16.1", "1.5.0"),
        also=("rollbar.contrib.starlette.ReporterMiddleware",),
        base="rollbar.contrib.asgi.middleware.ReporterMiddleware",
    ),
    Middleware(
        "scout_apm.async_.starlette.ScoutMiddleware",
        "scout-apm",
        ("2.15.0", "2.26.1", "4.0.0"),
    ),
    Middleware(
        "secure.middleware.asgi.SecureASGIMiddleware",
        "secure",
        ("2.0.1",),
        also=("secure.middleware.SecureASGIMiddleware",),
    ),
    Middleware(
        "Secweb.middleware.SetMiddleware",
        "secweb",
        ("2.0.0",),
    ),
    Middleware(
        "sentry_sdk.integrations.asgi.SentryAsgiMiddleware",
        "sentry-sdk",
        ("1.9.0", "2.75.0"),
    ),
    Middleware(
        "servestatic.asgi.ServeStaticASGI",
        "servestatic",
        ("4.4.0",),
        also=("servestatic.ServeStaticASGI",),
        app="application",
    ),
    Middleware(
        "slowapi.middleware.SlowAPIASGIMiddleware",
        "slowapi",
        ("0.1.7", "0.1.10"),
    ),
    Middleware(
        "socketio.asgi.ASGIApp",
        "python-socketio",
        ("5.0.0", "5.18.1"),
        also=("socketio.ASGIApp",),
        app="other_asgi_app",
        base="engineio.async_drivers.asgi.ASGIApp",
    ),
    Middleware(
        "starlette_authlib.middleware.AuthlibMiddleware",
        "starlette-authlib",
        ("0.1.40", "0.3.29"),
    ),
    Middleware(
        "starlette_compress.CompressMiddleware",
        "starlette-compress",
        ("1.0.0", "2.0.0"),
    ),
    Middleware(
        "starlette_context.middleware.RawContextMiddleware",
        "starlette-context",
        ("0.3.0", "0.3.3", "0.5.1"),
        also=("starlette_context.middleware.raw_middleware.RawContextMiddleware",),
    ),
    Middleware(
        "starlette_cramjam.middleware.CompressionMiddleware",
        "starlette-cramjam",
        ("0.1.0", "0.3.0", "0.7.0"),
    ),
    Middleware("starlette_session.SessionMiddleware", "starlette-session", ("0.1.0", "0.4.3")),
    Middleware(
        "starlette_wtf.csrf.CSRFProtectMiddleware",
        "starlette-wtf",
        ("0.5.0",),
        also=("starlette_wtf.CSRFProtectMiddleware",),
    ),
    Middleware(
        "starsessions.middleware.SessionMiddleware",
        "starsessions",
        ("1.0.0", "1.3.0", "2.2.1"),
        also=("starsessions.SessionMiddleware",),
    ),
    Middleware(
        "starsessions.middleware.SessionAutoloadMiddleware",
        "starsessions",
        ("2.0.1", "2.2.1"),
        also=("starsessions.SessionAutoloadMiddleware",),
    ),
    Middleware(
        "timing_asgi.middleware.TimingMiddleware",
        "timing-asgi",
        ("0.1.0", "0.3.2"),
        also=("timing_asgi.TimingMiddleware",),
    ),
    Middleware("uvicorn.middleware.asgi2.ASGI2Middleware", "uvicorn", ("0.20.0", "0.54.0")),
    Middleware(
        "uvicorn.middleware.message_logger.MessageLoggerMiddleware",
        "uvicorn",
        ("0.20.0", "0.54.0"),
    ),
    Middleware(
        "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware",
        "uvicorn",
        ("0.20.0", "0.54.0"),
    ),
)

ADAPTERS = (
    Adapter(
        "a2wsgi.asgi.ASGIMiddleware",
        "a2wsgi",
        ("1.4.0", "1.10.10"),
        also=("a2wsgi.ASGIMiddleware",),
    ),
    Adapter("mangum.adapter.Mangum", "mangum", ("0.11.0", "0.22.0"), also=("mangum.Mangum",)),
)
