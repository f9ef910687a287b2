"""Middleware that is a BaseHTTPMiddleware, in some releases or in all."""

from __future__ import annotations

from asgi_lint.model.third_party.exports import BASE_HTTP_MIDDLEWARE, Factory, Middleware

_SECWEB = (
    ("StrictTransportSecurity", "HSTS"),
    ("ContentSecurityPolicy", "ContentSecurityPolicy"),
    ("OriginAgentCluster", "OriginAgentCluster"),
    ("ReferrerPolicy", "ReferrerPolicy"),
    ("XContentTypeOptions", "XContentTypeOptions"),
    ("XDNSPrefetchControl", "XDNSPrefetchControl"),
    ("XDownloadOptions", "XDownloadOptions"),
    ("XFrameOptions", "XFrame"),
    ("XPermittedCrossDomainPolicies", "XPermittedCrossDomainPolicies"),
    ("xXSSProtection", "xXSSProtection"),
)
_TITILER = (
    "CacheControlMiddleware",
    "LoggerMiddleware",
    "LowerCaseQueryStringMiddleware",
    "TotalTimeMiddleware",
)
_SUPERTOKENS = "supertokens_python.framework.fastapi.fastapi_middleware.get_middleware"

ALWAYS = (
    Middleware(
        "cadwyn.middleware.HeaderVersioningMiddleware",
        "cadwyn",
        ("3.8.0", "4.6.0"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "cadwyn.middleware.VersionPickingMiddleware",
        "cadwyn",
        ("5.0.0", "8.2.0"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "debug_toolbar.middleware.DebugToolbarMiddleware",
        "fastapi-debug-toolbar",
        ("0.0.1", "0.6.3"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "fastapi_babel.middleware.InternationalizationMiddleware",
        "fastapi-babel",
        ("0.0.3", "0.0.8"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "fastapi_babel.middleware.BabelMiddleware",
        "fastapi-babel",
        ("0.0.9", "1.0.0"),
        also=("fastapi_babel.BabelMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "fastapi_sqlalchemy.middleware.DBSessionMiddleware",
        "fastapi-sqlalchemy",
        ("0.1.0", "0.2.1"),
        also=("fastapi_sqlalchemy.DBSessionMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "guard.middleware.SecurityMiddleware",
        "fastapi-guard",
        ("1.0.0", "7.0.0", "8.1.2"),
        also=("guard.SecurityMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "moesifasgi.middleware.MoesifMiddleware",
        "moesifasgi",
        ("0.0.1", "1.0.0", "1.1.8"),
        also=("moesifasgi.MoesifMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "nicegui.middlewares.RedirectWithPrefixMiddleware",
        "nicegui",
        ("3.18.0",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "nicegui.middlewares.SetCacheControlMiddleware",
        "nicegui",
        ("3.18.0",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "opencensus.ext.fastapi.fastapi_middleware.FastAPIMiddleware",
        "opencensus-ext-fastapi",
        ("0.1.0",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "piccolo_api.csrf.middleware.CSRFMiddleware",
        "piccolo-api",
        ("0.12.0", "0.58.0", "1.11.0"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "piccolo_api.rate_limiting.middleware.RateLimitingMiddleware",
        "piccolo-api",
        ("0.12.0", "0.58.0", "1.11.0"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "slowapi.middleware.SlowAPIMiddleware",
        "slowapi",
        ("0.1.4", "0.1.7", "0.1.10"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "starlette_context.middleware.ContextMiddleware",
        "starlette-context",
        ("0.2.0", "0.3.3", "0.5.1"),
        also=("starlette_context.middleware.context_middleware.ContextMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "starlette_prometheus.middleware.PrometheusMiddleware",
        "starlette-prometheus",
        ("0.1.0", "0.10.0"),
        also=("starlette_prometheus.PrometheusMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
)

UNTIL_A_RELEASE = (
    Middleware(
        "apitally.starlette.ApitallyMiddleware",
        "apitally",
        ("0.1.0", "0.11.3"),
        releases="<0.12.0",
        also=("apitally.fastapi.ApitallyMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "apitally.starlette.ApitallyMiddleware",
        "apitally",
        ("0.12.0", "0.25.1"),
        releases=">=0.12.0",
    ),
    Middleware(
        "elasticapm.contrib.starlette.ElasticAPM",
        "elastic-apm",
        ("5.5.0", "6.2.3"),
        releases="<6.3.0",
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "elasticapm.contrib.starlette.ElasticAPM",
        "elastic-apm",
        ("6.3.0", "6.26.2"),
        releases=">=6.3.0",
    ),
    Middleware(
        "fastapi_async_sqlalchemy.middleware.SQLAlchemyMiddleware",
        "fastapi-async-sqlalchemy",
        ("0.3.5", "0.6.1", "0.7.1.post3"),
        releases="<0.8.0",
        also=("fastapi_async_sqlalchemy.SQLAlchemyMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "fastapi_async_sqlalchemy.middleware.SQLAlchemyMiddleware",
        "fastapi-async-sqlalchemy",
        ("0.8.0", "0.8.1"),
        releases=">=0.8.0",
    ),
    *(
        row
        for folder, name in _SECWEB
        for row in (
            Middleware(
                f"Secweb.{folder}.{name}",
                "secweb",
                ("1.0.0", "1.6.0"),
                releases="<1.7.2",
                also=(f"Secweb.{folder}.{folder}Middleware.{name}",),
                base=BASE_HTTP_MIDDLEWARE,
            ),
            Middleware(
                f"Secweb.{folder}.{name}",
                "secweb",
                ("1.7.2", "1.30.10"),
                releases=">=1.7.2",
            ),
        )
    ),
    Middleware(
        "starlette_csrf.middleware.CSRFMiddleware",
        "starlette-csrf",
        ("1.0.0", "1.4.3"),
        releases="<1.4.4",
        also=("starlette_csrf.CSRFMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "starlette_csrf.middleware.CSRFMiddleware",
        "starlette-csrf",
        ("1.4.4", "3.0.0"),
        releases=">=1.4.4",
    ),
    Middleware(
        "starlette_exporter.middleware.PrometheusMiddleware",
        "starlette-exporter",
        ("0.1.0", "0.4.1"),
        releases="<0.5.0",
        also=("starlette_exporter.PrometheusMiddleware",),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        "starlette_exporter.middleware.PrometheusMiddleware",
        "starlette-exporter",
        ("0.5.0", "0.24.0"),
        releases=">=0.5.0",
    ),
    Middleware(
        f"{_SUPERTOKENS}.Middleware",
        "supertokens-python",
        ("0.8.0", "0.20.1"),
        base=BASE_HTTP_MIDDLEWARE,
    ),
    Middleware(
        f"{_SUPERTOKENS}.ASGIMiddleware",
        "supertokens-python",
        ("0.20.2", "0.31.4"),
    ),
    Factory(
        _SUPERTOKENS,
        "supertokens-python",
        ("0.8.0", "0.20.1"),
        releases="<0.20.2",
        also=("supertokens_python.framework.fastapi.get_middleware",),
        returns=f"{_SUPERTOKENS}.Middleware",
        is_class=True,
    ),
    Factory(
        _SUPERTOKENS,
        "supertokens-python",
        ("0.20.2", "0.31.4"),
        releases=">=0.20.2",
        returns=f"{_SUPERTOKENS}.ASGIMiddleware",
        is_class=True,
    ),
    *(
        row
        for name in _TITILER
        for row in (
            Middleware(
                f"titiler.core.middleware.{name}",
                "titiler-core",
                ("0.3.8", "0.10.2"),
                releases="<0.11.0",
                base=BASE_HTTP_MIDDLEWARE,
            ),
            Middleware(
                f"titiler.core.middleware.{name}",
                "titiler-core",
                ("0.11.0", "2.4.0"),
                releases=">=0.11.0",
            ),
        )
    ),
)
