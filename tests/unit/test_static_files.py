"""Static files: recorded hashes, addresses that follow content, nothing a strict CSP forbids."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webui import assets, headers

ROOT = Path(__file__).parents[2]
WEBUI = ROOT / "webui"
TEMPLATES = sorted((WEBUI / "templates").rglob("*.html"))
SCRIPTS = sorted((WEBUI / "static" / "js").glob("*.js"))


@dataclass(frozen=True)
class Settings:
    secure_cookies: bool = True


@pytest.fixture(name="client")
def client_of_a_small_app() -> FlaskClient:
    app = Flask("webui")
    headers.install(app, Settings())
    assets.install(app)
    app.add_url_rule("/long", "long", lambda: "слово " * 500)
    app.add_url_rule("/short", "short", lambda: "слово")
    app.add_url_rule("/font", "font", lambda: assets.asset_url("vendor/inter.woff2"))
    app.add_url_rule("/css", "css", lambda: assets.asset_url("css/tokens.css"))
    return app.test_client()


def test_vendored_files_are_as_recorded() -> None:
    command = [sys.executable, "scripts/vendor/vendor.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_an_address_with_the_hash_is_kept_for_good_and_comes_compressed(
    client: FlaskClient,
) -> None:
    address = client.get("/css").text
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert client.get("/static/css/tokens.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/../webui/assets.py").status_code == 404


def test_a_link_inside_a_style_sheet_is_the_link_that_pages_use(client: FlaskClient) -> None:
    font = client.get("/font").text
    css = client.get("/static/css/tokens.css").text
    assert f'url("..{font.removeprefix("/static")}")' in css
    assert client.get(font).mimetype == "font/woff2"


def test_what_every_page_needs_comes_as_one_file_in_its_order(client: FlaskClient) -> None:
    for name, parts in assets.TOGETHER.items():
        each = [client.get(f"/static/{part}").text for part in parts]
        assert client.get(f"/static/{name}").text == "\n".join(each)


def test_a_cached_file_is_not_sent_twice(client: FlaskClient) -> None:
    etag = client.get("/static/js/core.js").headers["ETag"]
    assert client.get("/static/js/core.js", headers={"If-None-Match": etag}).status_code == 304


def test_long_pages_are_compressed_and_no_page_may_be_kept(client: FlaskClient) -> None:
    long = client.get("/long", headers={"Accept-Encoding": "gzip"})
    assert long.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/long").headers
    short = client.get("/short", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers
    assert short.headers["Cache-Control"] == "no-store"


def test_every_answer_carries_the_safety_headers(client: FlaskClient) -> None:
    for address in ("/short", "/nowhere", "/static/js/core.js"):
        answer = client.get(address)
        assert answer.headers["Content-Security-Policy"] == headers.CONTENT_SECURITY_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Server-Timing"].startswith("app;dur=")
    assert "unsafe" not in headers.CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_policy_forbids(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle=|<style|javascript:|hx-on|hx-vals=.js:|\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"hx-trigger=[\"'][^\"']*\[", text)
    if template.name != "_drv.html":
        assert not re.search(r"\bhx-(get|post|target|swap|trigger)=", text), "belongs to _drv.html"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_have_no_words_of_their_own(script: Path) -> None:
    assert not re.search("[а-яё]", script.read_text(encoding="utf-8"), flags=re.IGNORECASE)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (WEBUI / "static/vendor/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for template in TEMPLATES
        for name in re.findall(r"\bicon\('([a-z0-9-]+)'", template.read_text(encoding="utf-8"))
    }
    assert used <= known


ABOVE_THE_FLOOR = (":has(", "light-dark(", "color-mix(", "subgrid", "@scope")
"""Chrome 109, Firefox 115 and Safari 16.4 know none, or not all, of these."""


def test_style_sheets_keep_to_the_browser_floor() -> None:
    for sheet in (WEBUI / "static" / "css").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        assert [word for word in ABOVE_THE_FLOOR if word in text] == [], sheet.name


def test_the_two_dark_themes_are_equal() -> None:
    css = (WEBUI / "static/css/tokens.css").read_text(encoding="utf-8")
    chosen = _block(css, ':root[data-theme="dark"] {')
    automatic = _block(css, ':root[data-theme="auto"] {')
    assert chosen == automatic


def _block(css: str, start: str) -> list[str]:
    body = css[css.index(start) + len(start) :]
    return [line.strip() for line in body[: body.index("}")].strip().splitlines()]
