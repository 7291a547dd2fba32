"""tenants.yaml and its lists as an Estate: load(), and check(), which never raises. CODES says what can be wrong."""

from datetime import date
from pathlib import Path

from provision.config import references, tenants
from provision.config.cabinets import build
from provision.config.codes import CODES
from provision.errors import EstateError
from provision.model import Estate, Problem
from provision.text import Text

__all__ = ["CODES", "check", "load"]


def load(path: Path, *, today: date | None = None) -> Estate:
    """The estate at `path`. Raises EstateError, which names every mistake, where the file cannot be used."""
    estate = check(path, today=today)
    mistakes = [problem for problem in estate.problems if problem.code in CODES and problem.code < "Y10"]
    if mistakes:
        ru, en = ("\n".join(_line(problem, lang) for problem in mistakes) for lang in (0, 1))
        raise EstateError(Text(f"{path}: так кабинеты не описать\n{ru}", f"{path} cannot be used\n{en}"))
    return estate


def check(path: Path, *, today: date | None = None) -> Estate:
    """The same with the mistakes of the file among the problems, and no cabinets where it has any."""
    documents = tenants.read(path)
    entries = list(tenants.entries(documents))
    problems = [problem for each in documents for problem in each.problems] + references.find(documents, entries)
    problems = problems or references.no_home(entries)
    if problems:
        order = {each.shown: number for number, each in enumerate(documents)}
        return Estate((), tuple(sorted(problems, key=lambda each: (order[each.file], each.line, each.column))))
    return build(entries, documents[0].data["stores"], today=today)


def _line(problem: Problem, lang: int) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    return f"  {place}: {problem.message[lang]}. {problem.hint[lang]}"
