"""The series that an installation's hourly reports amount to."""

from provision.stores.sample_data.account import MTD
from provision.stores.sample_data.registry import OPERUP_FILES, kind, legal_name, regnum
from provision.stores.sample_data.sink import SeriesSink, stamps
from provision.stores.sample_data.site import Site

_USER_METRICS = (
    *(f"kodeks_user_{name}_mtd" for name in MTD),
    *("kodeks_user_db_requests_hour", "kodeks_user_docs_saved_hour", "kodeks_user_search_empty_hour"),
    "kodeks_user_db_requests_60d",
)
_DB_ERRORS = (("Invalid protect string", "2007"), ("Том базы данных уже подключен", "1"))


def write_totals(site: Site, series: SeriesSink) -> None:
    """Adds the series of the installation as a whole."""
    labels, joined = site.labels, stamps(site.reports)
    for name, values in site.totals.items():
        series.add(f"kodeks_{name}", labels, joined, ",".join(map(str, values)))
    for domain, values in sorted(site.by_domain.items()):
        series.add("kodeks_domain_licenses_used", {**labels, "domain": domain}, joined, ",".join(map(str, values)))
    for name, values in site.links.items():
        series.add("kodeks_kassist_links_hour", {**labels, "kind": name}, joined, ",".join(map(str, values)))
    ends = site.clock.now + (10 + site.number * 37 % 400) * 86400
    constant = ",".join([str(ends)] * len(site.reports))
    series.add("kodeks_license_expiry_timestamp_seconds", labels, joined, constant)
    series.add("kodeks_contract_end_timestamp_seconds", labels, stamps(site.reports[:1]), str(ends + 30 * 86400))
    without_key = {time for outage in site.troubles if "key" in outage.fault.checks for time in outage.of(site.reports)}
    states = ",".join("0" if time in without_key else "1" for time in site.reports)
    series.add("kodeks_senselock_state", labels, joined, states)
    info = {"legal_name": legal_name(site.subject), "regnum": regnum(site.subject), "kind": kind(site.subject)}
    series.add("kodeks_installation_info", {**labels, **info}, joined, ",".join(["1"] * len(site.reports)))
    for place, file in enumerate(OPERUP_FILES):
        stale = site.number == 2 and place == 0
        ages = (
            6 * 86400 + time - site.clock.start if stale else (time - place * 7200) % 86400 for time in site.reports
        )
        series.add("kodeks_operup_file_age_seconds", {**labels, "file": file}, joined, ",".join(map(str, ages)))
    if site.number % 4 in (0, 3):  # a spell that is over, and one that goes on
        error, code = _DB_ERRORS[(site.number + 1) // 4 % len(_DB_ERRORS)]
        tenth = 7 if site.number % 4 == 0 else 9
        ill = site.reports[len(site.reports) * tenth // 10 : len(site.reports) * (tenth + 1) // 10]
        found = ",".join(str(1 + number // 30) for number in range(len(ill)))
        series.add("kodeks_db_errors", {**labels, "error": error, "code": code}, stamps(ill), found)


def write_accounts(site: Site, series: SeriesSink) -> None:
    """Adds the series of its users."""
    joined = stamps(site.reports)
    for account in sorted(site.accounts, key=lambda account: account.login):
        labels = {**site.labels, "user": account.login, "domain": account.domain}
        count = len(account.history[0])
        if not count:
            continue
        times = joined if count == len(site.reports) else stamps(site.reports[-count:])
        for name, values in zip(_USER_METRICS, account.history, strict=True):
            series.add(name, labels, times, ",".join(map(str, values)))
        if account.kassist:
            at_reports = stamps(site.reports[number] for number, _ in account.kassist)
            asked = ",".join(str(value) for _, value in account.kassist)
            series.add("kodeks_user_kassist_requests_30d", labels, at_reports, asked)
    for (login, domain, reason), refused in sorted(site.refusals.items()):
        labels = {**site.labels, "user": login, "domain": domain, "reason": reason}
        counts = ",".join(str(count) for _, count in refused)
        series.add("kodeks_user_login_rejected_hour", labels, stamps(time for time, _ in refused), counts)
