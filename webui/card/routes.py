"""The blueprint of everything that hangs on a task."""

from flask import Blueprint

bp = Blueprint("card", __name__)
