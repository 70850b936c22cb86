"""A whole rule as a sentence: «марка Kia или Hyundai; последний заезд в цех «Север» …» (A5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from selections.fields import Catalogue, FieldType, Offers
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Found,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Rule,
    Value,
)
from webui.labels.rule_days import day_words, one_day
from webui.labels.rule_fields import (
    FIELDS,
    NARROWER,
    field_name,
    lowered,
    relation_words,
)
from webui.labels.rule_vocabulary import FieldWords, RelationWords
from webui.labels.rules import parameter_words
from webui.labels.spoken import gettext as _
from webui.wording import money, whole

_MOST_NAMED = 6
_SAID_BY_NOUN = (Operator.ONE_OF, Operator.IS)
_OWN_NAMES = (
    Offers.UNITS, Offers.CENTRES, Offers.WORKSHOPS, Offers.CAMPAIGNS, Offers.RESULTS,
)  # fmt: skip
"""What bears a name of its own, which a sentence quotes."""


@dataclass(frozen=True)
class Names:
    """What values and selections are called: (field, value as text) to its name."""

    catalogue: Catalogue
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    selections: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Phrase:
    text: str
    joins_noun: bool = False
    """Stands right after the noun of its row, without a comma."""


def rule_words(definition: Definition, names: Names) -> str:
    """The whole rule; an empty one says whom it means too."""
    speaker = _Speaker(names, definition)
    root = definition.rule
    if len(root.items) == 1 and isinstance(root.items[0], Group) and root.join is not Join.NONE:
        root = root.items[0]
    parts = speaker.parts(root.items)
    if not parts:
        return _("все клиенты подразделения")
    text = speaker.joined(root.join, parts, is_outermost=True)
    asked = [lowered(parameter_words(one.code, one.label)) for one in definition.parameters]
    if asked:
        text = _("%(rule)s. При запуске спросим: %(asked)s", rule=text, asked=", ".join(asked))
    if definition.sample:
        text = _("%(rule)s; случайные %(n)s из них", rule=text, n=whole(definition.sample))
    return text


def part_words(rule: Rule, definition: Definition, names: Names) -> str:
    """One node of the definition's rule."""
    return _Speaker(names, definition).phrase(rule).text


def _quoted(name: str) -> str:
    """In the quotes of the language that is spoken."""
    return _("«%(name)s»", name=name)


def _of_many(words: RelationWords) -> str:
    """« заездов»: the noun as after a number that is not known yet."""
    return words.many(5).replace("5", "", 1).replace("  ", " ")


class _Speaker:
    def __init__(self, names: Names, definition: Definition) -> None:
        self.names = names
        self.labels = {one.code: one.label for one in definition.parameters}
        self.defaults = {one.code: one.default for one in definition.parameters}

    def values(self, node: Condition | Having) -> tuple[Value, ...]:
        """The values, each question with the answer that it starts with."""
        return tuple(self._started(value) for value in node.values)

    def _started(self, value: Value) -> Value:
        default = self.defaults.get(value.parameter) if isinstance(value, Asked) else None
        return value if default is None else default

    def parts(self, items: tuple[Rule, ...]) -> list[str]:
        return [text for item in items if (text := self.phrase(item).text)]

    def joined(self, join: Join, parts: list[str], *, is_outermost: bool = False) -> str:
        if join is Join.NONE:
            if len(parts) == 1:
                return _("кроме случая: %(part)s", part=parts[0])
            return _("ни одно из: %(parts)s", parts="; ".join(parts))
        between = (_(" и ") if not is_outermost else "; ") if join is Join.ALL else _(" или ")
        return between.join(parts)

    def phrase(self, rule: Rule) -> _Phrase:
        match rule:
            case Group():
                return self._group(rule)
            case Condition():
                return self._condition(rule)
            case Having():
                return _Phrase(self._having(rule))
            case Newest():
                return _Phrase(self._newest(rule))
            case Found(selection_id=selection_id):
                name = self.names.selections.get(selection_id, str(selection_id or "…"))
                return _Phrase(_("входит в выборку «%(name)s»", name=name))

    def _group(self, group: Group) -> _Phrase:
        parts = self.parts(group.items)
        text = self.joined(group.join, parts)
        return _Phrase(f"({text})" if len(parts) > 1 or group.join is Join.NONE else text)

    # ---- a field compared with values ----

    def _condition(self, condition: Condition) -> _Phrase:
        words = FIELDS.get(condition.field) or FieldWords(field_name(condition.field))
        asked = self.names.catalogue.field(condition.field)
        type_ = asked.type if asked is not None else FieldType.TEXT
        name, operator = lowered(words.name), condition.operator
        match operator:
            case Operator.KNOWN:
                return _Phrase(_("%(name)s: указано", name=name))
            case Operator.UNKNOWN:
                return _Phrase(_("%(name)s: не указано", name=name))
            case Operator.IS:
                return _Phrase(str(words.yes if condition.values == (True,) else words.no))
            case Operator.COMING:
                return _Phrase(f"{name} {self._days(condition)}")
        if type_ is FieldType.DAY:
            text = self._days(condition)
            return _Phrase(text, True) if words.is_plain else _Phrase(f"{name} {text}")
        if type_ in (FieldType.NUMBER, FieldType.MONEY):
            return _Phrase(f"{name} {self._amounts(operator, self.values(condition), words)}")
        return self._listed(condition, words, name)

    def _days(self, node: Condition) -> str:
        return day_words(node.operator, self.values(node), self._asked)

    def _listed(self, condition: Condition, words: FieldWords, name: str) -> _Phrase:
        is_none_of = condition.operator is Operator.NONE_OF
        named = [
            self._named(condition.field, value) for value in self.values(condition)[:_MOST_NAMED]
        ]
        values = (_(" и не ") if is_none_of else _(" или ")).join(named) or "…"
        rest = len(condition.values) - _MOST_NAMED
        if rest > 0:
            values = _("%(values)s и ещё %(rest)s", values=values, rest=rest)
        if condition.operator is Operator.CONTAINS:
            return _Phrase(_("%(name)s содержит %(values)s", name=name, values=values))
        if words.within is not None:
            text = str(words.within) % {"values": values}
            return _Phrase(_("не %(text)s", text=text) if is_none_of else text, True)
        return _Phrase(
            _("%(name)s не %(values)s", name=name, values=values)
            if is_none_of
            else f"{name} {values}"
        )

    def _named(self, code: str, value: Value) -> str:
        if isinstance(value, Asked):
            return self._asked(value.parameter)
        asked = self.names.catalogue.field(code)
        found = self.names.values.get((code, str(value)))
        if found is None:
            is_open = asked is None or asked.offers is None
            return _quoted(str(value)) if is_open else str(value) or "…"
        offers = asked.offers if asked is not None else None
        if offers in _OWN_NAMES:
            return _quoted(found)
        return lowered(found) if offers is Offers.ENUM else found

    def _amounts(self, operator: Operator, values: tuple[Value, ...], words: FieldWords) -> str:
        shown = [self._amount(value, words) for value in values] or ["…"]
        unit = f" {words.unit}" if words.unit else ""
        if operator is Operator.BETWEEN and len(shown) == 2:
            return _("от %(low)s до %(high)s", low=shown[0], high=shown[1]) + unit
        if operator is Operator.AT_MOST:
            return _("не больше %(value)s", value=shown[0]) + unit
        return _("не меньше %(value)s", value=shown[0]) + unit

    def _amount(self, value: Value, words: FieldWords) -> str:
        match value:
            case Asked():
                return self._asked(value.parameter)
            case bool():
                return str(value)
            case int():
                return str(value) if not words.unit else whole(value)
            case Decimal():
                return money(value).rsplit("\u00a0", 1)[0]
        return one_day(value, self._asked)

    def _asked(self, code: str) -> str:
        words = lowered(parameter_words(code, self.labels.get(code, "")))
        return _("[%(question)s?]", question=words)

    # ---- rows that belong to the row ----

    def _having(self, having: Having) -> str:
        words, where = self._noun(having.relation, having.where)
        if having.sum_of is not None:
            field_words = FIELDS.get(having.sum_of) or FieldWords(having.sum_of)
            amount = self._amounts(having.operator, self.values(having), field_words)
            head = _(
                "%(field)s %(over)s всего %(amount)s", field=lowered(field_words.name),
                over=words.over, amount=amount,
            )  # fmt: skip
        else:
            head = self._counted(having, words)
        head = f"{words.before} {head}" if words.before else head
        return self._with_parts(head, where)

    def _counted(self, having: Having, words: RelationWords) -> str:
        values = self.values(having)
        match having.operator, values:
            case Operator.AT_LEAST, (1,):
                return str(words.some)
            case Operator.AT_MOST, (0,):
                return str(words.none)
            case Operator.BETWEEN, (low, int() as high):
                low_words = self._amount(low, FieldWords(""))
                return _("от %(low)s до %(what)s", low=low_words, what=words.many(high))
            case Operator.AT_MOST, (int() as most,):
                return _("не больше %(what)s", what=words.many(most))
            case Operator.AT_LEAST, (int() as least,):
                return _("не меньше %(what)s", what=words.many(least))
        return self._amounts(having.operator, values, FieldWords("")) + _of_many(words)

    def _newest(self, newest: Newest) -> str:
        words, among = self._noun(newest.relation, newest.among)
        head = f"{words.before} {words.newest}" if words.before else str(words.newest)
        head = self._with_parts(head, among, in_brackets=True)
        return self._with_parts(head, newest.where)

    def _noun(self, relation: str, where: Group) -> tuple[RelationWords, Group]:
        """The words of the rows; a condition that they say themselves is taken away."""
        if where.join is Join.ALL:
            for place, item in enumerate(where.items):
                if not isinstance(item, Condition) or item.operator not in _SAID_BY_NOUN:
                    continue
                key = (relation, item.field, str(item.values[0]) if item.values else "")
                if len(item.values) == 1 and key in NARROWER:
                    rest = where.items[:place] + where.items[place + 1 :]
                    return NARROWER[key], Group(Join.ALL, rest)
        return relation_words(relation), where

    def _with_parts(self, head: str, where: Group, *, in_brackets: bool = False) -> str:
        if where.join is not Join.ALL:
            return f"{head} {self._group(where).text}" if where.items else head
        phrases = [phrase for item in where.items if (phrase := self.phrase(item)).text]
        near = [phrase.text for phrase in phrases if phrase.joins_noun]
        far = [phrase.text for phrase in phrases if not phrase.joins_noun]
        text = " ".join([head, *near])
        if not far:
            return text
        return f"{text} ({', '.join(far)})" if in_brackets else f"{text}, {', '.join(far)}"
