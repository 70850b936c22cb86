"""Words of the mileage forecast: how far to trust it, what it counts from, why a reading is out."""

from flask_babel import lazy_gettext as _l

from directory.assets.forecast_models import CountedFrom, DueBy, ForecastBasis
from directory.assets.trends import DropReason
from webui.labels.pairs import Pairs

LABELS: Pairs = (
    (ForecastBasis.MEASURED, _l("по своим показаниям")),
    (ForecastBasis.FEW, _l("показаний мало")),
    (ForecastBasis.MODEL, _l("по среднему модели")),
    (ForecastBasis.COMPANY, _l("по среднему компании")),
    (ForecastBasis.ASSUMED, _l("по обычному пробегу")),
    (DropReason.LOWER, _l("меньше предыдущего")),
    (DropReason.HIGHER, _l("больше следующих")),
    (DropReason.TOO_FAST, _l("столько за это время не проехать")),
    (CountedFrom.MAINTENANCE, _l("от прошлого ТО")),
    (CountedFrom.VISIT, _l("от последнего визита: записи о ТО нет")),
    (CountedFrom.READING, _l("от первого показания: визитов не было")),
    (CountedFrom.REGISTRATION, _l("от появления в базе: визитов и показаний не было")),
    (DueBy.KM, _l("по пробегу")),
    (DueBy.MONTHS, _l("по времени")),
)
