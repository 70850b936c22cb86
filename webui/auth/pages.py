"""Sign-in, choice of the role, sign-out (B1)."""

from typing import Any

from flask import (
    Blueprint,
    Response,
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
from wtforms import PasswordField, StringField

from core.access import Actor
from core.errors import NotFound, Refused
from directory.staff.models import Role
from directory.staff.people import choose_own_look
from directory.staff.sessions import choose_role, end_session, open_session
from directory.staff.sign_in import (
    SignedIn,
    SignInRefused,
    accept_try,
    permit_try,
    refuse_try,
)
from directory.staff.tries import TooManyFailures
from webui.auth.devices import is_known_device, remember_device
from webui.auth.look import set_theme_cookie
from webui.forms import Form, at_most, not_blank, required
from webui.labels.words import label, sentence
from webui.requests import (
    clear_session_cookie,
    environment_of,
    local_target,
    public,
    session_token,
    set_session_cookie,
    settings,
    signed_in,
)

bp = Blueprint("auth", __name__)


class SignInForm(Form):
    """Login and password."""

    login = StringField(_l("Логин"), validators=[not_blank(), at_most(100)])
    password = PasswordField(_l("Пароль"), validators=[required(), at_most(1000)])


@bp.get("/sign-in")
@public
def sign_in() -> Any:
    """The form; whoever is signed in already goes on to where they wanted."""
    if g.signed_in is not None:
        return redirect(_next())
    return _form_page(SignInForm())


@bp.post("/sign-in", endpoint="enter")
@public
def enter() -> Any:
    """Try login and password; the answer to a wrong one tells nothing about which is wrong."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    try:
        token, entered = _enter(str(form.login.data), str(form.password.data))
    except TooManyFailures as error:
        page = _form_page(form, error, status=429)
        page.headers["Retry-After"] = str(max(int((error.until - g.now).total_seconds()), 1))
        return page
    except SignInRefused as error:
        return _form_page(form, error, status=422)
    _keep_language(entered.employee.id)
    chosen = len(entered.roles) == 1
    answer = make_response(redirect(_next() if chosen else url_for("auth.role", next=_next()), 303))
    set_session_cookie(answer, token)
    remember_device(answer, str(form.login.data))
    set_theme_cookie(answer, entered.employee.theme)
    return answer


@bp.get("/role")
@signed_in
def role() -> Any:
    """The roles to choose from."""
    return render_template("auth/choose_role.html", roles=_role_choices(), next_url=_next())


@bp.post("/role", endpoint="take_role")
@signed_in
def take_role() -> Any:
    """Go on in another role, under a new token, without signing in again."""
    token = choose_role(g.session, session_token() or "", _role_asked_for(), now=g.now)
    answer = make_response(redirect(_next(), 303))
    set_session_cookie(answer, token)
    return answer


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """End the session at once; without one there is nothing to end."""
    token = session_token()
    if token:
        end_session(g.session, token, by="sign_out", now=g.now)
    answer = make_response(redirect(url_for("auth.sign_in"), 303))
    clear_session_cookie(answer)
    # Drafts of forms live in the browser's storage; the next person must not find them.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


def _enter(login: str, password: str) -> tuple[str, SignedIn]:
    """Three short transactions around the slow hash: nobody's writes wait for it.

    What a failed try counts must stay although the request is refused.
    """
    environment = environment_of(current_app)
    g.session.rollback()
    with environment.database.unit_of_work() as session:
        attempt = permit_try(
            session,
            login=login,
            address=request.remote_addr or "",
            known_device=is_known_device(login),
            now=g.now,
        )
    if not attempt.is_right(password):
        with environment.database.unit_of_work() as session:
            refuse_try(session, attempt, now=g.now)
        raise SignInRefused
    entered = accept_try(g.session, attempt, password=password, now=g.now)
    if token := session_token():
        end_session(g.session, token, by="switched", now=g.now)
    token = open_session(
        g.session,
        entered.employee.id,
        role=entered.roles[0] if len(entered.roles) == 1 else None,
        now=g.now,
        longest=settings().longest_session,
    )
    return token, entered


def _form_page(form: SignInForm, error: Refused | None = None, *, status: int = 200) -> Response:
    return make_response(
        render_template(
            "auth/sign_in.html",
            form=form,
            problem=sentence(error) if error else "",
            next_url=_next(),
            left="left" in request.args,
        ),
        status,
    )


def _next() -> str:
    return str(local_target(request.form.get("next") or request.args.get("next"), "/"))


def _role_asked_for() -> Role:
    asked = request.form.get("role", "")
    if asked not in set(Role):
        raise NotFound("role", asked)
    return Role(asked)


def _role_choices() -> list[dict[str, Any]]:
    return [
        {"key": held.value, "label": label(held), "hint": _hint(held), "current": held is g.role}
        for held in g.roles
    ]


def _hint(held: Role) -> Any:
    return {
        Role.MANAGER: _("Свои задачи, звонки, заявки на обслуживание"),
        Role.OPERATOR: _("Свои задачи и звонки"),
        Role.SUPERVISOR: _("Работа группы, распределение задач"),
        Role.HEAD: _("Работа отдела, выборки и результаты"),
        Role.ANALYST: _("Просмотр и выгрузки"),
        Role.ADMINISTRATOR: _("Люди, подразделения, справочники"),
    }[held]


def _keep_language(employee_id: int) -> None:
    """The language chosen by a link of this page goes on after signing in."""
    actor = Actor(key="sign-in", employee_id=employee_id)
    choose_own_look(g.session, locale=request.args.get("lang"), actor=actor)
