"""An installation's rows with text that come once or now and then: cards, versions, uploads, alerts."""

from uuid import UUID

from provision.stores.sample_data.clock import HOUR, at
from provision.stores.sample_data.outages import NO_SEATS, Outage
from provision.stores.sample_data.registry import OPERUP_FILES, legal_name, regnum
from provision.stores.sample_data.site import Site
from provision.stores.sample_data.words import DEPARTMENTS, POSITIONS, full_name


def write_cards(site: Site) -> None:
    """Adds the cards of its users; some are empty."""
    rng = site.rng
    for account in sorted(site.accounts, key=lambda account: account.login):
        filled = rng.random() < 0.7
        card = (
            full_name(rng, account.surname),
            f"+7 000 {rng.randint(100, 999)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}",
            f"{account.login}@example.ru",
            rng.choice(POSITIONS),
            rng.choice(DEPARTMENTS),
        )
        shown = card if filled else (None,) * len(card)
        seen = at(site.clock.now - rng.randint(0, 20 * 86400))
        site.rows.add("user_cards", seen, *site.owner, site.subject.host, account.domain, account.login, *shown)


def write_versions(site: Site) -> None:
    """Adds the software seen there, with its updates."""
    clock, rng = site.clock, site.rng
    changed = clock.start + rng.randrange(clock.hours) * HOUR
    build = rng.choice(("(x64)", "(x86_64) [patch 2]"))
    for component, old, new, extra in (
        ("ksrv", (6, 4, 5, 118), (6, 4, 5, 127 + site.number % 3), build),
        ("sysinfo", (2, 1, 40), (2, 1, 44), ""),
        ("kassist", (4, 0, 9), (4, 1, 2), ""),
    ):
        updated = rng.random() < 0.6
        spans = [(old, clock.start, changed if updated else clock.now)] + [(new, changed, clock.now)] * updated
        for parts, first, last in spans:
            version = ".".join(map(str, parts))
            site.rows.add(
                "software_versions",
                *(*site.owner, site.subject.host, legal_name(site.subject), component, version, list(parts), extra),
                *(at(first), at(last)),
            )


def write_uploads(site: Site) -> None:
    """Adds the uploads of Sunday mornings; now and then one gets a warning and is repeated."""
    rng = site.rng
    for time in range(site.clock.start, site.clock.now, 86400):
        moment = at(time)
        if moment.weekday() != 6:
            continue
        morning = moment.replace(hour=4, minute=rng.randint(0, 59), second=rng.randint(0, 59), microsecond=0)
        answers = ("warning", "ok") if rng.random() < 0.2 else ("ok",)
        for again, answer in enumerate(answers):
            sent = at(min(site.clock.now, morning.timestamp() + again * HOUR))
            site.rows.add(
                "asrp_uploads",
                *(sent, *site.owner, site.subject.host, "Повтор" if again else "Принят", answer),
                *(str(rng.randint(10_000, 99_999)), UUID(int=rng.getrandbits(128), version=4)),
                site.cabinet.dealer or site.cabinet.id,
            )


def write_alerts(site: Site) -> None:
    """Adds the alerts its troubles gave rise to."""
    troubles = list(site.troubles)
    if site.number == 0:
        recent = site.clock.now - 2 * HOUR
        troubles.append(Outage(NO_SEATS, recent, site.clock.now, lasting=True))
    for outage in troubles:
        fault = outage.fault
        site.rows.add(
            "alert_events",
            *(at(outage.first), None if outage.lasting else at(outage.last), *site.owner),
            *(fault.priority, fault.severity, fault.alert, f"{fault.text}: {site.subject.host}"),
            *(legal_name(site.subject), regnum(site.subject), None, None, None, None, None),
        )
    if site.number == 2:
        since = at(site.clock.start)
        text = f"Обновление {OPERUP_FILES[0]} старше трёх дней: {site.subject.host}"
        site.rows.add(
            "alert_events",
            *(since, None, *site.owner, "K5", "info", "KodeksDBOperUpToOld", text),
            *(
                legal_name(site.subject),
                regnum(site.subject),
                None,
                None,
                None,
                f"C:\\KServer\\{OPERUP_FILES[0]}",
                None,
            ),
        )
