"""The text of a status file for the store: the quick way gives what the plain one gives."""

from hypothesis import given
from hypothesis import strategies as st

from provision.model import Installation
from provision.receive import status
from tests.receive.stage import status as made

LINES = tuple(
    Installation("Zavod", name, "m@example.ru", "smartupload", -1, "x.csv", 1) for name in ("ivanova", "petrov")
)
NAMES = st.sampled_from(["service", "path", "host", "cabinet", "kind"])
TEXTS = st.text(st.sampled_from('ab"\\\nя {},='), max_size=6)


@given(st.dictionaries(NAMES, TEXTS), st.sampled_from(["0", "-1.5e3", "+Inf", ".5"]))
def test_both_ways_agree(labels: dict[str, str], value: str) -> None:
    """Whatever labels and values the product has; its labels never take the place of ours."""
    text = status.as_text({"__name__": "kserver_x", **labels}, value, 1).replace(" 1\n", "")
    found = status.parse(made(more=text))
    plain = sorted(status.as_text(*line) for line in status.lines(found, "volga", LINES))

    quick = status.whole_text(found, "volga", LINES).splitlines(keepends=True)
    assert sorted(map(_sorted_labels, quick)) == sorted(map(_sorted_labels, plain))
    assert len(plain) == 2 * 4
    assert all(line.count('cabinet="volga"') == 1 for line in quick)


def _sorted_labels(line: str) -> tuple[str, str]:
    """The line in a form that does not depend on the order of its labels."""
    inside, _, rest = line.partition("{")[2].rpartition("} ")
    return "".join(sorted(inside)), line.partition("{")[0] + rest
