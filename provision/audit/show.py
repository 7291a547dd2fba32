"""A report as text, JSON or JUnit XML. None shows an answer; whatever came from a server is harmless on a terminal."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from provision.audit.findings import Finding, Report, Verdict, count
from provision.text import Lang, Text, harmless

_VERDICTS: Mapping[Verdict, Text] = {
    "held": Text("закрыто", "held"),
    "leaked": Text("УТЕЧКА", "LEAKED"),
    "untried": Text("не удалось проверить", "could not be tried"),
}
_SHOWN = 5  # attempts of one way that could not be tried for one reason; JSON and JUnit name all


def report_text(report: Report, *, lang: Lang) -> str:
    """Counts a cabinet; every leak; every attempt that could not be tried, those of one way and reason together."""
    lines = [line for cabinet in report.cabinets for line in _cabinet(cabinet, report.of(cabinet), lang)]
    total = count(report.findings)
    lines.append(Text("Всего: ", "Total: ").say(lang) + _counts(report.findings, lang))
    if total["untried"]:
        warning = Text(
            f"ВНИМАНИЕ: не удалось проверить: {total['untried']}. Закрыты ли там кабинеты, неизвестно",
            f"WARNING: could not be tried: {total['untried']}. They do not show that the cabinets are closed",
        )
        lines.append(warning.say(lang))
    return "\n".join(map(harmless, lines))


def _cabinet(cabinet: str, findings: Sequence[Finding], lang: Lang) -> Iterator[str]:
    yield f"{cabinet}: {_counts(findings, lang)}"
    for finding in findings:
        if finding.verdict == "leaked":
            against = f" → {finding.victim}" if finding.victim else ""
            what, why = finding.what.say(lang), finding.why.say(lang)
            yield f"  {_VERDICTS['leaked'].say(lang)}{against}: {finding.way.say(lang)}: {what}: {why}"
    untried = [finding for finding in findings if finding.verdict == "untried"]
    for (victim, way, why), group in groupby(untried, lambda one: (one.victim, one.way, one.why)):
        same = list(group)
        whole = len(same) == sum(one.way == way and one.victim == victim for one in findings)
        what = Text(f"все {len(same)}", f"all {len(same)}").say(lang)
        if not whole or len(same) == 1:
            what = "; ".join(one.what.say(lang) for one in same[:_SHOWN])
            if (rest := len(same) - _SHOWN) > 0:
                what += Text(f" и ещё {rest}", f" and {rest} more").say(lang)
        against = f" → {victim}" if victim else ""
        named = way.say(lang) if what == way.say(lang) else f"{way.say(lang)}: {what}"
        yield f"  {_VERDICTS['untried'].say(lang)}{against}: {named}: {why.say(lang)}"


def _counts(findings: Sequence[Finding], lang: Lang) -> str:
    counted = count(findings)
    return ", ".join(f"{name.say(lang)} {counted[verdict]}" for verdict, name in _VERDICTS.items())


def report_json(report: Report, *, lang: Lang) -> str:
    """Summary, counts a cabinet and every finding."""
    cabinets = [{"cabinet": one, **_numbers(report.of(one))} for one in report.cabinets]
    findings = [
        {
            "cabinet": one.cabinet,
            "victim": one.victim,
            "way": one.way.say(lang),
            "attempt": one.what.say(lang),
            "verdict": one.verdict,
            "why": one.why.say(lang),
        }
        for one in report.findings
    ]
    whole = {"summary": _numbers(report.findings), "cabinets": cabinets, "findings": findings}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _numbers(findings: Sequence[Finding]) -> dict[str, int]:
    counted = count(findings)
    return {verdict: counted[verdict] for verdict in _VERDICTS}


def report_junit(report: Report, *, lang: Lang) -> str:
    """JUnit XML: a suite a cabinet; a leak is a failure, what could not be tried is skipped."""
    root = Xml.Element("testsuites", name="provision audit")
    for cabinet in report.cabinets:
        findings = report.of(cabinet)
        counted = _numbers(findings)
        numbers = {"tests": len(findings), "failures": counted["leaked"], "skipped": counted["untried"], "errors": 0}
        suite = Xml.SubElement(root, "testsuite", {key: str(number) for key, number in numbers.items()}, name=cabinet)
        for one in findings:
            against = f" → {one.victim}" if one.victim else ""
            names = {"classname": f"{cabinet}{against}: {one.way.say(lang)}", "name": one.what.say(lang)}
            case = Xml.SubElement(suite, "testcase", {key: harmless(text) for key, text in names.items()})
            if one.verdict != "held":
                tag = "failure" if one.verdict == "leaked" else "skipped"
                Xml.SubElement(case, tag, message=harmless(one.why.say(lang)))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


REPORT_FORMATS: Mapping[str, Callable[..., str]] = {
    "text": report_text,
    "json": report_json,
    "junit": report_junit,
}
