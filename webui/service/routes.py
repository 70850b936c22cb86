"""The blueprint of bookings."""

from flask import Blueprint

bp = Blueprint("service", __name__)
