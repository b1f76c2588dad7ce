"""The built screens: plain files of the package, some of them compressed at build time."""

from __future__ import annotations

import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from reprieve.web.errors import NotFoundError, methods_at

STATIC = Path(__file__).parent / "static"
router = APIRouter(include_in_schema=False)
ENTRY = re.compile(r'<script type="module"[^>]* src="/assets/([^"/]+)"')
# Names with a digest in them never change their content.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Reprieve</title>
<h1>Reprieve</h1><p>The server works, but its screens are not built.</p>
<p>From the folder of the sources, run <code>python -m pip install .</code> (it builds them), or
<code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>; then start <code>reprieve serve</code>.</p>
<p>The API answers at <code>/api/health</code>.</p></html>"""


@lru_cache(maxsize=1)
def bundle() -> dict[str, bytes]:
    """Return every file of the bundle by its name, read at once.

    An upgrade may build another bundle beside a running server, and half of the one and half of the other is no page.
    """
    if not STATIC.is_dir():
        return {}
    files = (path for path in sorted(STATIC.rglob("*")) if path.is_file() and path.suffix != ".sha256")
    return {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in files}


@lru_cache(maxsize=1)
def entries() -> str:
    """Return the names of the scripts that the pages begin with: an open page finds its own there, or is old."""
    texts = (bundle().get(name, b"").decode("utf-8") for name in ("index.html", "phone.html"))
    return " ".join(name for text in texts for name in ENTRY.findall(text))


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
def page(request: Request, path: str) -> Response:
    """Serve a file of the bundle, or the page that draws the address."""
    if path == "api" or path.startswith("api/"):
        if methods_at(request.app, f"/{path}"):
            raise HTTPException(405, "Method Not Allowed")
        raise NotFoundError("there is no such address; the API is described in /api/openapi.json")
    if not bundle():
        return HTMLResponse(NOT_BUILT, status_code=503)
    if path in bundle() and not path.endswith((".html", ".gz")):
        return _answer(request, path)
    if path.startswith("assets/") or "." in path.rsplit("/", 1)[-1]:
        raise NotFoundError("there is no such file")
    return _answer(request, "phone.html" if path == "phone" or path.startswith("phone/") else "index.html")


def _answer(request: Request, name: str) -> Response:
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    zipped = bundle().get(f"{name}.gz") if takes_gzip else None
    body = zipped if zipped is not None else bundle().get(name)
    if body is None:
        raise NotFoundError("there is no such file")
    suffix = Path(name).suffix
    kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": FOR_EVER if name.startswith("assets/") else ASK_AGAIN, "Vary": "Accept-Encoding"}
    if zipped is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=kind, headers=headers)
