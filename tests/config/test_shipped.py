"""The estate that comes with the program, the schema as editors use it, and the page that documents it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from provision import config, lists
from provision.schema import SCHEMA, SETTINGS
from tests.config.estates import TODAY

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs/estate.md", ROOT / "docs/estate.ru.md"]


def test_the_estate_as_shipped_is_without_errors_and_warnings() -> None:
    """tenants.yaml works as it is: three companies, five cabinets, none blocked, nothing but notes."""
    estate = config.load(ROOT / "tenants.yaml", today=TODAY)

    assert {problem.level for problem in estate.problems} <= {"note"}
    assert [(each.distributor, each.id, each.profile) for each in estate.cabinets] == [
        ("romashka", "romashka", "company"),
        ("rogaikopyta", "rogaikopyta-volga", "branch"),
        ("rogaikopyta", "rogaikopyta-ural", "branch"),
        ("vektor", "vektor-siberia", "branch"),
        ("vektor", "vektor-siberia-potok", "streaming-sales"),
    ]
    assert not any(each.blocked for each in estate.cabinets)
    assert all(each.mail.keys() == {"high_priority", "usage"} for each in estate.cabinets)
    assert min(len(each.installations) for each in estate.cabinets if each.profile != "streaming-sales") >= 5
    assert len(estate.cabinets[-1].accesses) > lists.across.STREAMING_LIMIT
    assert len({each.timezone for each in estate.cabinets}) == 3


def test_a_yaml_library_without_its_c_part_will_do() -> None:
    """Where PyYAML was built without libyaml the estate loads all the same, and mistakes keep their places."""
    program = (
        "import yaml; del yaml.CSafeLoader\n"
        "from pathlib import Path; from provision import config; from provision.config import document\n"
        "assert document._LOADER is yaml.SafeLoader\n"
        "assert len(config.load(Path('tenants.yaml')).cabinets) == 5\n"
        "found = document.read('a: [\\n  b: {\\n'.encode(), shown='x', schema={})\n"
        "assert [(p.code, p.line) for p in found.problems] == [('Y01', 3)]\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_every_example_list_belongs_to_a_cabinet() -> None:
    """No list lies about that tenants.yaml does not name, and all passwords in them are plainly examples."""
    text = (ROOT / "tenants.yaml").read_text(encoding="utf-8")
    for path in (ROOT / "lists").iterdir():
        assert f"lists/{path.name}" in text
        if "online" in path.name:
            for line in path.read_text(encoding="utf-8").splitlines():
                assert re.fullmatch(r"Pw-Example-\d{4}", line.split(",")[2])


def test_the_schema_is_a_json_schema() -> None:
    """Editors can read it: JSON, valid against draft 2020-12, and every default is valid at its place."""
    Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMA)))
    for name, schema in SETTINGS.items():
        assert Draft202012Validator(schema).is_valid(schema["default"]), name


def sections(schema: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The schema and all below it."""
    yield schema
    below = schema.get("properties")
    for each in below.values() if isinstance(below, dict) else ():
        yield from sections(each)
    for name in ("items", "additionalProperties", "propertyNames"):
        each = schema.get(name)
        if isinstance(each, dict):
            yield from sections(each)


def test_every_part_of_the_schema_is_described_in_both_languages() -> None:
    """Editors show a description at every key, and messages use it as a hint."""
    for schema in sections(SCHEMA):
        ru, _, en = str(schema["description"]).partition(" / ")
        assert re.search("[а-я]", ru), schema
        assert re.search("[a-z]", en), schema
        assert not re.search("[а-яё]", en), schema
        assert "pattern" not in schema or len(str(schema["x-expected"])) > 2, schema


def test_every_section_is_closed() -> None:
    """A word that means nothing is never passed over: sections know their keys, or all of them are names."""
    for schema in sections(SCHEMA):
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False or "propertyNames" in schema


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_names_every_key_default_and_code(page: Path) -> None:
    """docs/estate.md and its Russian twin mention each key of the schema, each built-in value and each code."""
    text = page.read_text(encoding="utf-8")
    keys = {key for schema in sections(SCHEMA) for key in schema.get("properties", ())}  # type: ignore[attr-defined]  # a dict or nothing

    assert {key for key in keys if not re.search(rf"`([a-z_]+\.)?{key}(\.[a-z_]+)?`", text)} == set()
    for name, schema in SETTINGS.items():
        if schema["type"] != "object":
            written = json.dumps(schema["default"]) if schema["type"] == "array" else str(schema["default"])
            assert re.search(rf"\| `{name}` \| `{re.escape(written)}` \|", text), name
    assert {code for code in config.CODES if not re.search(rf"^\| {code} \|", text, re.MULTILINE)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_of_the_page_works(page: Path, tmp_path: Path) -> None:
    """The first example, copied unchanged, has no mistake but the lists that are not there."""
    example = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "tenants.yaml").write_text(example, encoding="utf-8")

    assert {problem.code for problem in config.load(tmp_path / "tenants.yaml").problems} == {"Y11"}
