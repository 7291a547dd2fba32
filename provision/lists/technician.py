"""What a technician does with lists, beyond reading and checking them; a run over the estate does not load it.

explain()         what a code means
diff()            what changed between two versions; describe() as text
prepare()         the working lists, gaps, questions and checklists
propose()         the cabinets that the lists of a new distributor make
repair()          a damaged list written as it should be, with an account; is_repairable() what it can put right
problems_table()  problems for Excel; for reading they are shown by `provision.render`
"""

from provision.lists.differences import FieldChange, as_data, describe, diff, difference_table
from provision.lists.explain import explain
from provision.lists.prepare import Preparation, prepare
from provision.lists.propose import Proposal, propose
from provision.lists.repair import Repair, is_repairable, repair
from provision.lists.tables import problems_table

__all__ = [
    "FieldChange",
    "Preparation",
    "Proposal",
    "Repair",
    "as_data",
    "describe",
    "diff",
    "difference_table",
    "explain",
    "is_repairable",
    "prepare",
    "problems_table",
    "propose",
    "repair",
]
