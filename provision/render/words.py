"""The sentences that text and Markdown share: counted nouns, summaries, reasons with their hints."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from provision.model import Ref
from provision.plan import Action, CabinetOutcome, CabinetPlan, Change, Plan
from provision.render.values import changed_parts, harmless
from provision.text import Lang, Text

# What each kind of resource is called. The caller gives it; a kind without a name is shown as it is.
KindNames = Mapping[str, Text]
NO_NAMES: KindNames = MappingProxyType({})

SIGNS: Mapping[Action, str] = {"create": "+", "update": "~", "delete": "-"}
PARTS_SHOWN = 4  # so many differing parts of an object fit on its line
NAMES_SHOWN = 6

UNMARKED = Text("без нашей метки, не трогаем", "without our mark, left alone")
GONE = Text("есть в Grafana, в описании больше нет", "is in Grafana, no longer described")
REFUSED = Text("Отказ, здесь ничего не будет записано", "Refused, nothing will be written here")
WAS_REFUSED = Text("Отказ, здесь ничего не записано", "Refused, nothing was written here")
HINT = Text("Подсказка", "Hint")
DIGEST = Text("Отпечаток плана", "Plan digest")


def counted(number: int, russian: tuple[str, str, str], english: tuple[str, str]) -> Text:
    """`counted(3, ("план", "плана", "планов"), ("plan", "plans"))` is «3 плана», "3 plans"."""
    tens, ones = number % 100, number % 10
    few = 2 <= ones <= 4 and not 12 <= tens <= 14
    form = 0 if ones == 1 and tens != 11 else 1 if few else 2
    return Text(f"{number} {russian[form]}", f"{number} {english[number != 1]}")


def cabinets(number: int) -> Text:
    return counted(number, ("кабинет", "кабинета", "кабинетов"), ("cabinet", "cabinets"))


def where(busy: Iterable[CabinetPlan]) -> Text:
    """«в 3 кабинетах»; «в хранилищах» where the change is only in what all cabinets share."""
    number = sum(not cabinet.shared for cabinet in busy)
    if not number:
        return Text("в хранилищах", "in the stores")
    said = counted(number, ("кабинете", "кабинетах", "кабинетах"), ("cabinet", "cabinets"))
    return Text(f"в {said.ru}", f"in {said.en}")


def objects(number: int) -> Text:
    return counted(number, ("объект", "объекта", "объектов"), ("object", "objects"))


def writable(plan: Plan) -> tuple[Change, ...]:
    """The changes that would be written: those of every cabinet that is not refused."""
    return tuple(change for cabinet in plan.cabinets if not cabinet.refused for change in cabinet.changes)


def count_actions(changes: Iterable[Change]) -> dict[Action, int]:
    """How many creates, updates and deletes; all three are there, in this order."""
    found = Counter(change.action for change in changes)
    return {action: found[action] for action in SIGNS}


def plan_summary(plan: Plan) -> Text:
    """What the plan would do, in one line."""
    counts = count_actions(writable(plan))
    busy = where(cabinet for cabinet in plan.cabinets if cabinet.changes and not cabinet.refused)
    create, update, delete = counts.values()
    said = (
        Text(f"Создать {create}, изменить {update}, удалить {delete} {busy.ru}",
             f"Create {create}, update {update}, delete {delete} {busy.en}")
        if any(counts.values())
        else Text("Записывать нечего", "Nothing to write")
    )  # fmt: skip
    refused = sum(cabinet.refused is not None for cabinet in plan.cabinets)
    unmarked = sum(len(cabinet.unmanaged) for cabinet in plan.cabinets)
    if refused:
        said = Text(f"{said.ru}. Отказано: {cabinets(refused).ru}", f"{said.en}. Refused: {cabinets(refused).en}")
    if unmarked:
        what = objects(unmarked)
        said = Text(f"{said.ru}. Без нашей метки: {what.ru}", f"{said.en}. Without our mark: {what.en}")
    return said


def outcome_summary(outcomes: Sequence[CabinetOutcome], planned: int) -> Text:
    """What was written and where it was not, in one line; `planned` is the number of cabinets in the plan."""
    written = [[one.change for one in outcome.outcomes if one.status == "done"] for outcome in outcomes]
    create, update, delete = count_actions(change for changes in written for change in changes).values()
    busy = where(outcome.plan for outcome, changes in zip(outcomes, written, strict=True) if changes)
    said = (
        Text(f"Создано {create}, изменено {update}, удалено {delete} {busy.ru}",
             f"Created {create}, updated {update}, deleted {delete} {busy.en}")
        if any(written)
        else Text("Ничего не записано", "Nothing was written")
    )  # fmt: skip
    states = [outcome.status for outcome in outcomes if not outcome.plan.shared]
    for number, word in (
        (states.count("unchanged"), Text("Без изменений", "Unchanged")),
        (states.count("failed"), Text("Не удалось", "Failed")),
        (states.count("refused"), Text("Отказано", "Refused")),
        (planned - len(states), Text("Не начато", "Not begun")),
    ):
        if number:
            count = cabinets(number)
            said = Text(f"{said.ru}. {word.ru}: {count.ru}", f"{said.en}. {word.en}: {count.en}")
    return said


def state_word(cabinet: CabinetPlan) -> Text | None:
    """What is said of a cabinet that is not in use; None of one that is."""
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


def is_quiet(cabinet: CabinetPlan, *, unmanaged: bool) -> bool:
    """Whether there is nothing to tell about the cabinet."""
    return not (cabinet.refused or cabinet.changes or (unmanaged and cabinet.unmanaged))


def why(change: Change, lang: Lang) -> str:
    """Where the wish comes from and, for an update, which parts differ."""
    if change.before is None or change.after is None:
        return GONE.say(lang) if change.action == "delete" else harmless(change.origin)
    parts = changed_parts(change.before.spec, change.after.spec)
    shown = ", ".join(parts[:PARTS_SHOWN])
    if len(parts) > PARTS_SHOWN:
        more = len(parts) - PARTS_SHOWN
        shown += Text(f" и ещё {more}", f" and {more} more").say(lang)
    return harmless(f"{change.origin}: {shown}" if shown else change.origin)


def kind_name(ref: Ref, kinds: KindNames, lang: Lang) -> str:
    """The kind in the reader's language."""
    return harmless(kinds[ref.kind].say(lang) if ref.kind in kinds else ref.kind)


def with_hint(text: Text, hint: Text | None, lang: Lang) -> str:
    """`Reason. Hint: what to do.`, on one line."""
    reason = _sentence(text.say(lang))
    advice = _sentence(hint.say(lang)) if hint else ""
    return f"{reason} {HINT.say(lang)}: {advice}" if advice else reason


def _sentence(text: str) -> str:
    """The text harmless and with a full stop; "" stays empty."""
    said = harmless(text.strip())
    return said if not said or said.endswith((".", "!", "?", "…")) else f"{said}."
