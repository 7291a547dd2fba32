"""Message templates: balanced, and a message for Telegram is never too long. Grafana itself runs them elsewhere."""

import re
from dataclasses import replace

import pytest

from dashboards import alerts
from dashboards.alerts._messages import CHAT_CASES
from tests.dashboards.boards import EVERYTHING

TEMPLATES = alerts.templates(EVERYTHING)
_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_OPENS = re.compile(r"(define|if|range|with|block)\b")
_CUT = re.compile(r'printf "%\.(\d+)s"')
_CHAT_LIMIT = 4096  # characters; Grafana 12.4 cuts what is longer
_LONGEST_NAME = 40  # of an alert; the longest has 29
_MOMENT = len("20.03.2026 13:05")


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_opened_is_closed(name: str) -> None:
    """Each define, if, range and with has its end, and no brace is alone."""
    depth = 0
    for action in _ACTION.findall(TEMPLATES[name]):
        depth += bool(_OPENS.match(action)) - (action == "end")
        assert depth >= 0
    assert depth == 0
    rest = _ACTION.sub("", TEMPLATES[name])
    assert "{{" not in rest
    assert "}}" not in rest
    assert "@" not in rest


def test_templates_call_only_each_other() -> None:
    """Every template that is called is defined once, and each file defines the one that it is called for."""
    text = "\n".join(TEMPLATES.values())
    defined = re.findall(r'define "([\w-]+)"', text)
    assert len(set(defined)) == len(defined)
    assert set(re.findall(r'template "([\w-]+)"', text)) <= set(defined)
    for name in TEMPLATES:
        assert f'define "{name}"' in TEMPLATES[name]
        assert name.startswith("smart-")


def test_times_are_of_the_cabinets_zone() -> None:
    """Moments in mails and messages are local."""
    other = alerts.templates(replace(EVERYTHING, timezone="Asia/Omsk"))
    assert 'tz "Asia/Omsk"' in other["smart-mail"]
    assert 'tz "Asia/Omsk"' in other["smart-chat"]
    assert "Europe/Samara" not in "".join(other.values())


def test_a_telegram_message_is_never_too_long() -> None:
    """Twenty cases of each state with the longest parts that the template lets through, and all its own words."""
    chat = TEMPLATES["smart-chat"]
    title, name, what, resolved_name, _, link = (int(length) for length in _CUT.findall(chat))
    subject = len(f"[RESOLVED:1000000] {'x' * _LONGEST_NAME} K1 critical")
    firing = len("• : , с ") + name + what + _MOMENT + 1
    resolved = len("• ") + resolved_name + 1
    words = len("и ещё 1000000\nЗакончилось: 1000000\nи ещё 1000000\n") + 10
    total = subject + title + link + words + CHAT_CASES * (firing + resolved)
    assert total <= _CHAT_LIMIT
    assert chat.count(f"lt $number {CHAT_CASES}") == 2


def test_texts_of_mass_alerts_fit_into_a_line() -> None:
    """What is cut off in Telegram is no more than an address: the words themselves fit."""
    (length,) = {
        int(one) for one in re.findall(r'printf "%\.(\d+)s" \.Annotations\.summary \}\}, с', TEMPLATES["smart-chat"])
    }
    for group in alerts.rule_groups(EVERYTHING):
        for rule in group.rules:
            words = re.sub(r"\{\{.*?\}\}", "", rule["annotations"]["summary"])
            assert len(words) <= length, rule["title"]
