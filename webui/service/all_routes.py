"""Every route of bookings, registered by importing its module."""

from webui.service import day_list, one_booking
from webui.service.routes import bp

MODULES = (day_list, one_booking)

__all__ = ["MODULES", "bp"]
