"""Whether a text is somebody's name: people are told from places by that. Pure."""

from __future__ import annotations

import re

from directory.clients.names import ClientKindGuess, looks_like_legal_entity

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
