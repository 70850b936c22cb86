"""Whether a text is somebody's name, and the name that stands beside a phone. Pure."""

from __future__ import annotations

import re

from directory.clients.names import ClientKindGuess, looks_like_legal_entity
from directory.clients.phone_words import count_digits

_PATRONYMIC = re.compile(r"(?:вич|вна|чна|ьич|кич|мич|ович|евич|івна|ївна|йович|оглы|кызы)$")
_WORD_OF_NAME = re.compile(r"[^\W\d_][^\W\d_'’ʼ.-]*[.'’ʼ-]?[^\W\d_.'’ʼ-]*\.?")
_INITIALS = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)?\s+[^\W\d_]\.\s?(?:[^\W\d_]\.)?")
_FIRST_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
    александр алексей анатолий андрей антон аркадий артем артур богдан борис вадим валентин
    валерий василий виктор виталий владимир владислав вячеслав геннадий георгий герман глеб
    григорий даниил денис дмитрий евгений егор иван игорь илья кирилл константин лев леонид
    максим марат матвей михаил никита николай олег павел петр роман руслан рустам святослав
    семен сергей станислав степан тимур федор филипп эдуард юрий ярослав
    александра алена алина алла анастасия анжела анна валентина валерия варвара вера вероника
    виктория галина дарья диана ева евгения екатерина елена елизавета жанна зинаида зоя инна
    ирина карина кристина ксения лариса лидия лилия любовь людмила маргарита марина мария
    надежда наталия наталья нина оксана ольга полина раиса регина светлана софия софья таисия
    тамара татьяна ульяна эльвира юлия яна
    олександр олексій андрій анатолій василь віктор віталій володимир дмитро євген ігор іван
    костянтин микола михайло олександра олена петро сергій тетяна юрій ірина юлія
    наталія світлана катерина марія ганна тарас остап ярослава мирослава
    john james robert michael william david richard thomas daniel paul mark peter george
    mary maria elena susan linda sarah laura emma alice jane
    """,
    )
)


_PHONE = re.compile(r"\+?\d[\d\s().\-\u2010-\u2014]{7,}\d")
_FEWEST_DIGITS = 10
_LABEL_AT_END = re.compile(r"[\s,;:(]+(?:т|[Тт]ел|[Мм]об|[Сс]от|[Рр]аб|[Дд]ом)\.?[\s:]*$")
_AROUND = " \t\r\n,;:/|()[]+-–—"
_LONGEST = 300


def name_and_phones(text: str) -> tuple[str | None, str]:
    """«Романов Павел, +7 909 426-53-25» is the name and the phone; without a phone no name."""
    runs = _PHONE.finditer(text[:_LONGEST])
    phone = next((one for one in runs if count_digits(one[0]) >= _FEWEST_DIGITS), None)
    if phone is None:
        return None, text
    before = _LABEL_AT_END.sub("", text[: phone.start()].rstrip(_AROUND)).strip(_AROUND)
    if any(map(str.isalpha, before)):
        return " ".join(before.split()), text[phone.start() :]
    behind = text[phone.end() : _LONGEST].strip(_AROUND)
    return (behind, phone[0]) if looks_like_name(behind) else (None, text)


def is_name_with_phone(text: str) -> bool:
    """Whether a name and a phone stand in it."""
    name, _ = name_and_phones(text)
    return name is not None and looks_like_name(name)


def looks_like_name(text: str) -> bool:
    """Whether it is a person with a first name, a patronymic or initials, or a legal entity."""
    if any(map(str.isdigit, text)):
        return '"' in text or "«" in text
    if looks_like_legal_entity(text) is not ClientKindGuess.PERSON or _INITIALS.fullmatch(text):
        return True
    words = text.casefold().replace("ё", "е").split()
    if not 1 < len(words) < 5 or not all(map(_WORD_OF_NAME.fullmatch, words)):
        return False
    return any(word in _FIRST_NAMES or _PATRONYMIC.search(word) for word in words)
