"""Measures a region under people signed in, who read and write: time to answer, errors, and what was lost.

Every account is opened through the pages, as a person does. Each writer then gives and takes back roles, opens
the centre to its conseillers and shuts it, while others read lists, indicators and pages of centres. In the end
the trace is walked: its chain holds, and each act that was answered is in it, once. With `--base postgres`, the
same is done again with the registry in the PostgreSQL that MALLETTE_BENCH_POSTGRES names: scripts/bench starts one.
"""

import argparse
import concurrent.futures
import html
import http.client
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from pages import free_port, note
from personne import Person, first_account

NETWORK = [("charge_de_mission", 0.10), ("auditeur", 0.02)]
ROLES = ["conseiller", "referent"]


def start(options, data, port, environment, *more, output=subprocess.DEVNULL):
    process = subprocess.Popen([options.binary, "servir", "--donnees", data, "--adresse", f"127.0.0.1:{port}", *more],
                               stderr=output, env=environment)
    # What a country shows takes a while to compute, once.
    for _ in range(72000):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=30).request("GET", "/healthz")
            return process
        except OSError:
            if process.poll() is not None:
                sys.exit(f"the server ended with status {process.returncode}")
            time.sleep(0.1)
    sys.exit("the server does not answer")


def open_accounts(port, centres, count):
    """An administrator, a director for each centre, then as many others as it takes."""
    admin = first_account(port)
    people = [admin]
    for role, share in NETWORK:
        people += [admin.invite(f"{role}-{rank}", role) for rank in range(max(1, int(share * count)))]
    directors = [admin.invite(f"directeur-{centre}", "directeur", centre)
                 for centre in centres[:max(1, count - len(people))]]
    people += directors
    rest = [(directors[rank % len(directors)], rank, ROLES[rank % 2]) for rank in range(count - len(people))]
    # Those of one director one after the other: a connection carries one request at a time.
    by_director = {}
    for director, rank, role in rest:
        by_director.setdefault(director, []).append((rank, role))
    def invite_all(director):
        return [director.invite(f"{role}-{rank}", role, director.centre) for rank, role in by_director[director]]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for made in pool.map(invite_all, by_director):
            people += made
    for person in people:
        person.rest()
    return people


def pages_of(person, rules, indicators, rng):
    """A page that this person may read."""
    if person.role == "administrateur":
        return rng.choice(["/", "/personnes", "/installation", "/compte"])
    if person.role == "auditeur":
        return rng.choice(["/", "/trace", "/compte"])
    centre = person.centre or rng.choice(CENTRES)
    return rng.choice(["/", "/controles", "/indicateurs", f"/centres/{centre}",
                       f"/controles/{rng.choice(rules)}?centre={centre}", f"/indicateurs/{rng.choice(indicators)}"])


CENTRES = []


class Tally:
    """What happened, from all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reads, self.writes, self.failures, self.acts = [], [], [], {}

    def add(self, times, path, person, seconds, status, expected):
        with self.lock:
            times.append((seconds, path))
            if status != expected:
                self.failures.append((path, f"{person.name}: {status}"))

    def act(self, person, code):
        with self.lock:
            self.acts[person.name, code] = self.acts.get((person.name, code), 0) + 1


def write(person, targets, opened, tally, rng):
    """One act of a director: the centre opened or shut, a role given then taken back."""
    if rng.random() < 0.5 or person not in targets:
        opened[person] = not opened.get(person, False)
        form = {"structure": person.centre, "entre": "tout" if opened[person] else "rien"}
        status, seconds, _, _ = person.ask("/personnes/ouverture", form)
        tally.add(tally.writes, "/personnes/ouverture", person, seconds, status, 303)
        if status == 303:
            tally.act(person, "Ce que les conseillers voient les uns des autres")
        return
    path = f"/personnes/{rng.choice(targets[person])}"
    form = {"role": "referent", "structure": person.centre, "conseiller": "", "debut": "2031-01-01", "fin": ""}
    status, seconds, text, _ = person.ask(f"{path}/roles", form)
    tally.add(tally.writes, f"{path}/roles", person, seconds, status, 303)
    if status != 303:
        return
    tally.act(person, "Rôle donné")
    text = person.ask(path)[2]
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th>.*?name="rang" value="(\d+)"', text, re.S)
    coming = [rank for what, rank in rows if "2031" in what]
    if not coming:
        tally.failures.append((path, f"{person.name}: the role given is not there"))
        return
    status, seconds, _, _ = person.ask(f"{path}/retrait", {"rang": coming[-1]})
    tally.add(tally.writes, f"{path}/retrait", person, seconds, status, 303)
    if status == 303:
        tally.act(person, "Rôle retiré")


def live(options, people, targets, rules, indicators):
    tally, opened = Tally(), {}
    end = time.monotonic() + options.seconds

    def one(rank, person):
        rng = random.Random(rank)
        time.sleep(rng.uniform(0, 2 * options.pause))
        while time.monotonic() < end:
            try:
                if person.role == "directeur" and rng.random() < options.writing:
                    write(person, targets, opened, tally, rng)
                else:
                    path = pages_of(person, rules, indicators, rng)
                    status, seconds, text, _ = person.ask(path)
                    # The network does not read how long a list is when that is secret: it is told so.
                    expected = 409 if "est au secret (s)" in text else 200
                    tally.add(tally.reads, path, person, seconds, status, expected)
            except (OSError, http.client.HTTPException) as error:
                with tally.lock:
                    tally.failures.append(("connection", f"{person.name}: {error}"))
            time.sleep(rng.uniform(0, 2 * options.pause))
        person.rest()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, opened


def traced(auditor):
    """Acts of the trace, by person and act; whether its chain holds."""
    whole = "La chaîne est entière" in html.unescape(auditor.ask("/trace?verifier=oui")[2])
    counts, path = {}, "/trace"
    while path:
        text = auditor.ask(path)[2]
        for row in re.findall(r"<tr><td class=\"nombre\">\d+</td>(.*?)</tr>", text, re.S):
            cells = [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
            counts[cells[1], cells[2]] = counts.get((cells[1], cells[2]), 0) + 1
        older = re.search(r'<a href="([^"]*)">Entrées plus anciennes', text)
        path = html.unescape(older.group(1)) if older else None
    return whole, counts


def report(label, times):
    seconds = sorted(taken for taken, _ in times) or [0.0]
    at = lambda share: seconds[min(len(seconds) - 1, int(share * len(seconds)))]
    print(f"{label:<10} {len(times):>7}   p50 {1000 * statistics.median(seconds):>7.1f} ms   "
          f"p95 {1000 * at(0.95):>7.1f} ms   p99 {1000 * at(0.99):>7.1f} ms")


def measure(options, folder, engine, environment):
    """One installation, from its import to the count of what was lost; whether nothing was."""
    data = folder / f"donnees-{engine}"
    note(f"{engine}: importing")
    subprocess.run([options.binary, "importer", folder / "csv", "--donnees", data, "--format", "json"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    port = free_port()
    process = start(options, data, port, environment)
    try:
        note(f"{engine}: opening {options.people} accounts")
        visitor = Person(port, "visitor")
        codes = lambda page, form: sorted(set(re.findall(form, visitor.ask(page)[2])))
        rules = codes("/controles", r'href="/controles/([A-Z]+-\d+)')
        indicators = codes("/indicateurs", r'href="/indicateurs/([A-Z]+-[A-Z0-9]+)')
        people = open_accounts(port, CENTRES, options.people)
        targets = {}
        for person in (person for person in people if person.role == "directeur"):
            others = re.findall(r'href="/personnes/([^"/?]+)">(?:conseiller|referent)-', person.ask("/personnes")[2])
            if others:
                targets[person] = others
            person.rest()
        note(f"{engine}: {len(people)} people for {options.seconds:.0f} s")
        tally, opened = live(options, people, targets, rules, indicators)
        auditor = next(person for person in people if person.role == "auditeur")
        whole, kept = traced(auditor)
        wrong = [person.name for person, state in opened.items()
                 if ('value="tout" checked' in person.ask("/personnes")[2]) != state]
    finally:
        process.terminate()
        process.wait()
    lost = {key: (count, kept.get(key, 0)) for key, count in tally.acts.items() if kept.get(key, 0) != count}
    print(f"\n{engine}: {options.structures} centres, {options.dossiers} dossiers, {len(people)} people signed in\n")
    report("reading", tally.reads)
    report("writing", tally.writes)
    print(f"\nerrors: {len(tally.failures)}; acts: {sum(tally.acts.values())}; acts lost or doubled in the trace: "
          f"{len(lost)}; settings lost: {len(wrong)}; chain {'whole' if whole else 'BROKEN'}")
    for line in [*tally.failures[:5], *list(lost.items())[:5], *wrong[:5]]:
        print(f"  {line}")
    return not tally.failures and not lost and not wrong and whole and bool(tally.acts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the release build of mallette")
    parser.add_argument("--folder", type=Path, required=True, help="where the data go")
    parser.add_argument("--base", choices=["sqlite", "postgres"], default="sqlite",
                        help="postgres: on SQLite, then on PostgreSQL, in one run")
    parser.add_argument("--structures", type=int, default=61)
    parser.add_argument("--dossiers", type=int, default=40_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds between two acts of a person")
    parser.add_argument("--writing", type=float, default=0.3, help="share of the acts of directors that write")
    options = parser.parse_args()
    alone = {name: value for name, value in os.environ.items() if name != "MALLETTE_BASE"}
    engines = {"SQLite": alone}
    if options.base == "postgres":
        if "MALLETTE_BENCH_POSTGRES" not in os.environ:
            sys.exit("MALLETTE_BENCH_POSTGRES must be the address of an empty PostgreSQL base: run scripts/bench")
        engines["PostgreSQL"] = {**alone, "MALLETTE_BASE": os.environ["MALLETTE_BENCH_POSTGRES"]}
    folder = options.folder / "comptes"
    shutil.rmtree(folder, ignore_errors=True)
    note("generating")
    subprocess.run([options.binary, "generer", "--sortie", folder / "csv", "--structures", str(options.structures),
                    "--dossiers", str(options.dossiers), "--graine", "1"], check=True, stderr=subprocess.DEVNULL)
    lines = (folder / "csv" / "structures.csv").read_text(encoding="utf-8").splitlines()[1:]
    CENTRES.extend(line.split(";")[0] for line in lines)
    # Not `all` of a generator: the second is measured whatever the first gave.
    sound = [measure(options, folder, engine, environment) for engine, environment in engines.items()]
    shutil.rmtree(folder)
    sys.exit(0 if all(sound) else 1)


if __name__ == "__main__":
    main()
