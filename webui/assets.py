"""Static files under names that change with their content, compressed once and kept in memory."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, g, request, url_for
from markupsafe import Markup

from webui.navigation import with_query

STATIC = Path(__file__).parent / "static"
_SMALLEST_WORTH_COMPRESSING = 600
_YEAR = 31_536_000
TOGETHER = {
    "css/every-page.css": ("css/tokens.css", "css/app.css", "css/pages.css"),
    "js/every-page.js": (
        "js/core.js",
        "js/hotkeys.js",
        "js/lists.js",
        "js/forms.js",
        "js/driver.js",
        "js/notifications.js",
    ),
}
"""Files of one thing each that every page needs: sent as one, for each request costs a turn."""
_CSS_URL = re.compile(r'url\("(?!data:)([^"?#]+)"\)')


@dataclass(frozen=True)
class Asset:
    """One static file as it is sent: the bytes, and the same bytes compressed where that helps."""

    body: bytes
    mimetype: str
    changed: float

    @cached_property
    def digest(self) -> str:
        """Short content hash; a different content has a different address."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def gzipped(self) -> bytes | None:
        """The body compressed, or None when it would not get smaller (fonts, pictures)."""
        packed = gzip.compress(self.body, 9, mtime=0)
        return packed if len(packed) < 0.9 * len(self.body) else None


class Assets:
    """The static folder, read once; while developing a changed file is read again."""

    def __init__(self, folder: Path, *, watch: bool) -> None:
        self._folder = folder
        self._watch = watch
        self._known: dict[str, Asset] = {}

    def get(self, name: str) -> Asset | None:
        """Return the asset of that relative name, or None when there is no such file."""
        known = self._known.get(name)
        if known is not None and not self._watch:
            return known
        if name in TOGETHER:
            return self._joined(name, known)
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            return None
        changed = path.stat().st_mtime
        if known is None or known.changed != changed:
            known = self._known[name] = self._read(name, path, changed)
        return known

    def get_existing(self, name: str) -> Asset:
        """The same; raises FileNotFoundError when there is no such file."""
        asset = self.get(name)
        if asset is None:
            raise FileNotFoundError(name)
        return asset

    def _joined(self, name: str, known: Asset | None) -> Asset:
        parts = [self.get_existing(part) for part in TOGETHER[name]]
        changed = max(part.changed for part in parts)
        if known is None or known.changed != changed:
            body = b"\n".join(part.body for part in parts)
            known = self._known[name] = Asset(body, parts[0].mimetype, changed)
        return known

    def _read(self, name: str, path: Path, changed: float) -> Asset:
        body = path.read_bytes()
        if path.suffix == ".css":
            body = self._with_hashed_links(name, body.decode()).encode()
        mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix == ".js":
            mimetype = "text/javascript"  # some systems still map .js to something else
        return Asset(body, "font/woff2" if path.suffix == ".woff2" else mimetype, changed)

    def _with_hashed_links(self, name: str, css: str) -> str:
        """Give links inside a style sheet the hash that pages use, so nothing is fetched twice."""

        def hashed(match: re.Match[str]) -> str:
            link = match.group(1)
            target = self.get(posixpath.normpath(posixpath.join(posixpath.dirname(name), link)))
            return f'url("{link}?v={target.digest}")' if target else match.group(0)

        return _CSS_URL.sub(hashed, css)


def install(app: Flask) -> None:
    """Serve `/static/`, name addresses for templates, and compress pages on their way out."""
    app.extensions["webui.assets"] = Assets(STATIC, watch=app.debug)
    if "static" in app.view_functions:
        app.view_functions["static"] = serve
    else:
        app.add_url_rule("/static/<path:filename>", "static", serve)
    app.jinja_env.globals.update(asset_url=asset_url, icon_tag=icon_tag, with_query=with_query)
    app.after_request(compress)


def asset_url(name: str) -> str:
    """Return the address of a static file with its content hash.

    Raises FileNotFoundError for a name that does not exist: a typing error must not wait for a
    browser to be found.
    """
    return _address(request.script_root, name, _assets().get_existing(name).digest)


def icon_tag(name: str, cls: str = "") -> Markup:
    """One picture of the sprite, as ``m.icon`` in templates."""
    sprite = g.get("sprite")
    if sprite is None:
        sprite = g.sprite = asset_url("vendor/icons.svg")
    return _icon(sprite, name, cls)


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, cls: str) -> Markup:
    tag = Markup('<svg class="i {cls}" aria-hidden="true"><use href="{sprite}#{name}"/></svg>')
    return tag.format(cls=cls, sprite=sprite, name=name)


@lru_cache(maxsize=1024)
def _address(_root: str, name: str, digest: str) -> str:
    # A page has a hundred icons: building their one address a hundred times took a tenth of it.
    return url_for("static", filename=name, v=digest)


def serve(filename: str) -> Response:
    """Answer a request for a static file; only an address with the right hash is kept for good."""
    asset = _assets().get(filename)
    if asset is None:
        abort(404)
    packed = asset.gzipped if _accepts_gzip() else None
    response = Response(packed or asset.body, mimetype=asset.mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if asset.gzipped:
        response.vary.add("Accept-Encoding")
    if request.args.get("v") == asset.digest:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    response.set_etag(asset.digest + ("-gz" if packed else ""))
    response.make_conditional(request)
    return response


def compress(response: Response) -> Response:
    """Compress an HTML page; a streamed answer or a tiny fragment goes as it is."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if not _accepts_gzip() or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) <= _SMALLEST_WORTH_COMPRESSING:
        return response
    response.set_data(gzip.compress(body, 6))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _accepts_gzip() -> bool:
    return bool(request.accept_encodings.quality("gzip") > 0)


def _assets() -> Assets:
    found = current_app.extensions["webui.assets"]
    assert isinstance(found, Assets)
    return found
