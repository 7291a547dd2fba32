"""An installation or access on the lines of two managers: reports and polls come with the first one's name alone."""

from provision.model import Cabinet, Installation, OnlineAccess
from provision.verify.expectations import Evidence, Heard, Verdict, judge
from tests.alerting.cabinets import make_cabinet

NOW = 1_800_000_000.0
HOUR = 3600


def cabinet() -> Cabinet:
    """Two lines of one installation, and two of one access."""
    script = ("smartupload", -1, "x.csv")
    access = ("Ромашка", "u1", "Pw-Example-1", "online1.example.ru", "docs", "https")
    return make_cabinet(
        installations=[
            Installation("Romashka", who, "", *script, line) for line, who in enumerate(("ivanova", "petrov"), 1)
        ],
        accesses=[OnlineAccess(*access, who, "", "y.csv", line) for line, who in enumerate(("ivanova", "petrov"), 1)],
    )


def test_the_second_manager_misses_nothing() -> None:
    """All four lines are well; had they come under a third name, all would be wrong."""
    who = ("u1", "online1.example.ru", "docs")
    for manager, verdict in (("ivanova", Verdict.FINE), ("sidorova", Verdict.WRONG)):
        fresh = Heard(NOW - 30 * HOUR, NOW - 600, NOW - 660)
        evidence = Evidence(
            now=NOW,
            reports={("Romashka", manager): fresh},
            polls={who: {manager: Heard(NOW - 30 * HOUR, NOW - 600, 1)}},
            registered={"Romashka": NOW - 40 * HOUR, who: NOW - 40 * HOUR},
        )

        assert [one.verdict for one in judge(cabinet(), evidence)] == [verdict] * 4


def test_an_old_report_that_came_late_is_no_shift_of_the_zone() -> None:
    """Ten days and no minute old: sent by hand or after an outage. Three hours: the zone is wrong."""
    for hours, verdict in ((240, Verdict.FINE), (3, Verdict.WRONG)):
        heard = Heard(NOW - 600, NOW - 600, NOW - 600 - hours * HOUR)
        evidence = Evidence(now=NOW, reports={("Romashka", "ivanova"): heard}, registered={"Romashka": NOW - HOUR})

        assert judge(cabinet(), evidence, ("report",))[0].verdict is verdict


def test_checks_that_begin_one_by_one_are_awaited() -> None:
    """A page that did not answer says nothing of the port before the port was tried; nor do refused sign-ins."""
    who, began = ("x.example.ru:80", "ivanova"), NOW - 60
    one = make_cabinet(installations=[Installation(*who, "", "http", -1, "x.csv", 1)])

    def verdict(**checks: float) -> tuple[Verdict, str]:
        heard = {name: Heard(began, NOW - 10, value) for name, value in checks.items()}
        evidence = Evidence(now=NOW, checks={who: heard}, registered={who[0]: began}, codes={who: {"http200": 0}})
        (answer,) = judge(one, evidence, ("checks",))
        return answer.verdict, answer.reason.code if answer.reason else ""

    assert verdict(http200=0) == (Verdict.WAITING, "no-probes")
    assert verdict(auth=0) == (Verdict.WAITING, "no-probes")
    assert verdict(tcp=1, http200=0) == (Verdict.FAILING, "no-answer")
    assert verdict(tcp=1, icmp=0, http200=1) == (Verdict.FINE, "")
