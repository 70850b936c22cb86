"""Every value and every refusal has words, in every language."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from jinja2 import Environment, nodes

import campaigns
import core
import directory
import importers
import selections
import worklists
from campaigns.models import Outcome
from campaigns.shipped import ACQUISITIONS, REASONS, RESULTS
from core.errors import Invalid, NotFound, NotPermitted, ProzvonError, Refused
from scripts.translations import (
    LANGUAGES,
    ROOT,
    missing,
    path_of,
    read_catalogue,
    renewed,
    text_of,
    words_in_source,
)
from webui.labels.words import LABELS, SENTENCES
from worklists.models.task import Finish

WEBUI = ROOT / "webui"
ROOTS = {ProzvonError, Refused, Invalid, NotFound, NotPermitted}


def _domain() -> None:
    for package in (core, directory, selections, campaigns, worklists, importers):
        for module in walk_packages(package.__path__, package.__name__ + "."):
            if module.name != "importers.child":
                import_module(module.name)


def _subclasses(root: type) -> set[type]:
    return {root} | {deep for sub in root.__subclasses__() for deep in _subclasses(sub)}


def test_every_refusal_has_its_sentence() -> None:
    _domain()
    # What only the command line can refuse (entrypoints) is said there.
    ours = {
        kind
        for kind in _subclasses(ProzvonError)
        if not kind.__module__.startswith(("tests.", "entrypoints."))
    }
    assert ours - set(SENTENCES) - ROOTS == set()


def test_labelled_enums_are_labelled_whole() -> None:
    for kind, words in LABELS.items():
        assert issubclass(kind, Enum)
        assert set(kind) <= set(words), kind


def test_equal_texts_of_two_enums_keep_their_own_words() -> None:
    """``Outcome.REFUSED == Finish.REFUSED``: both are the text «refused»."""
    assert LABELS[Outcome][Outcome.REFUSED] != LABELS[Finish][Finish.REFUSED]


def test_russian_sentences_are_quoted_in_one_way_and_without_english_verbs() -> None:
    odd = re.compile(r"[\"“”„]|\b(?:undo|redo|cancel|delete|save|skip|load|upload|row)\b", re.I)
    messages = [one if isinstance(one, tuple) else (one,) for one in words_in_source()]
    told = [re.sub(r"%\(\w+\)s|<[^>]+>", "", text) for one in messages for text in one]
    assert [text for text in told if re.search("[А-я]", text) and odd.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_in_the_catalogue(language: str) -> None:
    file = path_of(language).read_text()
    assert file == text_of(language, renewed(language)), "run: python scripts/translations.py"
    assert [message.id for message in missing(read_catalogue(language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_fields_and_the_dashes(language: str) -> None:
    wrong = []
    for message in read_catalogue(language):
        singular, *plural = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        expected = _fields(plural[0] if plural else singular)
        wrong += [text for text in strings if message.id and _fields(text) != expected]
        wrong += [text for text in strings if "—" in text]
    assert wrong == []


@pytest.mark.parametrize(("language", "foreign"), [("en", "[а-яёіїєґ]"), ("uk", "[ыэъё]")])
def test_a_translation_is_written_in_its_language(language: str, foreign: str) -> None:
    catalogue = read_catalogue(language)
    strings = [str(message.string) for message in catalogue if message.id]
    assert [text for text in strings if re.search(foreign, text, re.IGNORECASE)] == []


def _fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


EXTRACTED = {
    text
    for message in words_in_source()
    for text in (message if isinstance(message, tuple) else (message,))
}
WRAPPERS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "_n", "lazy_ngettext"}
CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
IN_THEIR_OWN_LANGUAGE = {"i18n.py", "wording.py", "examples.py", "hotkeys.py"}
"""Names of the languages; short months, which the library spells too long; invented clients;
the letters painted on keyboards."""


@pytest.mark.parametrize("path", sorted(WEBUI.rglob("*.py")), ids=lambda path: path.name)
def test_no_word_of_a_module_misses_the_catalogue(path: Path) -> None:
    if path.name in IN_THEIR_OWN_LANGUAGE:
        return
    tree = ast.parse(path.read_text())
    known: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRAPPERS:
            texts = [part for part in ast.walk(node) if isinstance(part, ast.Constant)]
            # The extraction does not look into f-strings: what it missed is not in the catalogue.
            known |= {id(part) for part in texts if part.value in EXTRACTED}
        if isinstance(node, ast.Expr):
            known.add(id(node.value))
    assert [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CYRILLIC.search(node.value)
        and id(node) not in known
    ] == []


TEMPLATES = sorted(WEBUI.rglob("templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_of_a_template_misses_the_catalogue(path: Path) -> None:
    page = Environment(trim_blocks=True, lstrip_blocks=True).parse(path.read_text())
    assert [word for word in _bare(page, False) if word not in {"Рус", "Укр"}] == []


def _bare(node: nodes.Node, is_wrapped: bool) -> Iterator[str]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        is_wrapped = is_wrapped or node.node.name in WRAPPERS
    text = node.data if isinstance(node, nodes.TemplateData) else ""
    if isinstance(node, nodes.Const) and not is_wrapped:
        text = str(node.value)
    if CYRILLIC.search(text):
        yield text.strip()
    for child in node.iter_child_nodes():
        yield from _bare(child, is_wrapped)


def test_shipped_results_are_named_in_every_language() -> None:
    for names in [line.names for line in (*RESULTS, *REASONS)] + [n for _, n in ACQUISITIONS]:
        assert set(names) == set(LANGUAGES) and all(names.values())
        assert not CYRILLIC.search(names["en"])
        assert not re.search("[ыэъё]", names["uk"], re.IGNORECASE)
