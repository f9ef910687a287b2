from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


async def send_receipt(order):
    mark(f"receipt for {order}")


async def pay(request):
    return PlainTextResponse("welcome", background=BackgroundTask(send_receipt(7)))


async def health(request):
    return PlainTextResponse("well")


app = Starlette(routes=[Route("/", pay), Route("/health", health)])
