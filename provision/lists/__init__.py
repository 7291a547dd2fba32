"""The distributor's CSV lists: read, checked, explained and mended. This is the door; the rest is nobody else's.

read()            one file: rows, problems, and an account of every line
check_together()  what needs several lines or files of one cabinet
check_apart()     what must not cross between cabinets
explain(), CODES  what a code means
"""

from provision.lists.across import check_clients, check_dealer, check_together, strike
from provision.lists.apart import Group, check_apart
from provision.lists.codes import CODES, Code
from provision.lists.explain import explain
from provision.lists.problems import problem
from provision.lists.reading import read
from provision.lists.rows import Kind, ListFile, ManagerRow, OnlineRow, Row

__all__ = [
    "CODES",
    "Code",
    "Group",
    "Kind",
    "ListFile",
    "ManagerRow",
    "OnlineRow",
    "Row",
    "check_apart",
    "check_clients",
    "check_dealer",
    "check_together",
    "explain",
    "problem",
    "read",
    "strike",
]
