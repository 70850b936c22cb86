"""The form of a job in which nobody is phoned."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from webui.forms import Form, at_most


class JobForm(Form):
    """What was done; the button pressed says whether it was."""

    comment = TextAreaField(_l("Комментарий"), [at_most(4000)])
    version = HiddenField()
    token = HiddenField()
