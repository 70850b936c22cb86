"""Keys on the pages: what is written into ``data-key``, and how a key is called (issue 3, item 11).

Templates say what is done (``key_attrs('call')``); which key that is, is the person's own choice.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, g
from markupsafe import Markup, escape

from directory.staff.hotkeys import Hotkey, keys_of
from webui.i18n import locale_code

_SIGNS = {
    "Backquote": "`", "Minus": "-", "Equal": "=", "BracketLeft": "[", "BracketRight": "]",
    "Backslash": "\\", "Semicolon": ";", "Quote": "'", "Comma": ",", "Period": ".", "Slash": "/",
}  # fmt: skip
_ROWS = (
    ("KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight", "ЙЦУКЕНГШЩЗХЪ"),
    ("KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote", "ФЫВАПРОЛДЖЭ"),
    ("KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period", "ЯЧСМИТЬБЮ"),
)
_RUSSIAN = {
    code: letter
    for row, letters in _ROWS
    for code, letter in zip(row.split(), letters, strict=True)
}
_UKRAINIAN = _RUSSIAN | {"KeyS": "І", "BracketRight": "Ї", "Quote": "Є"}
_LETTERS = {"ru": _RUSSIAN | {"Backquote": "Ё"}, "uk": _UKRAINIAN}
_LOOK_ALIKE = ("\N{CYRILLIC CAPITAL LETTER ES}", "C")
"""On the same key, and nobody sees two letters there."""
_LIKE_THREE = "\N{CYRILLIC CAPITAL LETTER ZE}"
"""Beside real digits it would be read as one if it stood first."""


def install(app: Flask) -> None:
    """Let every template ask for keys by what they do."""
    app.jinja_env.globals["key_attrs"] = key_attrs
    app.jinja_env.globals["key_values"] = key_values
    app.jinja_env.globals["key_cap"] = key_cap
    app.jinja_env.globals["key_code"] = key_code
    app.jinja_env.globals["cap_of"] = cap_of


def key_code(action: str) -> str:
    """The place on the keyboard that does this for the person, such as «KeyN»."""
    return _own_keys()[Hotkey(action)]


def key_values(action: str, *more: Mapping[str, str]) -> dict[str, str]:
    """Attributes of the element that the key presses, and ``more``, for a field of a form."""
    code = key_code(action)
    values = {"data-key": code, "aria-keyshortcuts": latin(code), "data-keycap": cap_of(code)}
    for other in more:
        values |= other
    return values


def key_attrs(action: str) -> Markup:
    """The same as HTML, with a space before it."""
    pairs = key_values(action).items()
    return Markup("").join(Markup(' {}="{}"').format(name, escape(value)) for name, value in pairs)


def key_cap(action: str) -> str:
    """What is painted on the key: «Т / N» where people type in Cyrillic, else «N»."""
    return cap_of(key_code(action))


def cap_of(code: str) -> str:
    """The key by its letters: in the language of the page first, then the Latin one."""
    name, letter = latin(code), _LETTERS.get(locale_code(), {}).get(code)
    if not letter or (letter, name) == _LOOK_ALIKE:
        return name
    return f"{name} / {letter}" if letter == _LIKE_THREE else f"{letter} / {name}"


def latin(code: str) -> str:
    """The key as a Latin keyboard has it."""
    return _SIGNS.get(code) or code.removeprefix("Key").removeprefix("Digit")


def _own_keys() -> dict[Hotkey, str]:
    if "hotkeys" not in g:
        employee: Any = g.get("employee")
        g.hotkeys = keys_of(employee.hotkeys if employee is not None else None)
    found: dict[Hotkey, str] = g.hotkeys
    return found
