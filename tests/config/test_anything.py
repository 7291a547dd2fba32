"""Any content of tenants.yaml gives problems with places, or an EstateError."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision import config
from provision.errors import EstateError
from provision.schema import SCHEMA
from tests.config.estates import TODAY, cabinet, distributor, estate, write
from tests.config.test_levels import LISTS

WHOLE = estate(distributor("aa", cabinet("volga", "heads: [{login: orlova, email: o@example.ru}]"), cabinet("ural")))


def keys(schema: Mapping[str, object]) -> set[str]:
    """Every key that may occur in tenants.yaml."""
    found: set[str] = set()
    for name in ("properties", "items", "additionalProperties"):
        below = schema.get(name)
        if isinstance(below, dict):
            found |= below.keys() if name == "properties" else set()
            for each in below.values() if name == "properties" else [below]:
                found |= keys(each)
    return found


WORDS = st.sampled_from(sorted(keys(SCHEMA) | {"volga", "branch", "no", "~", "08", "*", "Europe/Samara", "2026-11-03"}))
SCALARS = WORDS | st.text(max_size=5) | st.integers() | st.booleans() | st.none()
TREES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS, below, max_size=4), max_leaves=20
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lists that WHOLE names."""
    return write(tmp_path_factory.mktemp("estate"), LISTS).parent


def put(folder: Path, content: bytes) -> None:
    """load() and check() agree on the content, and what they say can be shown."""
    path = folder / "tenants.yaml"
    path.write_bytes(content)
    found = config.check(path, today=TODAY)
    mistakes = [problem for problem in found.problems if problem.code in config.CODES and problem.code < "Y10"]
    if mistakes:
        with pytest.raises(EstateError):
            config.load(path, today=TODAY)
    else:
        assert config.load(path, today=TODAY) == found
    lines = content.decode("utf-8", "replace").splitlines() or [""]
    for problem in found.problems:
        assert problem.message.ru.isprintable()
        assert problem.message.en.isprintable()
        assert problem.hint.ru
        assert problem.hint.en
    for problem in mistakes:
        assert 1 <= problem.line <= len(lines) + 1


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(folder: Path, content: bytes) -> None:
    """Any bytes."""
    put(folder, content)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text(folder: Path, content: str) -> None:
    """Any text."""
    put(folder, content.encode())


@settings(deadline=None)
@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`?, \n\t~", max_size=40))
def test_any_signs_of_yaml(folder: Path, content: str) -> None:
    """Any text made of the characters that mean something to YAML."""
    put(folder, content.encode())


@settings(deadline=None)
@given(TREES)
def test_any_tree_of_known_words(folder: Path, tree: object) -> None:
    """Known keys and values in any order and at any level (JSON is YAML)."""
    put(folder, json.dumps(tree, ensure_ascii=False).encode())


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_a_whole_estate_with_damage(folder: Path, chance: random.Random, times: int) -> None:
    """An estate with pieces cut out, doubled or moved."""
    text = WHOLE
    for _ in range(times):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randrange(1, 30))
        piece, place = text[start:end], chance.randrange(len(text))
        text = chance.choice((text[:start] + text[end:], text[:place] + piece + text[place:], text[:end]))
        text = text or WHOLE
    put(folder, text.encode())
