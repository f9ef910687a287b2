from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class RequireToken(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if "authorization" not in request.headers:
            raise HTTPException(401, "Log in first", headers={"WWW-Authenticate": "Bearer"})
        return await call_next(request)


async def account(request):
    return PlainTextResponse("20 euros")


app = Starlette(routes=[Route("/", account)], middleware=[Middleware(RequireToken)])
