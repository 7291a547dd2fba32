"""Reports of installations: a documented form (NDJSON), readers that turn other files into it, and their import.

The receiver hands a spooled file of a known installation to `take_upload`; `provision import` uses `take`.
"""

from provision.reports.codes import CODES
from provision.reports.importing import Fate, Imported, Stores
from provision.reports.parsing import Refused
from provision.reports.readers import whole
from provision.reports.taking import Find, Owner, Recognised, now, take, take_upload

__all__ = [
    "CODES",
    "Fate",
    "Find",
    "Imported",
    "Owner",
    "Recognised",
    "Refused",
    "Stores",
    "now",
    "take",
    "take_upload",
    "whole",
]
