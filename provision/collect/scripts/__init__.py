"""Scripts that send a client's reports, with its values, schedules, a checklist and a note for its security people.

The templates beside this module are filled by `@NAME@`. curl gets tokens and passwords through standard input or a
file: every user of a machine can read the arguments of its processes.
"""

from provision.collect.scripts.making import Values, files_of

__all__ = ["Values", "files_of"]
