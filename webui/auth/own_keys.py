"""One's own keys: every action with its key, changed by pressing one or by a list (issue 3, 11)."""

from itertools import groupby
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from core.errors import Invalid
from directory.staff.hotkeys import (
    BINDINGS,
    CODES,
    Hotkey,
    KeyPlace,
    KeyReserved,
    KeyTaken,
    choose_own_keys,
    keys_of,
)
from webui.admin.answers import saved
from webui.auth.account import bp
from webui.labels.words import label, sentence
from webui.requests import session, signed_in

RESET_ALL = "all"


@bp.get("/account/keys")
@signed_in
def keys() -> Any:
    """Every action with the key it has for this person."""
    return _page({action: code for action, code in _own().items() if code})


@bp.post("/account/keys", endpoint="save_keys")
@signed_in
def save() -> Any:
    """Keep the keys of the form; ``reset`` names the action (or all) that gets its usual key."""
    reset = request.form.get("reset", "")
    chosen = {} if reset == RESET_ALL else _typed()
    if reset in set(Hotkey):
        chosen[Hotkey(reset)] = ""
    try:
        choose_own_keys(session(), chosen, actor=g.actor)
    except (KeyReserved, KeyTaken) as refused:
        # The form was not used up: corrected, it is sent again with the same key.
        session().rollback()
        g.form_key = None
        return _page(chosen, refused), 422
    done = _("Клавиши прежние, как были сначала.") if reset else _("Клавиши сохранены.")
    return saved(url_for("account.keys"), done)


def _typed() -> dict[Hotkey, str]:
    """What the form says; an action that it does not name keeps its own key."""
    return {
        action: request.form.get(action.value, own).strip()[:20] for action, own in _own().items()
    }


def _own() -> dict[Hotkey, str]:
    """The keys that differ from the usual ones; "" for all others."""
    mine = keys_of(g.employee.hotkeys)
    return {
        action: "" if mine[action] == binding.code else mine[action]
        for action, binding in BINDINGS.items()
    }


def _page(chosen: dict[Hotkey, str], refused: Invalid | None = None) -> str:
    groups = [
        (label(place), list(actions))
        for place, actions in groupby(BINDINGS, key=lambda action: BINDINGS[action].place)
    ]
    return render_template(
        "auth/keys.html",
        page="account",
        groups=groups,
        usual={action: binding.code for action, binding in BINDINGS.items()},
        places={
            action: ", ".join(
                _("«%(place)s»", place=label(place)) for place in KeyPlace if place in binding.also
            )
            for action, binding in BINDINGS.items()
        },
        chosen=chosen,
        codes=CODES,
        wrong=getattr(refused, "action", None),
        problem=sentence(refused) if refused else "",
        changed=any(_own().values()),
    )
