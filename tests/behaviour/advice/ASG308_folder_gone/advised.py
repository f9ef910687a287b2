import shutil
import tempfile
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route


def report(request: Request) -> Response:
    folder = tempfile.mkdtemp()
    path = Path(folder) / "report.csv"
    path.write_text("a;b")
    return FileResponse(path, background=BackgroundTask(shutil.rmtree, folder))


app = Starlette(routes=[Route("/", report)])
