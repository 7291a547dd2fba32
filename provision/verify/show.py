"""The answers as text, JSON, a table for Excel, or JUnit XML. What came from lists and stores is safe on a terminal."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as Xml

from provision.lists.tables import as_table
from provision.render.values import json_text, paint
from provision.text import Lang, Text, harmless
from provision.verify.expectations import Answer, Verdict

VERDICTS: Mapping[Verdict, tuple[Text, str]] = {
    Verdict.NEVER: (Text("нет данных", "no data"), "red"),
    Verdict.LATE: (Text("данные прекратились", "data stopped"), "red"),
    Verdict.FAILING: (Text("не отвечает", "does not answer"), "red"),
    Verdict.WRONG: (Text("неверные данные", "wrong data"), "yellow"),
    Verdict.WAITING: (Text("ждём", "awaited"), "cyan"),
    Verdict.FINE: (Text("данные приходят", "data arrive"), "green"),
    Verdict.NOTHING: (Text("данных не ждём", "nothing is expected"), ""),
}
_COLUMNS = (
    Text("кабинет", "cabinet"),
    Text("файл", "file"),
    Text("строка", "line"),
    Text("клиент", "client"),
    Text("менеджер", "manager"),
    Text("состояние", "state"),
    Text("причина", "reason"),
    Text("что делать", "what to do"),
    Text("данные с (UTC)", "data since (UTC)"),
    Text("последние (UTC)", "last (UTC)"),
)


def answers_text(answers: Sequence[Answer], *, lang: Lang, colour: bool = False, verbose: bool = False) -> str:
    """The worst first, a line each with what to do below it; lines with nothing to do are only counted.

    `verbose` shows every line.
    """
    lines: list[str] = []
    for one in answers:
        if verbose or one.overdue or one.verdict is Verdict.WAITING:
            lines += _lines(one, lang, colour=colour)
    return "\n".join([*lines, paint(answers_summary(answers, lang), "bold", on=colour)])


def _lines(one: Answer, lang: Lang, *, colour: bool) -> Iterator[str]:
    title, shade = VERDICTS[one.verdict]
    where = f"{one.origin}: " if one.origin else f"{one.cabinet}: "
    who = f"{one.subject}, {one.manager}: " if one.manager else f"{one.subject}: " if one.subject else ""
    words = [part.say(lang) for part in _words(one)]
    yield f"{paint(title.say(lang), shade, on=colour)}  {harmless(where + who)}{harmless('; '.join(words))}"
    if one.reason:
        yield harmless(f"    {one.reason.hint.say(lang)}")


def _words(one: Answer) -> Iterator[Text]:
    if one.reason:
        yield one.reason.message
    if one.until:
        yield Text(f"ждём до {_at(one.until)} UTC", f"expected by {_at(one.until)} UTC")
    if one.since and not one.overdue:
        yield Text(f"с {_at(one.since)} UTC", f"since {_at(one.since)} UTC")
    elif one.last:
        yield Text(f"последние данные {_at(one.last)} UTC", f"last data {_at(one.last)} UTC")


def answers_summary(answers: Sequence[Answer], lang: Lang) -> str:
    """How many lines are how, on one line."""
    counted = Counter(one.verdict for one in answers)
    parts = [f"{title.say(lang)} {counted[verdict]}" for verdict, (title, _) in VERDICTS.items() if counted[verdict]]
    lines = Text(f"Строк: {len(answers)}", f"Lines: {len(answers)}").say(lang)
    return f"{lines}: {', '.join(parts)}" if parts else lines


def answers_json(answers: Sequence[Answer], *, lang: Lang, **_: bool) -> str:
    """Counts and every answer; times are ISO 8601 in UTC."""
    counted = Counter(one.verdict for one in answers)
    summary = {verdict.name.lower(): counted[verdict] for verdict in Verdict}
    return json_text({"summary": summary, "lines": [_row(one, lang) for one in answers]})


def _row(one: Answer, lang: Lang) -> dict[str, Any]:
    return {
        "cabinet": one.cabinet,
        "file": one.file,
        "line": one.line,
        "client": one.subject,
        "manager": one.manager,
        "state": one.verdict.name.lower(),
        "reason": one.reason.code if one.reason else "",
        "message": one.reason.message.say(lang) if one.reason else "",
        "hint": one.reason.hint.say(lang) if one.reason else "",
        "since": _iso(one.since),
        "last": _iso(one.last),
        "until": _iso(one.until),
    }


def answers_csv(answers: Sequence[Answer], *, lang: Lang, **_: bool) -> str:
    """A table that Excel opens."""
    rows: list[Sequence[object]] = [[column.say(lang) for column in _COLUMNS]]
    for one in answers:
        reason = (one.reason.message.say(lang), one.reason.hint.say(lang)) if one.reason else ("", "")
        state = VERDICTS[one.verdict][0].say(lang)
        cells = (one.cabinet, one.file, one.line or "", one.subject, one.manager, state, *reason)
        rows.append([*(harmless(str(cell)) for cell in cells), _iso(one.since) or "", _iso(one.last) or ""])
    return as_table(rows).decode().removesuffix("\r\n")


def answers_junit(answers: Sequence[Answer], *, lang: Lang, **_: bool) -> str:
    """JUnit XML: a suite a cabinet; what somebody has to look at is a failure, what is awaited is skipped."""
    root = Xml.Element("testsuites", name="provision verify")
    for cabinet, group in groupby(sorted(answers, key=lambda one: one.cabinet), lambda one: one.cabinet):
        same = list(group)
        waiting = sum(one.verdict is Verdict.WAITING for one in same)
        numbers = {"tests": len(same), "failures": sum(one.overdue for one in same), "skipped": waiting, "errors": 0}
        suite = Xml.SubElement(root, "testsuite", {key: str(number) for key, number in numbers.items()}, name=cabinet)
        for one in same:
            name = harmless(f"{one.subject} ({one.manager})" if one.manager else one.subject)
            case = Xml.SubElement(suite, "testcase", classname=harmless(one.origin or cabinet), name=name)
            if one.overdue or one.verdict is Verdict.WAITING:
                words = "; ".join(part.say(lang) for part in _words(one))
                hint = one.reason.hint.say(lang) if one.reason else ""
                tag = "failure" if one.overdue else "skipped"
                Xml.SubElement(case, tag, message=harmless(f"{words}. {hint}"))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d.%m.%Y %H:%M")


def _iso(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else None


ANSWER_FORMATS: Mapping[str, Callable[..., str]] = {
    "text": answers_text,
    "json": answers_json,
    "csv": answers_csv,
    "junit": answers_junit,
}
