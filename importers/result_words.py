"""What a call came to, in somebody's words: a result code of the campaign, or an outcome. Pure.

The campaign's own names come first, in every language; then the words that people use. A cell
begins with its result, the rest is a remark; one that names two results is nobody's to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from campaigns.models import Outcome
from campaigns.result_codes import CodeChoice
from importers.columns import heading_norm

_TALKED = ""
"""Stands for «somebody was spoken to», which says nothing of what came of it."""
_SPELLINGS: Mapping[tuple[Outcome, str], str] = {
    (Outcome.INTERVIEW, _TALKED): (
        "дозвонились|дозвонился|дозвон|дозвонилась|поговорили|разговор состоялся|контакт состоялся|"
        "успешный звонок|ответил|ответили|додзвонилися|додзвонились|відповів|розмова відбулася|"
        "answered|contacted|reached|spoke|talked|success"
    ),
    (Outcome.INTERVIEW, "booked_in_call"): (
        "записан|записана|записали|записался|записалась|запись|запись на сервис|записан на сервис|"
        "записан на то|записано|записаний|"
        "записаний на сервіс|booked|appointment|scheduled|appointment made"
    ),
    (Outcome.INTERVIEW, "will_come"): (
        "приедет|приедет сам|приедет сама|подъедет|заедет|приїде|під'їде|will come|coming in|"
        "walk in"
    ),
    (Outcome.INTERVIEW, "think_call_later"): (
        "перезвонить|перезвонить позже|просил перезвонить|просит перезвонить|перезвон|подумает|"
        "думает|позвонить позже|позвонить позднее|передзвонити|передзвонити "
        "пізніше|подумає|зателефонувати пізніше|call back|callback|call back later|call later|"
        "will think|thinking"
    ),
    (Outcome.INTERVIEW, "done_elsewhere"): (
        "обслужился в другом месте|обслуживается в другом месте|другой сервис|у другого дилера|"
        "другой дилер|у конкурента|ушел к конкуренту|обслуживается сам|обслуговується в іншому "
        "місці|інший сервіс|serviced elsewhere|other dealer|another dealer|competitor"
    ),
    (Outcome.INTERVIEW, "already_serviced"): (
        "уже обслужен|уже прошел то|уже был|уже сделал|уже приезжал|прошел то|то пройдено|"
        "то сделано|вже обслужений|вже був|вже пройшов то|already serviced|already done"
    ),
    (Outcome.INTERVIEW, "complaint"): (
        "жалоба|жалуется|претензия|недоволен|недовольна|скарга|незадоволений|complaint|complains|"
        "unhappy"
    ),
    (Outcome.INTERVIEW, "other_department"): (
        "другой отдел|вопрос в другой отдел|переведен в другой отдел|інший відділ|other department|"
        "another department"
    ),
    (Outcome.NO_ANSWER, ""): (
        "не дозвонились|не дозвонился|не дозвонилась|недозвон|недозвонились|недозвонился|"
        "не додзвонилися|не додзвонились|недодзвон|unanswered|not reached|no contact"
    ),
    (Outcome.NO_ANSWER, "no_pick_up"): (
        "нет ответа|не отвечает|не ответил|не ответила|не ответили|не берет трубку|не берет|"
        "не взял трубку|не взяла трубку|трубку не берет|не подошел|без ответа|длинные гудки|"
        "немає відповіді|не відповідає|не відповів|не бере трубку|no answer|no reply|"
        "did not answer|not answered|no pick up"
    ),
    (Outcome.NO_ANSWER, "busy"): "занято|занят|занята|линия занята|зайнято|busy|line busy",
    (Outcome.NO_ANSWER, "rejected"): (
        "сбросил|сбросила|сброс|сбросил звонок|сбрасывает|бросил трубку|скинув|скинула|"
        "скинув дзвінок|rejected|hung up|dropped|call rejected"
    ),
    (Outcome.NO_ANSWER, "unreachable"): (
        "недоступен|недоступна|не доступен|абонент недоступен|вне зоны|вне зоны доступа|"
        "вне зоны действия сети|выключен|телефон выключен|отключен|недоступний|поза зоною|вимкнено|"
        "unreachable|not available|unavailable|switched off|out of reach"
    ),
    (Outcome.NO_ANSWER, "voicemail"): (
        "автоответчик|голосовая почта|голосовой помощник|автовідповідач|голосова пошта|"
        "voicemail|answering machine"
    ),
    (Outcome.NO_ANSWER, "voicemail_left"): (
        "оставлено сообщение|оставили сообщение|оставил сообщение|залишено повідомлення|"
        "message left|left message|left a message"
    ),
    (Outcome.REFUSED, ""): (
        "отказ|отказался|отказалась|отказались|отказ клиента|отказ от разговора|не интересно|"
        "неинтересно|не интересует|не нужно|не надо|не хочет|не приедет|відмова|відмовився|"
        "відмовилась|відмовилася|не цікаво|не потрібно|не хоче|refused|refusal|declined|"
        "not interested|does not want"
    ),
    (Outcome.REFUSED, "not_now"): (
        "не хочет говорить|неудобно говорить|не может говорить|не удобно говорить|не хоче говорити|"
        "незручно говорити|cannot talk|cannot talk now|will not talk"
    ),
    (Outcome.REFUSED, "refuses_purpose"): (
        "отказ от звонков по этой теме|не звонить по этому поводу|відмова від дзвінків з цієї теми"
    ),
    (Outcome.REFUSED, "refuses_all"): (
        "больше не звонить|не звонить|не звонить больше|просил не звонить|просил больше не звонить|"
        "просит не звонить|не беспокоить|черный список|отказ от звонков|удалить из базы|"
        "більше не дзвонити|не дзвонити|просив не дзвонити|не турбувати|чорний список|"
        "do not call|dnc|do not contact|never call"
    ),
    (Outcome.BAD_DATA, "wrong_person"): (
        "не тот человек|не тот номер|неверный номер|неправильный номер|ошибочный номер|чужой номер|"
        "ошиблись номером|не тот абонент|номер неверный|не та людина|не той номер|невірний номер|"
        "неправильний номер|помилковий номер|wrong number|wrong person|bad number|invalid number"
    ),
    (Outcome.BAD_DATA, "not_in_service"): (
        "номер не обслуживается|номер не существует|"
        "несуществующий номер|номер заблокирован|номер не обслуговується|номер не існує|"
        "not in service|out of service|disconnected|number does not exist"
    ),
    (Outcome.BAD_DATA, "car_sold"): (
        "автомобиль продан|машина продана|авто продано|продал|продала|продал автомобиль|"
        "продал машину|продан|продана|продано|автомобіль продано|авто продане|продав|"
        "продав автомобіль|vehicle sold|car sold|sold"
    ),
    (Outcome.BAD_DATA, "not_owner"): (
        "не владелец|не владелец автомобиля|не является владельцем|не собственник|не власник|"
        "не власник автомобіля|not the owner|not owner"
    ),
}  # fmt: skip
_OUTCOME_SAYS_IT = frozenset(
    {"", "no_pick_up", "busy", "rejected", "unreachable", "voicemail", "voicemail_left", "not_now",
     "wrong_person", "not_in_service"}
)  # fmt: skip
"""Codes without which the bare outcome causes the same: a campaign need not offer them."""
_NOISE = frozenset({"клиент", "абонент", "клієнт", "client", "customer", "the", "результат"})
_NOT = frozenset({"не", "ні", "нет", "без", "not", "no", "never"})
_LONGEST = 300
_CLOSE = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words stand for. ``code``: None where the outcome has no reason."""

    outcome: Outcome
    code: CodeChoice | None

    @property
    def result_code_id(self) -> int | None:
        """The id of the code."""
        return self.code.result_code_id if self.code is not None else None

    @property
    def is_vague(self) -> bool:
        """Whether it says that there was a conversation and not what came of it."""
        return self.outcome is Outcome.INTERVIEW and self.code is None


@dataclass(frozen=True, slots=True)
class Unclear:
    """The words stand for nothing, or for several things; ``meant``: names of what may be."""

    meant: tuple[str, ...]


class ResultWords:
    """How people may name the results of one campaign."""

    def __init__(self, names: Iterable[tuple[CodeChoice, Iterable[str]]]) -> None:
        """``names``: each code that the campaign offers, with its wording in every language."""
        self._by_phrase: dict[str, Meaning] = {}
        self._shown: dict[Meaning, str] = {}
        offered: dict[str, Meaning] = {}
        for code, wordings in names:
            meaning = offered[code.code] = Meaning(code.outcome, code)
            self._shown[meaning] = code.name
            for one in (code.code, *wordings):
                self._by_phrase.setdefault(heading_norm(one), meaning)
        for (outcome, code_name), told in _SPELLINGS.items():
            found = offered.get(code_name)
            if found is None and code_name in _OUTCOME_SAYS_IT:
                found = Meaning(outcome, None)
            if found is not None and found.outcome is outcome:
                for one in told.split("|"):
                    self._shown.setdefault(found, one)
                    self._by_phrase.setdefault(heading_norm(one), found)
        self._longest = max((len(one.split()) for one in self._by_phrase), default=0)

    def read(self, text: str) -> Meaning | Unclear:
        """The result that the cell names."""
        words = heading_norm(text[:_LONGEST]).split()
        first, length = self._at(words, 0)
        while first is None and words and words[0] in _NOISE:
            words = words[1:]
            first, length = self._at(words, 0)
        if first is None:
            return Unclear(self._near(" ".join(words)))
        found = _decided([first, *self._others(words, length)])
        if len(found) > 1:
            return Unclear(tuple(self._shown[one] for one in found))
        return Unclear(self._talks()) if found[0].is_vague else found[0]

    def _others(self, words: list[str], start: int) -> Iterable[Meaning]:
        """What else the cell names, denied words left out: «не записан» is no booking."""
        while start < len(words):
            found, length = self._at(words, start)
            if found is not None:
                yield found
            elif words[start] in _NOT:
                length = 2
            start += max(length, 1)

    def _at(self, words: list[str], start: int) -> tuple[Meaning | None, int]:
        for end in range(min(len(words), start + self._longest), start, -1):
            found = self._by_phrase.get(" ".join(words[start:end]))
            if found is not None:
                return found, end - start
        return None, 0

    def _near(self, phrase: str) -> tuple[str, ...]:
        """What the unknown words look like; else the results of a conversation."""
        close = get_close_matches(phrase, self._by_phrase, _CLOSE, cutoff=0.7)
        shown = (self._shown[one] for one in map(self._by_phrase.__getitem__, close))
        return tuple(dict.fromkeys(shown)) or self._talks()

    def _talks(self) -> tuple[str, ...]:
        return tuple(
            name for one, name in self._shown.items()
            if one.outcome is Outcome.INTERVIEW and one.code is not None
        )  # fmt: skip


def _decided(found: list[Meaning]) -> list[Meaning]:
    """Different results only; what another one says better is left out."""
    distinct = list(dict.fromkeys(found))
    exact = {one.outcome for one in distinct if one.code is not None}
    # Whoever refuses or is another person was spoken to; who did not answer was not.
    is_talk = any(one.outcome is not Outcome.NO_ANSWER and not one.is_vague for one in distinct)
    return [
        one for one in distinct
        if one.code is not None or (not is_talk if one.is_vague else one.outcome not in exact)
    ]  # fmt: skip
