"""The distributor's CSV lists: read, checked, explained, repaired. Other packages import only from here.

read()            one file: rows, problems, and an account of every line
check_together()  what needs several lines or files of one cabinet
check_apart()     what must not cross between cabinets
explain(), CODES  what a code means
company_of()      whose list it is, by its name
choose_newest()   which of several dated lists is in force; diff() what changed between two, describe() as text
prepare()         the technician's working lists, gaps, questions and checklists
propose()         the cabinets that the lists of a new distributor make
repair()          a damaged list written as it should be, with an account; is_repairable() what it can put right
problems_table()  problems for Excel; for reading they are shown by `provision.render`
"""

from provision.lists.across import check_clients, check_dealer, check_together, strike
from provision.lists.apart import Address, Group, check_apart
from provision.lists.codes import CODES
from provision.lists.differences import Difference, FieldChange, Move, as_data, describe, diff, difference_table
from provision.lists.explain import explain
from provision.lists.naming import company_of, read_name
from provision.lists.people import check_email, check_manager
from provision.lists.prepare import Preparation, prepare
from provision.lists.problems import problem
from provision.lists.propose import Proposal, ProposedCabinet, propose
from provision.lists.reading import read
from provision.lists.repair import Change, Repair, is_repairable, repair
from provision.lists.tables import problems_table
from provision.lists.versions import Versions, choose_newest

__all__ = [
    "CODES",
    "Address",
    "Change",
    "Difference",
    "FieldChange",
    "Group",
    "Move",
    "Preparation",
    "Proposal",
    "ProposedCabinet",
    "Repair",
    "Versions",
    "as_data",
    "check_apart",
    "check_clients",
    "check_dealer",
    "check_email",
    "check_manager",
    "check_together",
    "choose_newest",
    "company_of",
    "describe",
    "diff",
    "difference_table",
    "explain",
    "is_repairable",
    "prepare",
    "problem",
    "problems_table",
    "propose",
    "read",
    "read_name",
    "repair",
    "strike",
]
