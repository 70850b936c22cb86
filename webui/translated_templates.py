"""Templates compiled once per language, with the fixed words of ``_('…')`` already in them.

A page has a hundred such words: looking each one up at every request took a sixth of its time.
Words with values in them are still translated when the page is rendered.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment
from flask_babel import gettext
from jinja2 import nodes
from jinja2.environment import create_cache
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from webui.wording import language

_TEMPLATES = 400


class TranslatedTemplates(Environment):
    """The environment of the pages; which compiled template is used goes by the page's language."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._by_language: dict[str, MutableMapping[Any, Any]] = {}
        super().__init__(app, **options)

    @property
    def cache(self) -> MutableMapping[Any, Any]:
        """The compiled templates of this language."""
        spoken = language()
        found = self._by_language.get(spoken)
        if found is None:
            found = self._by_language[spoken] = create_cache(_TEMPLATES) or {}
        return found

    @cache.setter
    def cache(self, _fresh: Any) -> None:
        self._by_language.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _FixedWords().visit(tree)
        return tree


class _FixedWords(NodeTransformer):
    """Puts the translation in place of ``_('…')`` that has nothing to fill in."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by the library
        self.generic_visit(node)
        if not _is_fixed(node):
            return node
        # As the extension does it: the text is markup, and always a format.
        return nodes.TemplateData(str(Markup(gettext(node.args[0].value)) % {}))  # type: ignore[attr-defined]  # noqa: S704


def _is_fixed(node: nodes.Call) -> bool:
    words = isinstance(node.node, nodes.Name) and node.node.name == "_"
    if not words or node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
        return False
    return isinstance(node.args[0], nodes.Const) and isinstance(node.args[0].value, str)
