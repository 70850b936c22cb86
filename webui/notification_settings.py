"""Which notifications come by e-mail too: each person's own choice."""

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.errors import Invalid
from webui.labels.notices import NOTICES
from webui.labels.words import sentence
from webui.notifications import bp
from webui.requests import requires, session, settings
from worklists.card.mail_choices import MailWish, choose_mail, mail_wish
from worklists.permissions import WorkPermission


@bp.get("/notifications/mail")
@requires(WorkPermission.SEE)
def mail() -> Response:
    """The form with the choice as it is."""
    return _page(mail_wish(session(), actor=g.actor))


@bp.post("/notifications/mail", endpoint="choose_mail")
@requires(WorkPermission.SEE)
def choose() -> Response:
    """Keep the choice."""
    wish = MailWish(
        address=request.form.get("address", ""),
        kinds=frozenset(request.form.getlist("kind")) & NOTICES.keys(),
    )
    try:
        choose_mail(session(), address=wish.address, kinds=wish.kinds, actor=g.actor, now=g.now)
    except Invalid as error:
        return _page(wish, error=str(sentence(error)))
    flash(_("Сохранено."))
    return redirect(url_for("notifications.listing"), 303)  # type: ignore[return-value]


def _page(wish: MailWish, *, error: str = "") -> Response:
    kinds = [
        {"key": key, "words": words, "on": key in wish.kinds} for key, (words, _icon) in
        NOTICES.items()
    ]  # fmt: skip
    page = render_template(
        "notifications/mail.html", wish=wish, kinds=kinds, error=error,
        sends_mail=settings().sends_mail,
    )  # fmt: skip
    return make_response(page, 422 if error else 200)
