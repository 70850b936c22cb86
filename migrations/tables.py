"""Every module that defines a table, imported so that the metadata is whole."""
# ruff: noqa: F401

import campaigns.models
import core.journal
import core.outbox
import core.submissions
import directory.assets.forecast_models
import directory.assets.models
import directory.calendars.models
import directory.clients.merge_models
import directory.clients.models
import directory.staff.models
import directory.units.models
import directory.visits.models
import directory.workshops.models
import importers.folders.models
import importers.loads.decision_models
import importers.loads.models
import importers.models
import selections.models
import worklists.bookings.models
import worklists.card.models
import worklists.escalation.models
import worklists.models.attempt
import worklists.models.dispatch
import worklists.models.plan_notice
import worklists.models.preset
import worklists.models.skip
import worklists.models.task
import worklists.models.work_list
