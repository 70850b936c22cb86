"""What was meant by a text typed in the wrong keyboard layout («bdfyjd» for «иванов»). Pure."""

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?@#$^&'
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю." + 'ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"№;:?'
_UKRAINIAN = "'йцукенгшщзхїфівапролджєячсмитьбю." + "'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ,\"№;:?"
_CYRILLIC = (_RUSSIAN, _UKRAINIAN)


def other_layouts(text: str) -> tuple[str, ...]:
    """The same keys pressed in the other layouts, the likeliest first; nothing for digits alone.

    A text with letters of both alphabets was not typed in one wrong layout: nothing either.
    """
    latin = any("a" <= sign <= "z" for sign in text.lower())
    cyrillic = any("а" <= sign <= "я" or sign in "ёіїєґ" for sign in text.lower())
    if latin == cyrillic:
        return ()
    tables = [
        dict(zip(_LATIN, one, strict=True)) if latin else dict(zip(one, _LATIN, strict=True))
        for one in _CYRILLIC
    ]
    typed = ("".join(table.get(sign, sign) for sign in text) for table in tables)
    return tuple(dict.fromkeys(typed))
