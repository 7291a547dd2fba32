"""The sentences that text and Markdown share: counted nouns, summaries, reasons with their hints."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from provision.plan import Action, CabinetPlan, Change, Outcome, Outcomes, Plan, SharedPlan
from provision.render.values import changed_parts
from provision.text import Lang, Text, harmless

MARKS: Mapping[Action, str] = {"create": "+", "update": "~", "delete": "-"}
PARTS_SHOWN = 4  # so many differing parts of an object fit on its line
NAMES_SHOWN = 6

EMPTY = Text("пусто", "empty")
WANTED = Text("нужно", "wanted")
UNMANAGED = Text("без нашей метки, не трогаем", "without our mark, left alone")
GONE = Text("есть в Grafana, в описании больше нет", "is in Grafana, no longer described")
GONE_FROM: Mapping[str, Text] = {
    "suspended": Text("кабинет приостановлен", "the cabinet is suspended"),
    "absent": Text("кабинет удаляется", "the cabinet is taken away"),
}
REFUSED = Text("Отказ, здесь ничего не будет записано", "Refused, nothing will be written here")
WAS_REFUSED = Text("Отказ, здесь ничего не записано", "Refused, nothing was written here")
HINT = Text("Подсказка", "Hint")
ORPHANS = Text("Кабинетов этих объектов в файле нет", "The file has no cabinet for these")
ORPHANS_HINT = Text(
    "Верните кабинет с его id (убирает его state: absent) или удалите это сами",
    "Bring the cabinet back with its id (state: absent removes it), or delete these by hand",
)
DIGEST = Text("Отпечаток плана", "Plan digest")
SHARED = Text("Общее для всех кабинетов: хранилища, сервер", "Shared by all cabinets: stores, server")

Part = SharedPlan | CabinetPlan


def counted(number: int, russian: tuple[str, str, str], english: tuple[str, str]) -> Text:
    """`counted(3, ("план", "плана", "планов"), ("plan", "plans"))` is «3 плана», "3 plans"."""
    tens, ones = number % 100, number % 10
    few = 2 <= ones <= 4 and not 12 <= tens <= 14
    form = 0 if ones == 1 and tens != 11 else 1 if few else 2
    return Text(f"{number} {russian[form]}", f"{number} {english[number != 1]}")


def cabinets(number: int) -> Text:
    return counted(number, ("кабинет", "кабинета", "кабинетов"), ("cabinet", "cabinets"))


def where(busy: Iterable[Part]) -> Text:
    """«в 3 кабинетах»; «в хранилищах» where the change is only in what all cabinets share."""
    number = sum(isinstance(part, CabinetPlan) for part in busy)
    if not number:
        return Text("в хранилищах", "in the stores")
    said = counted(number, ("кабинете", "кабинетах", "кабинетах"), ("cabinet", "cabinets"))
    return Text(f"в {said.ru}", f"in {said.en}")


def objects(number: int) -> Text:
    return counted(number, ("объект", "объекта", "объектов"), ("object", "objects"))


def count_actions(changes: Iterable[Change]) -> dict[Action, int]:
    """How many creates, updates and deletes; all three are there, in this order."""
    found = Counter(change.action for change in changes)
    return {action: found[action] for action in MARKS}


def plan_summary(plan: Plan) -> Text:
    """What the plan would do, in one line."""
    counts = count_actions(plan.writable)
    busy = where(part for part in plan.parts if part.changes and not refusal(part))
    create, update, delete = counts.values()
    said = (
        Text(f"Создать {create}, изменить {update}, удалить {delete} {busy.ru}",
             f"Create {create}, update {update}, delete {delete} {busy.en}")
        if any(counts.values())
        else Text("Записывать нечего", "Nothing to write")
    )  # fmt: skip
    refused = sum(cabinet.refused is not None for cabinet in plan.cabinets)
    looked_at = [one for part in plan.parts for one in part.unmanaged]
    settings = sum("set" in one.spec for one in looked_at)
    unmanaged = len(looked_at) - settings
    if refused:
        said = Text(f"{said.ru}. Отказано: {cabinets(refused).ru}", f"{said.en}. Refused: {cabinets(refused).en}")
    if excluded := sum(plan.excluded_lines.values()):
        said = Text(
            f"{said.ru}. Строк списков исключено из-за ошибок: {excluded} (provision check)",
            f"{said.en}. Lines of lists excluded by errors: {excluded} (provision check)",
        )
    if unmanaged:
        what = objects(unmanaged)
        said = Text(f"{said.ru}. Без нашей метки: {what.ru}", f"{said.en}. Without our mark: {what.en}")
    if settings:
        said = Text(f"{said.ru}. Настроек сервера: {settings}", f"{said.en}. Settings of the server: {settings}")
    return said


def outcome_summary(plan: Plan, outcomes: Outcomes) -> Text:
    """What was written and where it was not, in one line. Cabinets without an outcome were not begun."""
    parts: list[tuple[Part, Sequence[Outcome]]]
    parts = [(plan.shared, outcomes.shared), *((one.plan, one.outcomes) for one in outcomes.cabinets)]
    written = [(part, [one.change for one in found if one.status == "done"]) for part, found in parts]
    create, update, delete = count_actions(change for _, changes in written for change in changes).values()
    busy = where(part for part, changes in written if changes)
    said = (
        Text(f"Создано {create}, изменено {update}, удалено {delete} {busy.ru}",
             f"Created {create}, updated {update}, deleted {delete} {busy.en}")
        if any(changes for _, changes in written)
        else Text("Ничего не записано", "Nothing was written")
    )  # fmt: skip
    states = [outcome.status for outcome in outcomes.cabinets]
    for number, word in (
        (states.count("unchanged"), Text("Без изменений", "Unchanged")),
        (states.count("failed"), Text("Не удалось", "Failed")),
        (states.count("refused"), Text("Отказано", "Refused")),
        (len(plan.cabinets) - len(states), Text("Не начато", "Not begun")),
    ):
        if number:
            count = cabinets(number)
            said = Text(f"{said.ru}. {word.ru}: {count.ru}", f"{said.en}. {word.en}: {count.en}")
    return said


def state_word(cabinet: CabinetPlan) -> Text | None:
    """The state of a cabinet that is not in use; None for one that is."""
    if cabinet.state == "suspended":
        return Text("приостановлен", "suspended")
    if cabinet.state == "absent":
        return Text("на удаление", "to be removed") if cabinet.changes else Text("удалён", "removed")
    return None


def unchanged_line(quiet: Sequence[CabinetPlan]) -> Text:
    """«Без изменений: 12 кабинетов: a, b (приостановлен), c …», ids as they are."""
    ru, en = (", ".join(_named(cabinet, lang) for cabinet in quiet[:NAMES_SHOWN]) for lang in (0, 1))
    more = " …" if len(quiet) > NAMES_SHOWN else ""
    count = cabinets(len(quiet))
    return Text(f"Без изменений: {count.ru}: {ru}{more}", f"Unchanged: {count.en}: {en}{more}")


def _named(cabinet: CabinetPlan, lang: int) -> str:
    state = state_word(cabinet)
    return f"{cabinet.cabinet} ({state[lang]})" if state else cabinet.cabinet


def refusal(part: Part) -> Text | None:
    """Why nothing of this part is written; what all cabinets share is never refused."""
    return part.refused if isinstance(part, CabinetPlan) else None


def is_quiet(part: Part, *, unmanaged: bool) -> bool:
    """Whether there is nothing to report about this part."""
    return not (refusal(part) or part.changes or (unmanaged and part.unmanaged))


def why(change: Change, part: Part, lang: Lang) -> str:
    """Where the desired state comes from, for an update which parts differ, and the change's note.

    People of a suspended cabinet are still in the description, so a deletion there has that reason.
    """
    note = f". {harmless(change.note.say(lang))}" if change.note else ""
    if change.before is None or change.after is None:
        gone = GONE_FROM.get(part.state, GONE) if isinstance(part, CabinetPlan) else GONE
        return (gone.say(lang) if change.action == "delete" else harmless(change.origin)) + note
    parts = changed_parts(change.before.spec, change.after.spec)
    shown = ", ".join(parts[:PARTS_SHOWN])
    if len(parts) > PARTS_SHOWN:
        more = len(parts) - PARTS_SHOWN
        shown += Text(f" и ещё {more}", f" and {more} more").say(lang)
    return harmless(f"{change.origin}: {shown}" if shown else change.origin) + note


def with_hint(text: Text, hint: Text | None, lang: Lang) -> str:
    """`Reason. Hint: what to do.`, on one line."""
    reason = _sentence(text.say(lang))
    advice = _sentence(hint.say(lang)) if hint else ""
    return f"{reason} {HINT.say(lang)}: {advice}" if advice else reason


def _sentence(text: str) -> str:
    """The text harmless and with a full stop; "" stays empty."""
    said = harmless(text.strip())
    return said if not said or said.endswith((".", "!", "?", "…")) else f"{said}."
