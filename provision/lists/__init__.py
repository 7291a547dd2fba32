"""The distributor's CSV lists: read and checked. Other packages import only from here and from `technician`.

read()            one file: rows, problems, and an account of every line
check_together()  what needs several lines or files of one cabinet
check_apart()     what must not cross between cabinets
CODES             what can be wrong
company_of()      whose list it is, by its name
choose_newest()   which of several dated lists is in force
"""

from provision.lists.across import check_clients, check_dealer, check_together, strike
from provision.lists.apart import Address, Group, check_apart
from provision.lists.codes import CODES
from provision.lists.naming import company_of, read_name
from provision.lists.people import check_email, check_manager
from provision.lists.reading import read
from provision.lists.versions import choose_newest

__all__ = [
    "CODES",
    "Address",
    "Group",
    "check_apart",
    "check_clients",
    "check_dealer",
    "check_email",
    "check_manager",
    "check_together",
    "choose_newest",
    "company_of",
    "read",
    "read_name",
    "strike",
]
