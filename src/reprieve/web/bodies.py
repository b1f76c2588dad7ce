"""The JSON body of a request, looked at once more: the framework takes the last of two fields of one name."""

from __future__ import annotations

import json

from fastapi import Request

from reprieve.app.documents import each_once


async def told_once(request: Request) -> None:
    """Refuse a body that tells a field twice, such as ``{"units": 10, "units": 400}``.

    Only where the framework has read the body already: no other is read before its sender was found to be allowed.

    Raises
    ------
    DocumentError
        Which field.
    """
    if getattr(request.scope.get("route"), "body_field", None) is not None:
        body = await request.body()
        if body:
            json.loads(body, object_pairs_hook=each_once("the body"))
