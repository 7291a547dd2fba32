"""Rows kept small are the rows they were, and equal ones are found whatever their hashes."""

from hypothesis import given
from hypothesis import strategies as st

from provision.lists.index import Joined, repeats
from provision.model import Installation, OnlineAccess, Row, Rows

WORDS = st.text(st.characters(exclude_characters=",\n"), max_size=12)
WHO = st.sampled_from([("ivanova", "ivanova@example.ru"), ("petrov", "petrov@example.ru")])


@st.composite
def managers(draw: st.DrawFn) -> list[Row]:
    """Any rows of a managers list, few managers among them, so that much is shared."""
    count = draw(st.integers(0, 40))
    return [
        Installation(draw(WORDS), *draw(WHO), draw(st.sampled_from(["http", "smartupload"])), -1, "a.csv", line)
        for line in range(3, 3 + count)
    ]


@st.composite
def accesses(draw: st.DrawFn) -> list[Row]:
    """Any rows of an online list."""
    count = draw(st.integers(0, 40))
    where = ("online1.example.ru", "docs", "https")
    return [
        OnlineAccess(draw(WORDS), draw(WORDS), draw(WORDS), *where, *draw(WHO), "b.csv", line)
        for line in range(1, 1 + 2 * count, 2)
    ]


@given(managers(), accesses())
def test_rows_come_back_as_they_were(installations: list[Row], online: list[Row]) -> None:
    """One by one, from both ends, in slices and all together."""
    both = (Rows("managers", "a.csv", installations), installations), (Rows("online", "b.csv", online), online)
    for kept, rows in both:
        assert list(kept) == rows
        assert [kept[number] for number in range(len(rows))] == rows
        assert [kept[-number] for number in range(1, len(rows) + 1)] == rows[::-1]
        assert list(kept[1:-1]) == rows[1:-1]
        assert list(kept.lines) == [row.line for row in rows]


@given(accesses(), st.sets(st.integers(1, 40)))
def test_without_some_lines(rows: list[Row], lines: set[int]) -> None:
    """Every row of another line stays, in order."""
    assert list(Rows("online", "b.csv", rows).without(lines)) == [row for row in rows if row.line not in lines]


@given(managers())
def test_the_first_of_those_that_share(rows: list[Row]) -> None:
    """Of all rows with equal fields but the first, the first row is given."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        seen.setdefault(row.fields[1:], row)
    assert list(Rows("managers", "a.csv", rows).firsts()) == list(seen.values())


@given(managers(), managers())
def test_lists_joined(before: list[Row], after: list[Row]) -> None:
    """Rows of several lists are numbered through, empty lists among them or not."""
    both = [*before, *after]
    joined = Joined([Rows("managers", "a.csv", before), Rows("managers", "a.csv"), Rows("managers", "a.csv", after)])
    assert len(joined) == len(both)
    assert list(joined) == [joined[number] for number in range(len(both))] == both
    assert list(joined.own()) == [row.own for row in both]
    assert list(joined.parts(len)) == [(row.own, 4) for row in both]
    assert [joined.part(number) for number in range(len(both))] == [(row.own, row.shared) for row in both]


# hash(-1) == hash(-2), and hash(n) == hash(n + 2**61 - 1): keys that differ although their hashes do not.
CLASHING = st.lists(st.sampled_from([-1, -2, 0, 2**61 - 1, 2 * (2**61 - 1), 7]))


@given(CLASHING)
def test_repeats_are_equal_keys_and_not_equal_hashes(keys: list[int]) -> None:
    """Each repeat comes with the first of its key, even where other keys have the same hash."""
    first: dict[int, int] = {}
    for number, key in enumerate(keys):
        first.setdefault(key, number)
    wanted = [(number, first[key]) for number, key in enumerate(keys) if first[key] != number]
    assert list(repeats(keys, keys.__getitem__)) == wanted
