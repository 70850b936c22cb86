"""One's own account: the password, the language, the theme (B1)."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import EqualTo

from core.errors import Invalid, Refused
from core.submissions import first_time
from directory.staff.passwords import SHORTEST
from directory.staff.people import choose_own_look
from directory.staff.sign_in import (
    CurrentPasswordWrong,
    Try,
    change_own_password,
    permit_try,
    refuse_try,
)
from directory.staff.tries import TooManyFailures
from webui.admin.answers import put_error, saved
from webui.auth.look import THEMES
from webui.forms import Form, at_most, required
from webui.labels.words import label
from webui.requests import (
    environment_of,
    local_target,
    path_of,
    session_token,
    set_session_cookie,
    signed_in,
)

bp = Blueprint("account", __name__)


class PasswordForm(Form):
    """The password one has, and the one to have from now on."""

    current = PasswordField(_l("Нынешний пароль"), validators=[required(), at_most(1000)])
    password = PasswordField(_l("Новый пароль"), validators=[required(), at_most(1000)])
    again = PasswordField(
        _l("Новый пароль ещё раз"),
        validators=[required(), EqualTo("password", message=_l("Пароли не совпадают."))],
    )


@bp.get("/account")
@signed_in
def page() -> Any:
    """Who I am here, how the pages look, my password."""
    return _page(PasswordForm(formdata=None))


@bp.post("/account/password")
@signed_in
def change_password() -> Any:
    """Sign the other browsers out and go on in this one."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(form), 422
    key = g.get("form_key")
    try:
        attempt = _tried(str(form.current.data))
        if key and not first_time(g.session, key, actor_key=g.actor.key, at=g.now):
            return redirect(url_for(".page"), 303)
        token = change_own_password(
            g.session,
            attempt,
            password=str(form.password.data),
            token=session_token() or "",
            actor=g.actor,
            now=g.now,
        )
    except (Invalid, TooManyFailures) as error:
        return _refused(form, error)
    answer = make_response(
        saved(url_for(".page"), _("Пароль изменён, остальные сеансы завершены."))
    )
    set_session_cookie(answer, token)
    return answer


@bp.post("/settings/locale")
@signed_in
def locale() -> Any:
    """Keep the language for this person, on every computer."""
    choose_own_look(g.session, locale=request.form.get("locale"), actor=g.actor)
    return redirect(_back(), 303)


@bp.post("/settings/theme")
@signed_in
def theme() -> Any:
    """Keep the theme for this person, on every computer."""
    chosen = request.form.get("theme", "")
    choose_own_look(g.session, theme=chosen, actor=g.actor)
    if chosen in THEMES:
        g.theme = chosen
    return redirect(_back(), 303)


def _tried(current: str) -> Try:
    """Look at the present password between two short transactions, counted as at sign-in (P28).

    Raises CurrentPasswordWrong, TooManyFailures. What a failed try counts must stay.
    """
    environment = environment_of(current_app)
    login = g.employee.login
    g.session.rollback()
    with environment.database.unit_of_work() as session:
        attempt = permit_try(
            session, login=login, address=request.remote_addr or "", known_device=True, now=g.now
        )
    if not attempt.is_right(current):
        with environment.database.unit_of_work() as session:
            refuse_try(session, attempt, now=g.now)
        raise CurrentPasswordWrong
    return attempt


def _refused(form: PasswordForm, error: Refused) -> Any:
    put_error(form, error)
    answer = make_response(_page(form), 422)
    if isinstance(error, TooManyFailures):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(max(int((error.until - g.now).total_seconds()), 1))
    return answer


def _page(form: PasswordForm) -> str:
    return render_template(
        "auth/account.html",
        form=form,
        shortest=SHORTEST,
        login=g.employee.login,
        my_roles=[str(label(held)) for held in g.roles],
    )


def _back() -> str:
    return local_target(request.form.get("next") or path_of(request.referrer), "/")
