"""What SMART sees from outside: on-line checks, abnormal states, disks, smartstatus."""

from collections.abc import Sequence
from random import Random

from provision.stores.contract import SMARTSTATUS, TELEGRAF
from provision.stores.sample_data.clock import Clock, gaps
from provision.stores.sample_data.outages import CHECKS, FAULTS, Outage
from provision.stores.sample_data.sink import Labels, SeriesSink, stamps

_PERIOD = 300  # seconds; real checks come more often, which would only make more of the same


def check(clock: Clock, labels: Labels, rng: Random, troubles: Sequence[Outage], series: SeriesSink) -> None:
    """Adds the checks of an installation that SMART can reach, and its abnormal states."""
    times = clock.ticks(_PERIOD, rng.randrange(_PERIOD))
    silence = rng.randrange(len(times))  # SMART itself stood still for a while: a gap in every line
    times = times[:silence] + times[silence + 9 :]
    joined = stamps(times)
    with_manager = rng.random() < 0.4
    for name in CHECKS if with_manager else CHECKS[:-2]:
        values = ["1"] * len(times)
        for outage in troubles:
            if name in outage.fault.checks:
                within = outage.among(times)
                values[within] = ["0"] * len(times[within])
        series.add("kodeks_check_status", {**labels, "check": name}, joined, ",".join(values))
    for fault in FAULTS:
        lasting = sorted({time for o in troubles if o.fault is fault for time in times[o.among(times)]})
        if lasting:
            codes = ",".join([str(fault.code)] * len(lasting))
            series.add("kodeks_abnormal_state_code", {**labels, "state": fault.state}, stamps(lasting), codes)


def measure_disks(clock: Clock, labels: Labels, rng: Random, series: SeriesSink, *, low: bool) -> None:
    """Adds the volumes of a client who has telegraf; with `low` the first ends below 10 GB free."""
    times = clock.ticks(TELEGRAF.period, rng.randrange(TELEGRAF.period))
    joined = stamps(times)
    for volume, size_gb in (("C:", 120), ("D:", 500)):
        left = 6.0 if low and volume == "C:" else rng.uniform(0.15, 0.6) * size_gb
        fall = rng.uniform(0.05, 0.3) * left / len(times)
        free = [left + fall * (len(times) - number) + rng.random() * 0.2 for number in range(len(times))]
        volumes = {**labels, "volume": volume}
        series.add("kodeks_disk_free_bytes", volumes, joined, ",".join(str(int(gb * 2**30)) for gb in free))
        series.add("kodeks_disk_size_bytes", volumes, joined, ",".join([str(size_gb * 2**30)] * len(times)))


def report_status(clock: Clock, labels: Labels, rng: Random, troubles: Sequence[Outage], series: SeriesSink) -> None:
    """Adds the reports of smartstatus; while the installation is down there are none."""
    ticks = clock.ticks(SMARTSTATUS.period, rng.randrange(SMARTSTATUS.period))
    missing = gaps(rng, len(ticks))
    down = {time for outage in troubles if outage.fault.state == "down" for time in ticks[outage.among(ticks)]}
    times = [time for number, time in enumerate(ticks) if number not in missing and time not in down]
    joined = stamps(times)
    made = ",".join(str(time - rng.randint(20, 500)) for time in times)
    series.add("kodeks_smartstatus_timestamp_seconds", labels, joined, made)
    states = ("not_started", "server_errors")
    ill = {time for outage in troubles if outage.fault.state in states for time in times[outage.among(times)]}
    values = ",".join("1" if time in ill else "0" for time in times)
    for path in ("/docs", "/kodeks"):
        where = {**labels, "service": "kodweb", "path": path}
        series.add("kserver_main_page", where, joined, values)
        series.add("kserver_product_control", where, joined, ",".join(["0"] * len(times)))
