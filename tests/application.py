"""The web application as the tests serve it: each has its own, with its own database and clock."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from core.clock import Clock
from core.db import Database
from core.settings import Settings
from entrypoints.wiring import GRANTS
from webui.app import create_app
from webui.wording import language


def application(settings: Settings, database: Database, clock: Clock) -> Flask:
    """A new application. Templates that another one has compiled are not compiled again."""
    app = create_app(settings, database, clock, GRANTS)
    app.jinja_env.bytecode_cache = _COMPILED
    return app


class _CompiledTemplates(BytecodeCache):
    """The code of the templates that this process has compiled, for each language."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], object] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return f"{language()} {super().get_cache_key(name, filename)}"

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledTemplates()
