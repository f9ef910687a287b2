from fastapi import BackgroundTasks, FastAPI

from bench.marks import mark

app = FastAPI()


async def send_receipt(order: int):
    mark(f"receipt for {order}")


@app.get("/")
async def pay(order: int = 7):
    tasks = BackgroundTasks()
    tasks.add_task(send_receipt, order)
    return {"order": order}


@app.get("/health")
async def health():
    return "well"
