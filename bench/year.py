"""A whole year of chasing, day by day, over a real mail server that fails, with a machine that is off for three weeks.

    python bench/year.py [CASES [DAYS [SEED]]]        (60 cases, 365 days and seed 2026 without an argument)

Every message must arrive exactly once, on the day and at the address that a plain reckoning of the rules expects, which shares no
code with cdr. The same year is then run without any fault: it must end with the same answers, and with every return that
never came escalated. The returns are taken in by a member's key, the chasing is done by the chaser's.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from mail_server import PASSWORD, USER, Server, certificates
from ruamel.yaml import YAML

from cdr import cli, resources
from cdr.app import extraction
from cdr.demo.synthetic import cases
from cdr.domain.case.facts import cases_of
from cdr.store import layout
from cdr.store.crypto import Gnupg
from cdr.store.store import Store
from cdr.store.transaction import Change

FIRST_DAY = date(2025, 1, 6)
LEVELS = ("prompt-1", "prompt-2", "prompt-3", "escalation")
WEEKS = (2, 4, 8)
OFF_FROM, OFF_DAYS = 0.45, 21
CLOSED = ("northtown-academy", date(2025, 7, 21), date(2025, 8, 29))
WORDS = {
    "first prompt": "prompt-1",
    "second prompt": "prompt-2",
    "third prompt": "prompt-3",
    "escalation": "escalation",
}
STORE = Path(__file__).parent.parent / "tests" / "data" / "examples" / "store.yaml"
Came = tuple[str, tuple[str, ...], str, str, str]


@dataclass(frozen=True)
class Asked:
    """One request of the year: its case, the agency, the day, and the day of the return (None: it never comes)."""

    case: str
    agency: str
    on: date
    returned: date | None


@dataclass
class Year:
    """What happens in a year: the requests, the days on which the machine is off, and how the server fails on a day."""

    days: list[date]
    asked: list[Asked]
    off: set[date] = field(default_factory=set)
    failing: dict[date, str] = field(default_factory=dict)

    def came_in(self, day: date) -> list[Asked]:
        """What is taken in on a day: what came then, or while the machine was off before it."""
        return [
            one for one in self.asked if one.returned and one.returned >= self.days[0] and self.taken_in(one) == day
        ]

    def taken_in(self, one: Asked) -> date | None:
        day = one.returned
        while day is not None and day in self.off:
            day += timedelta(days=1)
        return day


@dataclass
class Run:
    """What a run of the year showed: the messages as they came, the states at the end, and how long it took."""

    came: list[Came]
    doubles: int
    statuses: Counter[str]
    escalated: set[tuple[str, str]]
    commits: int
    seconds: float
    codes: Counter[int]


# ---- what is expected, without cdr --------------------------------------------------------------------------------------


def expected(year: Year, store: Any) -> list[Came]:
    """Each message of the year: the day, to whom, which case, agency and level."""
    holidays = {date.fromisoformat(str(day)) for day in load(resources.folder("rules") / "bank-holidays.yaml")["days"]}
    agencies = {agency["id"]: agency for agency in store["agencies"]}
    people_of = {area["name"]: area for area in store.get("areas", [])} | {store["area"]["name"]: store["people"]}
    sent: dict[Asked, dict[str, date]] = {one: {} for one in year.asked}
    found: list[Came] = []
    for day in year.days:
        if day in year.off or day in year.failing:
            continue
        for one in year.asked:
            taken_in = year.taken_in(one)
            if one.on > day or (taken_in is not None and taken_in <= day) or closed(one.agency, day):
                continue
            level = due(one, sent[one], day, holidays)
            if level:
                sent[one][level] = day
                agency = agencies[one.agency]
                area = people_of[agency["area"]]
                people = (area["chair"]["email"], area["designated_doctor"]["email"])
                found.append(
                    (
                        day.isoformat(),
                        people if level == "escalation" else (agency["email"],),
                        one.case,
                        one.agency,
                        level,
                    )
                )
    return found


def due(one: Asked, sent: dict[str, date], day: date, holidays: set[date]) -> str:
    dates = {level: one.on + timedelta(weeks=weeks) for level, weeks in zip(LEVELS, WEEKS, strict=False)}
    if "prompt-3" in sent:
        end, left = sent["prompt-3"], 10
        while left:
            end += timedelta(days=1)
            left -= end.weekday() < 5 and end not in holidays and not closed(one.agency, end)
        dates["escalation"] = end + timedelta(days=1)
    after = max((LEVELS.index(level) for level in sent), default=-1)
    passed = [level for level in LEVELS[after + 1 :] if level in dates and dates[level] <= day]
    return passed[-1] if passed else ""


def closed(agency: str, day: date) -> bool:
    return agency == CLOSED[0] and CLOSED[1] <= day <= CLOSED[2]


# ---- the year with cdr --------------------------------------------------------------------------------------------------


def invented(count: int, days: int, seed: int) -> tuple[Year, list[Any]]:
    """A year of requests, as many before it as in it, with returns as late as returns are, and every eighth never."""
    chance = random.Random(seed)
    year = Year([FIRST_DAY + timedelta(days=n) for n in range(days)], [])
    agencies = [agency["id"] for agency in load(STORE)["agencies"]]
    forms = list(cases(FIRST_DAY - timedelta(days=days), FIRST_DAY + timedelta(days=days), count, seed))
    forms = (forms * (count // max(len(forms), 1) + 1))[:count]
    for number in range(count):
        case = f"{FIRST_DAY.year}-{number:04d}"
        on = FIRST_DAY + timedelta(days=chance.randint(-days, days - 1))
        for agency in sorted(chance.sample(agencies, chance.randint(3, 6))):
            late = round(chance.lognormvariate(3.0, 0.9)) + 1
            year.asked.append(Asked(case, agency, on, None if chance.random() < 0.12 else on + timedelta(days=late)))
    begin = int(days * OFF_FROM)
    year.off = set(year.days[begin : begin + OFF_DAYS])
    busy = sorted({date.fromisoformat(day) for day, *_ in expected(year, load(STORE))})
    ways = ("down", "451", "refused sender", "breaks off")
    year.failing = {day: ways[n % len(ways)] for n, day in enumerate(chance.sample(busy, max(2, days * 10 // 365)))}
    return year, [form.form_a for form in forms]


def without_faults(year: Year) -> Year:
    return Year(year.days, year.asked)


def load(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_bytes())


@contextlib.contextmanager
def keys() -> Iterator[tuple[str, str, str, str]]:
    """Two homes of GnuPG, the member's and the chaser's, each with the other's public key, and their fingerprints."""
    before = os.environ.get("GNUPGHOME")
    homes = [tempfile.mkdtemp(prefix="cdr-", dir="/tmp") for _ in range(2)]
    made = []
    for home, name in zip(
        homes, ("Robin Ashworth <cdop.manager@northshire.example>", "Chaser <cron@northshire.example>"), strict=True
    ):
        os.environ["GNUPGHOME"] = home
        made.append(Gnupg().make(name))
    for source, target in (homes, homes[::-1]):
        public = subprocess.run(
            ["gpg", "--homedir", source, "--batch", "--export"], capture_output=True, check=True
        ).stdout
        subprocess.run(
            ["gpg", "--homedir", target, "--batch", "--quiet", "--import"],
            input=public,
            capture_output=True,
            check=True,
        )
    try:
        yield homes[0], made[0], homes[1], made[1]
    finally:
        for home in homes:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, check=False)
            shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("GNUPGHOME") if before is None else os.environ.update(GNUPGHOME=before)


def cdr(*words: str) -> tuple[int, str]:
    """One command in this process: its exit code and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.run(list(words))
    return code, said.getvalue()


def configuration(folder: Path, server: Server) -> Path:
    say = f"{shlex.quote(sys.executable)} -c \"print('{PASSWORD}')\"".replace("'", "''")
    mail = (
        f"mail: {{transport: smtp, from: cdop.manager@northshire.example, host: localhost, port: {server.port}, user: {USER}, "
        f"ca_file: {server.folder}/ca.pem, at_most: 1000, password_command: '{say}'}}"
    )
    text = re.sub(r"^mail: .*$", lambda _: mail, STORE.read_text("utf-8"), flags=re.MULTILINE)
    agency, first, last = CLOSED
    text = text.replace(f"id: {agency},", f"id: {agency}, closed: [{{from: {first}, until: {last}}}],")
    (folder / "store.yaml").write_text(text, "utf-8")
    return folder / "store.yaml"


def build(store: Path, member: str, year: Year, forms: list[Any]) -> None:
    """The cases with all their requests, of which those of the future are not due yet, and the returns that came before."""
    opened = Store(store, extraction(), member)
    documents: dict[Any, Any] = {}
    with opened.writing():
        for number, case in enumerate(dict.fromkeys(one.case for one in year.asked)):
            asked = [one for one in year.asked if one.case == case]
            ledger = [
                {"agency": one.agency, "requested_on": one.on.isoformat(), **answer(one, year.days[0])} for one in asked
            ]
            made = {
                "case": {"schema": "case/1", "opened_on": asked[0].on.isoformat(), "status": "open"},
                "notification": forms[number],
                "requests": {"schema": "requests/1", "requests": ledger},
                "prompts": {"schema": "prompts/1", "prompts": []},
            }
            documents |= {opened.place(layout.reference(case), id_): body for id_, body in made.items()}
        opened.commit(Change("bench", documents))


def answer(one: Asked, first: date) -> dict[str, Any]:
    if one.returned and one.returned < first:
        return {"status": "nil", "answered_on": one.returned.isoformat()}
    return {"status": "outstanding", "answered_on": None}


def lived(folder: Path, year: Year, forms: list[Any], authority: Path, who: tuple[str, str, str, str]) -> Run:
    """The year with cdr."""
    home, member, chaser_home, chaser = who
    began, store, codes, came, seen = time.monotonic(), folder / "store", Counter[int](), list[Came](), Counter[str]()
    folder.mkdir()
    os.environ |= {"XDG_STATE_HOME": str(folder / "state"), "GNUPGHOME": home}
    server = Server(authority.parent)
    with server:
        config = configuration(folder, server)
        done = cdr("init", str(store), "--config", str(config), "--member", member, "--chaser", chaser)
        assert done[0] == 0, done
        build(store, member, year, forms)
        for day in year.days:
            if day in year.off:
                continue
            os.environ["GNUPGHOME"] = home
            for one in year.came_in(day):
                done = cdr("--store", str(store), "--as-of", str(day), "return", one.case, one.agency, "--nil")
                assert done[0] == 0, done
            os.environ["GNUPGHOME"] = chaser_home
            with failing(server, year.failing.get(day, "")):
                code, said = cdr("--store", str(store), "--as-of", str(day), "chase", "--overdue")
            assert code == 0 or (code == 75 and day in year.failing), (day, code, said)
            codes[code] += 1
            came += [part for mail in server.parsed for part in parts(day, mail)]
            seen.update(server.ids)
            server.mails.clear()
        os.environ["GNUPGHOME"] = home
        kept = cases_of(Store(store, extraction(), member).kept())
    statuses = Counter(request.status for facts in kept.values() for request in facts.asked)
    gone = {
        (case, item["agency"])
        for case, facts in kept.items()
        for item in facts.prompts["prompts"]
        if item["level"] == "escalation"
    }
    log = subprocess.run(
        ["git", "-C", str(store), "rev-list", "--count", "HEAD"], capture_output=True, text=True, check=True
    )
    return Run(
        came, sum(n - 1 for n in seen.values()), statuses, gone, int(log.stdout), time.monotonic() - began, codes
    )


@contextlib.contextmanager
def failing(server: Server, how: str) -> Iterator[None]:
    """The server while it fails in one of its ways."""
    mood = server.mood
    if how == "down":
        server.__exit__()
    elif how == "451":
        mood.content = "451 try later"
    elif how == "refused sender":
        mood.sender = "550 who are you"
    elif how == "breaks off":
        mood.accept_then = "break"
    try:
        yield
    finally:
        mood.content = mood.sender = mood.accept_then = ""
        if how == "down":
            server.__enter__()


def parts(day: date, mail: Any) -> Iterator[Came]:
    """What a message is about: one request by its id, or several by its lines."""
    to = tuple(address.strip() for address in mail["To"].split(","))
    id_ = mail["Message-ID"].strip("<>").rpartition("@")[0].split(".")
    if id_[0] not in ("prompts", "escalations"):
        yield day.isoformat(), to, id_[0], id_[1], id_[2]
        return
    text = mail.get_content().replace("\r\n", "\n")
    for case, level in re.findall(
        r"^(\d{4}-\w{4})  Form B  asked on [^,\n]*(?:, ([a-z ]+))?$", text, flags=re.MULTILINE
    ):
        yield day.isoformat(), to, case, id_[1], WORDS[level or "escalation"]


def compared(name: str, run: Run, wanted: list[Came], year: Year) -> list[str]:
    """What differs from the reckoning."""
    missing, extra = Counter(wanted) - Counter(run.came), Counter(run.came) - Counter(wanted)
    found = [f"{name}: missing {one}" for one in missing] + [f"{name}: not expected {one}" for one in extra]
    if run.doubles:
        found.append(f"{name}: {run.doubles} messages came twice")
    say(
        f"{name}: {len(run.came)} prompts and escalations, {len(wanted)} expected, {sum(missing.values())} missing, {sum(extra.values())} too many; "
        f"{len(year.off)} days off, {len(year.failing)} days of a failing server; exit codes {dict(run.codes)}; "
        f"{run.commits} commits; {run.seconds:.0f} s"
    )
    return found


def say(text: str) -> None:
    print(text, flush=True)


def whole(folder: Path, count: int, days: int, seed: int, both: bool = True) -> list[str]:
    """Live the year with faults, and (both) without; every difference."""
    year, forms = invented(count, days, seed)
    authority, store = certificates(folder / "tls"), load(STORE)
    say(
        f"{count} cases, {len(year.asked)} requests, {sum(one.returned is None for one in year.asked)} of which are never answered, {days} days"
    )
    before = os.environ.get("XDG_STATE_HOME")
    try:
        with keys() as who:
            run = lived(folder / "faults", year, forms, authority, who)
            found = compared("with faults", run, expected(year, store), year)
            if both:
                calm = without_faults(year)
                quiet = lived(folder / "calm", calm, forms, authority, who)
                found += compared("without faults", quiet, expected(calm, store), calm)
                if run.statuses != quiet.statuses:
                    found.append(f"the answers differ: {run.statuses} and {quiet.statuses}")
                enough = year.days[-1] - timedelta(days=OFF_DAYS + 8 * 7 + 40)
                never = {
                    (one.case, one.agency)
                    for one in year.asked
                    if one.returned is None and one.on <= enough and one.agency != CLOSED[0]
                }
                if not never <= run.escalated & quiet.escalated:
                    found.append("a return that never came was not escalated in both")
    finally:
        os.environ.pop("XDG_STATE_HOME", None) if before is None else os.environ.update(XDG_STATE_HOME=before)
    return found


def main() -> int:
    count, days, seed = [*map(int, sys.argv[1:]), *(60, 365, 2026)[len(sys.argv) - 1 :]]
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="cdr-year-"))
    try:
        found = whole(folder, count, days, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for difference in found[:40]:
        say(difference)
    say(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
