"""Bring the catalogues of words up to date with the source, and tell what is not translated yet.

``python scripts/translations.py`` after changing what people read. Russian is the language of the
source: plain sentences fill themselves in, plural forms are written by hand. Sentences that left
the source leave the catalogues; nothing is guessed from similar ones.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import generate_po, read_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "ru"
LANGUAGES = (SOURCE, "en", "uk")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "_n": (1, 2),
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
WIDTH = 100


def words_in_source() -> Iterator[str | tuple[str, str]]:
    """Yield each sentence of ``webui`` once; one with a plural as a pair."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT / "webui"), methods, options, KEYWORDS)
    yield from dict.fromkeys(message for _file, _line, message, _comments, _context in found)


def path_of(language: str) -> Path:
    """Where the catalogue of a language is."""
    return ROOT / f"webui/translations/{language}/LC_MESSAGES/messages.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as the file has it; an empty one if there is no file."""
    if not path_of(language).exists():
        return Catalog(locale=language)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def renewed(language: str) -> Catalog:
    """The catalogue with exactly the sentences of the source; known translations are kept."""
    known = read_catalogue(language)
    catalogue = Catalog(locale=language)
    for message in words_in_source():
        old = known.get(message)
        string = old.string if old is not None and not old.fuzzy else ""
        # A sentence that got or lost a plural is a new sentence.
        if isinstance(message, tuple) != isinstance(string, tuple):
            string = ""
        if language == SOURCE and isinstance(message, str):
            string = message
        catalogue.add(message, string)
    return catalogue


def missing(catalogue: Catalog) -> list[Message]:
    """The sentences that lack words, wholly or in one of their plural forms."""
    return [message for message in catalogue if message.id and not _is_whole(message, catalogue)]


def _is_whole(message: Message, catalogue: Catalog) -> bool:
    if isinstance(message.string, str):
        return bool(message.string) and not message.pluralizable
    return len(message.string) == catalogue.num_plurals and all(message.string)


def text_of(language: str, catalogue: Catalog) -> str:
    """The file of a catalogue: sorted, without places and dates, so that changes are seen."""
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    body = generate_po(
        catalogue, no_location=True, omit_header=True, sort_by="message", width=WIDTH
    )
    return header + "".join(body).rstrip("\n") + "\n"


def main() -> int:
    """Write the three catalogues; 1 if something is not translated."""
    left = 0
    for language in LANGUAGES:
        catalogue = renewed(language)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_text(text_of(language, catalogue))
        absent = missing(catalogue)
        left += len(absent)
        print(f"{language}: {len(catalogue)} sentences, {len(absent)} not translated")
        for message in absent:
            print(f"  {message.id!r}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
