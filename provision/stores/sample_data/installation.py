"""One installation's history: people at work hour by hour, and what each hour leaves behind."""

from random import Random

from provision.model import Installation
from provision.stores.sample_data import checks, records, reports
from provision.stores.sample_data.account import Account
from provision.stores.sample_data.clock import HOUR, Clock, at, gaps
from provision.stores.sample_data.outages import outages
from provision.stores.sample_data.registry import legal_name
from provision.stores.sample_data.sink import RowSink, SeriesSink
from provision.stores.sample_data.site import Site
from provision.stores.sample_data.subject import SampleCabinet
from provision.stores.sample_data.words import BROWSERS, DOMAINS, SURNAMES, search_text

_LINKS = {"unique_added": 3, "added": 8, "not_found": 2, "checked_active": 30}


def simulate(
    cabinet: SampleCabinet,
    subject: Installation,
    number: int,
    clock: Clock,
    rng: Random,
    series: SeriesSink,
    rows: RowSink,
) -> None:
    """Adds all series and rows of an installation. The first of each cabinet has fewer seats than people."""
    site = Site(cabinet, subject, number, clock, rng, rows)
    site.troubles = outages(rng, clock, number)
    _hire(site)
    _pass_time(site)
    reports.write_totals(site, series)
    reports.write_accounts(site, series)
    if subject.polled:
        checks.check(clock, site.labels, rng, site.troubles, series)
    if number % 3 == 0:
        checks.measure_disks(clock, site.labels, rng, series, low=number == 0)
    checks.report_status(clock, site.labels, rng, site.troubles, series)
    records.write_cards(site)
    records.write_versions(site)
    records.write_uploads(site)
    records.write_alerts(site)


def _hire(site: Site) -> None:
    rng = site.rng
    count = 16 if site.number == 0 else rng.randint(5, 17)
    names = rng.sample(SURNAMES, count)
    domains = rng.sample(DOMAINS, rng.randint(1, len(DOMAINS)))
    for login, surname in names:
        since = rng.randrange(site.clock.hours) if rng.random() < 0.06 else 0
        site.accounts.append(Account(rng, login, surname, rng.choice(domains), since=since))
    site.seats = 8 if site.number == 0 else max(3, count - rng.randint(0, 4))


def _pass_time(site: Site) -> None:
    """Lets people work hour by hour, and makes the reports that are not missing."""
    clock = site.clock
    times = clock.reports(site.rng.randrange(HOUR))
    busy = clock.busyness(4 + site.subject.tz_correction, times)
    months = clock.months(times)
    silent = gaps(site.rng, len(times))
    for hour, time in enumerate(times):
        if hour and months[hour] != months[hour - 1]:
            for account in site.accounts:
                account.begin_month()
        if hour % 24 == 23:
            for account in site.accounts:
                account.end_day()
        down = any(outage.covers(time) and "http200" in outage.fault.checks for outage in site.troubles)
        holders = [] if down else _work(site, hour, time, busy[hour])
        if hour not in silent and not down:
            _report(site, hour, time, holders, months)


def _work(site: Site, hour: int, time: int, busy: float) -> list[Account]:
    """The accounts that hold a seat in this hour; the others who came were refused."""
    random = site.rng.random
    holders: list[Account] = []
    for account in site.accounts:
        requests = int(account.level * busy * 2 * random() + random() * 0.98) if busy * account.level > 0.02 else 0
        if account.since > hour or not requests:
            continue
        if len(holders) >= site.seats:
            _refuse(site, time, account, "no_seats")
            continue
        holders.append(account)
        searches, empty = account.work(hour, requests)
        _search(site, time, account, searches, empty)
        if random() < 0.004:
            _refuse(site, time, account, "auth" if random() < 0.8 else "unknown")
    if len(holders) > 1:
        site.rng.shuffle(site.accounts)  # it is not always the same people who come first
    return holders


def _refuse(site: Site, time: int, account: Account, reason: str) -> None:
    key = (account.login, account.domain, reason)
    site.refused[key] = site.refused.get(key, 0) + 1
    moment = at(time - site.rng.random() * HOUR)
    site.rows.add("login_rejections", moment, *site.owner, site.subject.host, account.domain, account.login, reason)


def _search(site: Site, time: int, account: Account, searches: int, empty: int) -> None:
    rng = site.rng
    for number in range(searches):
        found = number >= empty
        status = ("error" if rng.random() < 0.004 else "success") if found else "empty"
        slow = rng.random() < 0.01
        seconds = round(rng.uniform(5, 45) if slow else rng.lognormvariate(-0.7, 0.6), 3)
        site.rows.add(
            "search_queries",
            *(at(time - rng.random() * HOUR), at(time), site.cabinet.id, "installation"),
            *(site.subject.client, site.subject.manager, legal_name(site.subject), site.subject.host, "docs"),
            *(account.login, search_text(rng, found=found), "i" if rng.random() < 0.8 else "a", "ksrv", status),
            seconds if rng.random() < 0.98 else None,
        )


def _report(site: Site, hour: int, time: int, holders: list[Account], months: list[int]) -> None:
    """Writes down what the report of this hour says."""
    number = len(site.reports)
    site.reports.append(time)
    known = [account for account in site.accounts if account.since <= hour]
    for account in known:
        account.report(number)
    for key, count in site.refused.items():
        site.refusals.setdefault(key, []).append((time, count))
    site.refused.clear()
    age = site.clock.now - time
    totals = {
        "licenses_used": len(holders),
        "licenses_registered": site.seats,
        "licenses_occupied_24h": sum(account.last > hour - 24 for account in known),
        "users_no_login_60d": sum(account.last < hour - 1440 for account in known),
        "users_zero_requests_30d": sum(account.last < hour - 720 for account in known),
        "users_active_mtd": sum(account.last >= 0 and months[account.last] == months[hour] for account in known),
        "user_cards_filled_percent": min(100, 40 + site.number * 5 % 40 + (site.clock.days - age // 86400) // 4),
        "sysinfo_timestamp_seconds": time - site.rng.randint(30, 600),
    }
    for name, value in totals.items():
        site.totals.setdefault(name, []).append(value)
    for domain in {account.domain for account in site.accounts}:
        used = sum(account.domain == domain for account in holders)
        site.by_domain.setdefault(domain, []).append(used)
    for name, often in _LINKS.items():
        site.links.setdefault(name, []).append(int(often * len(holders) * site.rng.random() / 4))
    for account in holders:
        _connect(site, time, account)


def _connect(site: Site, time: int, account: Account) -> None:
    rng = site.rng
    came = at(time - rng.randint(60, 3 * HOUR))
    places = 2 if rng.random() < 0.03 else 1  # one login at two places is legal, and a hint of sharing
    for place in range(places):
        ip = f"192.0.2.{sum(account.login.encode()) % 200 + 1 + place}"
        browser = BROWSERS[sum(account.login.encode()) % len(BROWSERS)]
        site.rows.add(
            "connected_users",
            at(time),
            *site.owner,
            site.subject.host,
            account.domain,
            account.login,
            came,
            ip,
            browser,
        )
