"""What no schema can see in tenants.yaml: names of nothing, names used twice, settings that do not go together."""

from collections.abc import Iterator

from provision.config import mistakes
from provision.config.document import Document, YamlPath
from provision.config.tenants import Entry, section
from provision.model import Problem
from provision.text import Text


def find(documents: list[Document], entries: list[Entry]) -> list[Problem]:
    """The problems between the parts of the estate. `entries` may lack cabinets that are wrong in themselves."""
    cabinets: dict[str, list[str]] = {}
    for each in documents:
        for name, distributor in section(each.data, "distributors").items():
            cabinets.setdefault(name, []).extend(section(distributor, "cabinets"))
    problems = [*_incomplete(documents), *_twice(documents), *_same_titles(entries)]
    for entry in entries:
        problems += _profile(entry, section(documents[0].data, "profiles"))
        problems += _branch(entry, cabinets[entry.distributor], entries)
        problems += _heads(entry)
    return problems


def _incomplete(documents: list[Document]) -> Iterator[Problem]:
    main = documents[0]
    if not isinstance(main.data, dict):
        return
    for key in ("stores", "profiles"):
        if key not in main.data and not (key == "profiles" and "kinds" in main.data):
            message = Text(f"нет раздела «{key}»", f"the section `{key}` is missing")
            hint = Text("Он описан в docs/estate.ru.md.", "It is described in docs/estate.md.")
            yield main.problem("Y02", (), message, hint)
    if all("distributors" not in section({"": each.data}, "") for each in documents):
        message = Text("кабинетов ещё нет", "there are no cabinets yet")
        hint = Text(
            "Первый сделает provision new; готовый раздел distributors впишите сюда или назовите его файлы в include.",
            "provision new makes the first one; write a section distributors here, or name its files in include.",
        )
        yield main.problem("Y19", (), message, hint)


def _twice(documents: list[Document]) -> Iterator[Problem]:
    """Y06 for distributors and cabinets of one id."""
    first: dict[tuple[str, str], str] = {}
    for each in documents:
        for name, distributor in section(each.data, "distributors").items():
            below = [("distributors", name, "cabinets", cabinet) for cabinet in section(distributor, "cabinets")]
            for path in [("distributors", name), *below]:
                what = (path[-2], path[-1])
                if what in first:
                    yield _taken(each, path, first[what], at_key=True)
                first.setdefault(what, each.origin(path))


def _same_titles(entries: list[Entry]) -> Iterator[Problem]:
    """Y06 for cabinets whose titles differ in letter case and spaces at most."""
    first: dict[str, str] = {}
    for entry in entries:
        title, path = " ".join(entry.own["title"].split()).casefold(), (*entry.path, "title")
        if title in first:
            yield _taken(entry.document, path, first[title], at_key=False)
        first.setdefault(title, entry.document.origin(path))


def _taken(document: Document, path: YamlPath, place: str, *, at_key: bool) -> Problem:
    message = Text(f"это имя уже занято: {place}", f"this name is taken: {place}")
    hint = Text("Имена кабинетов и дистрибьюторов не повторяются.", "Names of cabinets and distributors do not repeat.")
    return document.problem("Y06", path, message, hint, at_key=at_key)


def _profile(entry: Entry, profiles: dict[str, object]) -> Iterator[Problem]:
    if entry.own["profile"] not in profiles and profiles:
        yield mistakes.no_such(entry.document, (*entry.path, "profile"), entry.own["profile"], profiles)


def _branch(entry: Entry, cabinets: list[str], entries: list[Entry]) -> Iterator[Problem]:
    """Problems of `belongs_to`: it names a cabinet of the same distributor that belongs to no other."""
    branch, path = entry.own.get("belongs_to"), (*entry.path, "belongs_to")
    if branch is None:
        return
    if branch not in cabinets:
        yield mistakes.no_such(entry.document, path, branch, [name for name in cabinets if name != entry.id])
    elif any(other.id == branch and "belongs_to" in other.own for other in entries):
        message = Text(
            f"{branch} сам принадлежит кабинету" if branch != entry.id else "кабинет принадлежит сам себе",
            f"{branch} belongs to a cabinet itself" if branch != entry.id else "the cabinet belongs to itself",
        )
        hint = Text("Назовите кабинет филиала или удалите ключ.", "Name the branch's cabinet, or delete the key.")
        yield entry.document.problem("Y08", path, message, hint, value=branch)


def _heads(entry: Entry) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, head in enumerate(entry.own.get("heads", ())):
        path = (*entry.path, "heads", number, "login")
        line = first.setdefault(head["login"].lower(), number)
        if line != number:
            place = entry.document.origin((*entry.path, "heads", line, "login"))
            message = Text(f"этот логин уже есть: {place}", f"this login is there already: {place}")
            hint = Text("Один человек — одна запись.", "One person, one entry.")
            yield entry.document.problem("Y06", path, message, hint, value=head["login"])
