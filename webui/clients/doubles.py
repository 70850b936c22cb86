"""Addresses of a double lead to the client into whom it was merged."""

from typing import Any

from flask import Blueprint, Response, g, redirect, request, url_for

from core.errors import NotFound
from directory.clients.merging import kept_instead_of
from webui.errors import answer
from webui.labels.words import sentence
from webui.requests import session


def lead_to_the_kept(*blueprints: Blueprint) -> None:
    """Let the pages of these blueprints answer for doubles with the kept client's."""
    for blueprint in blueprints:
        blueprint.register_error_handler(NotFound, _elsewhere)


def _elsewhere(error: NotFound) -> Response:
    if request.method == "GET" and error.what == "client" and isinstance(error.key, int):
        kept_id = kept_instead_of(session(), error.key, actor=g.actor)
        if kept_id is not None:
            return redirect(_address(error.key, kept_id), 302)  # type: ignore[return-value]
    return answer(404, str(sentence(error)))


def _address(double_id: int, kept_id: int) -> str:
    values: dict[str, Any] = dict(request.view_args or {})
    if values.get("client_id") != double_id or "double_id" in values:
        return url_for("clients.card", client_id=kept_id)
    values |= {"client_id": kept_id, **request.args.to_dict()}
    return url_for(str(request.endpoint), **values)
