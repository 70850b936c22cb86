"""The blueprint of everything about one task."""

from flask import Blueprint

bp = Blueprint("tasks", __name__)
