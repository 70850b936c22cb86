"""The outcome form: its fields, its validation by the table of fields, its report (A13-A16)."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import NumberRange, Optional

from campaigns.models import Outcome
from campaigns.result_codes import CodeChoice
from core.access import Actor
from core.errors import Invalid
from directory.assets.mileage import MileageWentDown
from webui.forms import Form, LocalMoment, at_most, choices
from webui.labels.words import label, sentence
from webui.numbers import MOST, row_number_or_none
from webui.tasks.choice_fields import Choice, ResultChoice
from webui.tasks.field_parts import FIELD_OF, NEEDED, PARTS, TICKED
from webui.tasks.fields import belongs, is_demanded
from webui.tasks.offer import Offer
from webui.wording import minute_of, phone
from worklists.attempts import AttemptReport, InvolvementDraft, NewTask, ServiceRequestDraft
from worklists.far_dates import FarAhead
from worklists.models.task import TaskKind
from worklists.task_page import is_usable

WITH_CODES = (Outcome.INTERVIEW, Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.BAD_DATA)
_MOST_KM = 3_000_000


class OutcomeForm(Form):
    """What came of the attempt. Which fields count is said by ``webui.tasks.fields``."""

    outcome = RadioField(
        _l("Результат звонка"),
        choices=[],
        validate_choice=False,
    )
    result_interview = ResultChoice(_l("Результат контакта"))
    result_no_answer = ResultChoice(_l("Что произошло"))
    result_refused = ResultChoice(_l("От чего отказался клиент"))
    result_bad_data = ResultChoice(_l("Что неверно"))
    contact_point_id = Choice(_l("Телефон"))
    comment = TextAreaField(_l("Комментарий"), [at_most(4000)])
    mileage_km = IntegerField(
        _l("Пробег, км"),
        [Optional(), NumberRange(0, _MOST_KM, _l("Укажите пробег от 0 до 3 000 000 км."))],
    )
    mileage_is_lower_confirmed = BooleanField(_l("Пробег меньше прежнего, это верно"))
    acquisition_id = Choice(_l("Как записан"))
    goal_reached = BooleanField(_l("Работа по цели завершена"))
    control_at = LocalMoment(_l("Проверить"), pair=True)
    plan = BooleanField(_l("Запланировать новую задачу"))
    plan_kind = SelectField(_l("Вид"), validators=[Optional()])
    plan_due = LocalMoment(_l("Когда"), pair=True)
    plan_far_confirmed = BooleanField(_l("Дата верна"))
    plan_comment = StringField(_l("Что сделать"), [at_most(1000)])
    plan_performer = Choice(_l("Исполнитель"))
    plan_anyone = BooleanField(_l("Перезвонить может любой"))
    book = BooleanField(_l("Добавить заявку на обслуживание"))
    book_workshop = Choice(_l("Цех"))
    book_on = DateField(_l("Дата"), [Optional()])
    book_time = TimeField(_l("Время"), [Optional()])
    book_kind = Choice(_l("Вид работ"))
    book_slot = IntegerField(_l("Время"), [Optional(), NumberRange(0, 24 * 60 - 1)])
    book_work = StringField(_l("Работы"), [at_most(1000)])
    book_comment = StringField(_l("Примечание"), [at_most(1000)])
    involve = BooleanField(_l("Привлечь исполнителя"))
    involve_preset = Choice(_l("Заготовка"))
    involve_unit = Choice(_l("Подразделение"))
    involve_text = StringField(_l("Что нужно сделать"), [at_most(1000)])
    involve_due = LocalMoment(_l("Срок"), pair=True)
    involve_documents = BooleanField(_l("Приложить документы задачи"))
    involve_was = HiddenField()
    settles = SelectMultipleField(_l("Этот разговор решил и другие задачи"), coerce=int)
    copy_of_task_id = IntegerField(
        _l("Результат какой задачи взять"), [Optional(), NumberRange(1, MOST)]
    )
    version = HiddenField()
    token = HiddenField()
    form_key = HiddenField()

    actor: Actor
    offer: Offer
    is_far = False
    """Whether the planned date is so far ahead that it has to be confirmed."""
    is_lower = False
    """Whether the mileage is less than the last one, which has to be confirmed."""

    @classmethod
    def of(cls, offer: Offer, actor: Actor, **values: Any) -> "OutcomeForm":
        """A form with what this task offers, filled from the request if there is one."""
        form = cls(**values)
        form.actor, form.offer = actor, offer
        form.outcome.choices = [(one.value, label(one)) for one in Outcome]
        for one in WITH_CODES:
            blank = _l("Выберите результат") if one is Outcome.INTERVIEW else _l("Не указано")
            codes = ((c.result_code_id, c.name) for c in offer.codes if c.outcome is one)
            form[f"result_{one}"].choices = choices(codes, blank=blank)
        form.contact_point_id.choices = choices(
            ((point.id, phone(point.value)) for point in offer.phones),
            # Without a number that may be called nobody's guess is recorded as the one called.
            blank=_blanknumber(offer),
        )
        form.acquisition_id.choices = choices(
            ((way.acquisition_id, way.name) for way in offer.ways), blank=_l("Выберите")
        )
        form.plan_kind.choices = [
            (kind.value, label(kind)) for kind in (TaskKind.CALLBACK, TaskKind.EXTRA)
        ]
        form.plan_performer.choices = choices(offer.performers, blank=_l("Я"))
        form.book_workshop.choices = choices(offer.workshops, blank=_l("Выберите цех"))
        form.book_kind.choices = choices(offer.kinds_of(form.book_workshop.data), blank="")
        form.involve_unit.choices = choices(offer.units, blank=_l("Выберите подразделение"))
        form.involve_preset.choices = choices(offer.presets, blank=_l("Без заготовки"))
        form.settles.choices = [(other.id, other.campaign) for other in offer.others]
        return form

    @property
    def chosen(self) -> Outcome | None:
        """The outcome chosen so far."""
        try:
            return Outcome(self.outcome.data)
        except ValueError:
            return None

    @property
    def code(self) -> CodeChoice | None:
        """The result code chosen for that outcome."""
        if self.chosen not in WITH_CODES:
            return None
        found = self.offer.code(self[f"result_{self.chosen}"].data)
        return found if found is not None and found.outcome is self.chosen else None

    @property
    def books_slot(self) -> bool:
        """Whether the workshop chosen so far is booked by its capacity, for a free time."""
        return self.book_workshop.data in self.offer.planned

    def counts(self, name: str) -> bool:
        """Whether the field of the table counts for what is chosen."""
        return belongs(name, self.chosen, self.code, self.actor)

    def complain(self, error: Invalid) -> None:
        """Show a refusal of the use-case at its field, unless something is told there already."""
        self.is_far = self.is_far or isinstance(error, FarAhead)
        self.is_lower = self.is_lower or isinstance(error, MileageWentDown)
        field = self.field_for(error.field)
        if not field.errors:
            field.errors = [sentence(error)]

    def field_for(self, name: str) -> Field:
        """The field at which a refusal of the use-case is shown."""
        name = FIELD_OF.get(name, name)
        if name == "result":
            name = f"result_{self.chosen}" if self.chosen in WITH_CODES else "outcome"
        return self._fields.get(name, self.comment)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what counts; whatever was typed elsewhere is left alone."""
        super().validate(extra_validators)
        for name, parts in PARTS.items():
            if not self._counts_in_full(name):
                for part in parts:
                    self[part].errors = []
        for one in WITH_CODES:
            if one is not self.chosen:
                self[f"result_{one}"].errors = []
        self._demand()
        return not self.errors

    def report(self) -> AttemptReport:
        """What is to be recorded. Call after ``validate`` said yes."""
        assert self.chosen is not None
        code = self.code
        return AttemptReport(
            outcome=self.chosen,
            result_code_id=code.result_code_id if code else None,
            comment=(self.comment.data or "").strip(),
            mileage_km=self._if("mileage_km", self.mileage_km.data),
            mileage_is_lower_confirmed=self.mileage_is_lower_confirmed.data,
            acquisition_id=self._if("acquisition_id", self.acquisition_id.data),
            contact_point_id=self._if("contact_point_id", self.contact_point_id.data),
            goal_reached=bool(self._if("goal_reached", self.goal_reached.data)),
            control_at=self._control_at(),
            new_task=self._new_task(),
            service_request=self._booking(),
            involve=self._involvement(),
            copy_of_task_id=self._if("copy_of_task_id", self.copy_of_task_id.data),
            settles_task_ids=tuple(self._if("settles", self.settles.data) or ()),
            version=row_number_or_none(str(self.version.data)) or 0,
            token=row_number_or_none(str(self.token.data)),
            form_key=self.form_key.data or "",
        )

    def _control_at(self) -> Any:
        """A goal that is reached is not watched."""
        return None if self.goal_reached.data else self._if("control_at", self.control_at.data)

    def _if(self, name: str, value: Any) -> Any:
        return value if self.counts(name) else None

    def _counts_in_full(self, name: str) -> bool:
        ticked = self[name].data if name in TICKED else True
        return bool(self.counts(name) and ticked)

    def _demand(self) -> None:
        if self.chosen is None:
            _complain(self.outcome, _l("Выберите результат звонка."))
            return
        if self.chosen is Outcome.INTERVIEW and self.code is None:
            _complain(self.result_interview, _l("Выберите результат контакта."))
        if self.chosen is Outcome.REPEAT and not self.copy_of_task_id.data:
            _complain(self.copy_of_task_id, _l("Выберите задачу, результат которой подходит."))
        if self._is_demanded("comment") and not (self.comment.data or "").strip():
            _complain(self.comment, _l("Добавьте комментарий."))
        if self._is_demanded("acquisition_id") and self.acquisition_id.data is None:
            _complain(self.acquisition_id, _l("Выберите, как клиент записан."))
        is_over = bool(self._if("goal_reached", self.goal_reached.data))
        goes_on = is_over or self.counts("control_at")
        if self._is_demanded("plan") and not self.plan.data and not goes_on:
            _complain(self.plan, _l("Запланируйте новую задачу: когда связаться с клиентом."))
        for name, (field, words) in NEEDED.items():
            if self._counts_in_full(name) and not self[field].data and not self[field].errors:
                _complain(self[field], words)
        if self._counts_in_full("book"):
            self._demand_booking()
        if self._counts_in_full("involve") and not (self.involve_text.data or "").strip():
            _complain(self.involve_text, _l("Напишите, что нужно сделать."))
        if self._counts_in_full("involve") and not (
            self.involve_due.data or self.involve_due.errors
        ):
            _complain(self.involve_due, _l("Укажите срок."))

    def _demand_booking(self) -> None:
        if self.book_on.data is None and not self.book_on.errors:
            _complain(self.book_on, _l("Укажите дату."))
        if not self.books_slot:
            if not (self.book_work.data or "").strip():
                _complain(self.book_work, _l("Напишите, какие работы нужны."))
            return
        if self.book_kind.data is None and not self.book_kind.errors:
            _complain(self.book_kind, _l("Выберите вид работ."))
        elif self.book_on.data and self.book_slot.data is None and not self.book_slot.errors:
            _complain(self.book_slot, _l("Выберите время."))

    def _is_demanded(self, name: str) -> bool:
        return is_demanded(name, self.chosen, self.code)

    def _new_task(self) -> NewTask | None:
        if not self._counts_in_full("plan") or self.plan_due.data is None:
            return None
        return NewTask(
            kind=TaskKind(self.plan_kind.data or TaskKind.CALLBACK),
            due_at=self.plan_due.data,
            comment=(self.plan_comment.data or "").strip(),
            performer_id=self.plan_performer.data,
            is_anyones=self.plan_anyone.data,
            is_far_confirmed=self.plan_far_confirmed.data,
        )

    def _booking(self) -> ServiceRequestDraft | None:
        if not self._counts_in_full("book"):
            return None
        if self.book_workshop.data is None or not isinstance(self.book_on.data, date):
            return None
        typed = minute_of(self.book_time.data)
        return ServiceRequestDraft(
            workshop_id=self.book_workshop.data,
            wanted_on=self.book_on.data,
            wanted_minute=self.book_slot.data if self.books_slot else typed,
            work_kind_id=self.book_kind.data if self.books_slot else None,
            work=(self.book_work.data or "").strip(),
            comment=(self.book_comment.data or "").strip(),
        )

    def _involvement(self) -> InvolvementDraft | None:
        if not self._counts_in_full("involve"):
            return None
        if self.involve_unit.data is None or self.involve_due.data is None:
            return None
        return InvolvementDraft(
            unit_id=self.involve_unit.data,
            text=(self.involve_text.data or "").strip(),
            due_at=self.involve_due.data,
            with_documents=self.involve_documents.data,
        )


def _blanknumber(offer: Offer) -> Any:
    if not offer.phones:
        return _l("Номеров нет")
    return None if is_usable(offer.phones[0]) else _l("Не указано")


def _complain(field: Field, words: Any) -> None:
    field.errors = [*field.errors, words]
