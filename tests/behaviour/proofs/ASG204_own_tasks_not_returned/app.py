from starlette.applications import Starlette
from starlette.background import BackgroundTasks
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


async def send_receipt(order):
    mark(f"receipt for {order}")


async def pay(request):
    if request.query_params.get("free"):
        return PlainTextResponse("nothing to pay")
    tasks = BackgroundTasks()
    tasks.add_task(send_receipt, 7)
    return PlainTextResponse("welcome")


async def health(request):
    return PlainTextResponse("well")


app = Starlette(routes=[Route("/", pay), Route("/health", health)])
