"""The blueprint of the dispatch board."""

from flask import Blueprint

bp = Blueprint("dispatch", __name__)
