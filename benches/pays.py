"""Measures the pages of a country read by people signed in: server time by role and by page, first readings apart, memory.

A directeur and a référent in each of several centres, and chargés de mission of the network: what each may not know is
hidden from them, as it is in service. For each role the server is started again, so that nothing is warm. Its people
first read every page once, one person after the other; then all at once, each page several times. Once read, no page may
take the server more than 50 ms at the 95th percentile. Times are those of its own journal, from the last header received
to the last byte given; a first reading is timed by who waits for it, as some pages are asked for until they are ready,
and finds what those before it left.
"""

import argparse
import json
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

from comptes import start
from national import line
from pages import P95_LIMIT, free_port, note, resident
from personne import first_account

ROLES = {"directeur": "directeurs", "referent": "référents", "charge_de_mission": "chargés de mission"}
# A share, a median, an amount, a count.
INDICATORS = ["PAC-P", "DIA-D", "ALL-P", "ACC-N"]
RULE = "PAC-07"
YEAR, TARGETS = "2019", {"PAC-P": "60", "PAC-D": "50", "ACC-N": "400"}
LIMIT = round(1000 * P95_LIMIT)
# What is asked for beside the pages measured.
ASIDE = {"/healthz", "/compte"}


class Journal:
    """What the server writes of each request, read as it comes."""

    def __init__(self, path):
        self.file = path.open(encoding="utf-8")
        self.rest = ""

    def take(self, count):
        """The next lines about pages, that many; they come just after the answers."""
        found, patience = [], time.monotonic() + 30
        while len(found) < count:
            self.rest += self.file.readline()
            if not self.rest.endswith("\n"):
                if time.monotonic() > patience:
                    sys.exit(f"the journal of the server tells {len(found)} requests of {count}")
                time.sleep(0.001)
                continue
            # The server says there what it does when it starts, too.
            told = json.loads(self.rest) if self.rest.startswith("{") else {}
            self.rest = ""
            if "route" in told and told["route"] not in ASIDE:
                found.append(told)
        return found


def stop(process):
    process.terminate()
    process.wait()


def prepare(options, data, environment):
    """Monthly extracts, imported one after the other, a campaign fixed on each: the centres, the campaigns."""
    call = lambda *words: subprocess.run([options.binary, *map(str, words)], check=True, env=environment,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    source = data.parent / "csv"
    note("generating")
    call("generer", "--sortie", source, "--structures", options.centres, "--dossiers", options.dossiers,
         "--mois", max(1, options.campagnes), "--graine", 1)
    campaigns = []
    for extract in sorted(source.iterdir()):
        note(f"importing {extract.name}")
        call("importer", extract, "--donnees", data)
        note("computing what pages show")
        stop(start(options, data, free_port(), environment))
        if options.campagnes:
            campaigns.append(extract.name[:7])
            call("campagne", "fixer", campaigns[-1], "--donnees", data)
    lines = (extract / "structures.csv").read_text(encoding="utf-8").splitlines()[1:]
    shutil.rmtree(source)
    return {"centres": [line.split(";")[0] for line in lines], "campaigns": campaigns}


def open_accounts(port, centres, count):
    """So many people of each role, each with a centre to look at: the own one, for who has one."""
    admin = first_account(port)
    chosen = [centres[rank * len(centres) // count] for rank in range(count)]
    people = {role: [] for role in ROLES}
    for rank, centre in enumerate(chosen):
        directeur = admin.invite(f"directeur-{rank}", "directeur", centre)
        people["directeur"].append(directeur)
        people["referent"].append(directeur.invite(f"referent-{rank}", "referent", centre))
        people["charge_de_mission"].append(admin.invite(f"charge-{rank}", "charge_de_mission"))
        people["charge_de_mission"][-1].centre = centre
    for person in (person for role in people for person in people[role]):
        # The first reading of a country is waited for, however long it is: it is measured.
        person.connection.timeout = 3600
        person.rest()
    return people


def set_targets(person, centres):
    for centre in centres:
        for code, target in TARGETS.items():
            form = {"portee": "reseau", "centre": centre, "indicateur": code, "annee": YEAR, "objectif": target}
            status, _, text, _ = person.ask("/objectifs/fixer", form)
            if status != 303:
                sys.exit(f"the target of {code} is not set in {centre} ({status}): {text[-400:]}")
    person.rest()


def boards_of(person):
    """The ready-made dashboards of a role."""
    found = sorted(set(re.findall(r'href="(/tableaux/[^"/?#]+)"', person.ask("/tableaux")[2])))
    person.rest()
    return found or sys.exit(f"{person.name}: no dashboard")


def pages_of(person, boards, campaign):
    """The addresses that a person reads, at the moment or in a campaign."""
    centre, network = person.centre, person.role == "charge_de_mission"
    pages = ["/indicateurs", f"/centres/{centre}/indicateurs", "/controles", f"/controles/{RULE}", *boards]
    pages += [f"/indicateurs/{code}" for code in INDICATORS]
    pages += [f"/indicateurs/{code}?centre={centre}" for code in INDICATORS]
    if network:
        pages.append("/indicateurs/positions")
    if campaign is None:
        pages += ["/centres", "/objectifs", f"/objectifs?centre={centre}", "/objectifs/performance", "/marges",
                  f"/et-si?centre={centre}", "/campagnes", "/evolution", "/alertes", "/tableaux",
                  "/observatoire/publies", f"/indicateurs/guide?centre={centre}"]
        pages += ["/contexte", "/publications"] if network else ["/a-faire", "/a-faire/equipe", "/marges/calendrier"]
    # What a home or a centre shows in a campaign is what it showed then.
    pages += ["/", f"/centres/{centre}", f"/centres/{centre}/niveaux"]
    # In a campaign, a cohort is read by its own centre only.
    if campaign is None or not network:
        pages.append(f"/observatoire?centre={'reseau' if network else centre}")
    if campaign is None:
        return pages
    return [f"{page}{'&' if '?' in page else '?'}campagne={campaign}" for page in pages]


def ask(person, path, failures):
    """One reading: whether the page is still being counted, how long its reader waited."""
    try:
        status, seconds, text, _ = person.ask(path)
    except OSError as error:
        # Told at once: in a thread, the end of one reader is not that of the bench, which waits for its readings.
        note(f"{person.name} {path}: {error}")
        sys.exit(1)
    if status != 200:
        failures.append(f"{person.name} {path}: {status}")
    return 'http-equiv="refresh"' in text, seconds


def read_first(people, pages, journal, failures):
    """Every page once by each, nobody else reading: by route, milliseconds of the first person, then of the others."""
    found = {}
    for rank, person in enumerate(people):
        for path in pages[person]:
            begin, asked = time.perf_counter(), 1
            while ask(person, path, failures)[0]:
                asked += 1
                time.sleep(0.05)
            taken = 1000 * (time.perf_counter() - begin)
            route = journal.take(asked)[-1]["route"]
            found.setdefault(route, ([], []))[min(rank, 1)].append(taken)
        person.rest()
    return found


def read_again(options, people, pages, journal, failures):
    """Everybody at once, each page several times: by route, milliseconds of the server; the address waited for longest,
    which the journal does not tell.
    """
    waited = [(0, "")]

    def one(rank, person):
        rng = random.Random(rank)
        walk = pages[person] * options.times
        rng.shuffle(walk)
        for path in walk:
            time.sleep(rng.uniform(0, 2 * options.pause))
            counted, seconds = ask(person, path, failures)
            waited.append((1000 * seconds, path))
            if counted:
                failures.append(f"{person.name} {path}: counted again")
        person.rest()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {}
    for told in journal.take(options.times * sum(len(pages[person]) for person in people)):
        found.setdefault(told["route"], []).append(told["duration_ms"])
    return found, max(waited)


def measure(options, folder, port, environment, role, people, campaigns):
    """What one role reads, of a server that has just been started."""
    path = folder / "journal"
    with path.open("wb") as output:
        process = start(options, folder / "donnees", port, environment, "--journal", "json",
                        "--lectures-par-minute", "0", output=output)
    result = {"before": resident(process)[0], "contexts": [], "failures": []}
    try:
        journal, boards = Journal(path), boards_of(people[role][0])
        journal.take(1)
        for campaign in [None, *campaigns]:
            place = f"campaign {campaign}" if campaign else "data of the moment"
            note(f"{ROLES[role]}, {place}")
            pages = {person: pages_of(person, boards, campaign) for person in people[role]}
            first = read_first(people[role], pages, journal, result["failures"])
            if campaign is None:
                result["read"] = resident(process)[0]
            again, waited = read_again(options, people[role], pages, journal, result["failures"])
            result["contexts"].append({"place": place, "first": first, "again": again, "waited": waited})
            # A session ends when nothing is asked for during an hour.
            for person in (person for other in people for person in people[other] if other != role):
                person.ask("/compte")
                person.rest()
        result["after"], result["peak"] = resident(process)
    finally:
        stop(process)
    return result


def at(values, share):
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def show(options, results):
    """The tables by role; true when every promise is kept."""
    print(f"\n{options.centres} centres, {options.dossiers} dossiers, {options.campagnes} campaigns, "
          f"{options.readers} people of each role at once; milliseconds\n")
    worst, failures = (0, ""), []
    for role, result in results.items():
        for context in result["contexts"]:
            title = f"{ROLES[role]}, {context['place']}"
            print(f"{title:<46} {'first':>7} {'others':>7}   {'then':>5} {'p50':>6} {'p95':>6} {'max':>6}")
            for route, times in sorted(context["again"].items()):
                cold, others = context["first"][route]
                p95 = at(times, 0.95)
                worst = max(worst, (p95, f"{title}: {route}"))
                print(f"  {route:<44} {max(cold):>7.0f} {max(others, default=0):>7.0f}   {len(times):>5} "
                      f"{statistics.median(times):>6.0f} {p95:>6} {max(times):>6}{'  !' if p95 >= LIMIT else ''}")
            cold = [sum(sum(times[0]) for times in context["first"].values()),
                    max(max(times[0]) for times in context["first"].values())]
            print(f"  first person of the role, every page once: {cold[0]:.0f}, the longest {cold[1]:.0f}")
            print("  then, the longest as its reader waited: {:.0f}, {}\n".format(*context["waited"]))
        failures += result["failures"]
    for role, result in results.items():
        before, read, after, peak = (result[name] / 1024**2 for name in ("before", "read", "after", "peak"))
        line(f"memory of the server, {ROLES[role]}: started, MB", f"{before:.0f}", "")
        line("  once each has read, after all, at most", f"{read:.0f}, {after:.0f}, {peak:.0f}", "")
    line("p95 of the slowest page ÷ 50 ms", f"{worst[0] / LIMIT:.2f}", f"under 1.00   {worst[1]}")
    line("failures", str(len(failures)), "0")
    for text in failures[:10]:
        print(f"  {text}")
    return worst[0] < LIMIT and not failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the release build of mallette")
    parser.add_argument("--folder", type=Path, required=True, help="where the data go")
    parser.add_argument("--centres", type=int, default=440)
    parser.add_argument("--dossiers", type=int, default=400_000, help="up to 5000000, for the country as it is")
    parser.add_argument("--campagnes", type=int, default=1,
                        help="campaigns fixed, one on each of so many monthly extracts, each read in its turn; 0: none")
    parser.add_argument("--readers", type=int, default=6, help="people of each role, who read at once")
    parser.add_argument("--times", type=int, default=8, help="readings of each page by each, after the first")
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between two pages of a reader")
    parser.add_argument("--keep", action="store_true", help="leave the data in place, and use those left")
    options = parser.parse_args()
    if not 1 <= options.readers <= options.centres:
        parser.error("--readers must be from 1 to the number of centres: each reader has one")
    environment = {name: value for name, value in os.environ.items() if name != "MALLETTE_BASE"}
    folder = options.folder / f"pays-{options.centres}x{options.dossiers}x{options.campagnes}"
    data, base, known = folder / "donnees", folder / "base", folder / "prepare.json"
    if not (options.keep and known.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        base.mkdir(parents=True)
        prepared = prepare(options, data, environment)
        for file in data.glob("mallette.db*"):
            shutil.copy(file, base)
        known.write_text(json.dumps(prepared))
    # Without the accounts of a run before.
    for file in data.glob("mallette.db*"):
        file.unlink()
    for file in base.iterdir():
        shutil.copy(file, data)
    prepared = json.loads(known.read_text())

    port = free_port()
    process = start(options, data, port, environment)
    try:
        note(f"opening {3 * options.readers} accounts, setting targets")
        people = open_accounts(port, prepared["centres"], options.readers)
        set_targets(people["charge_de_mission"][0], prepared["centres"])
    finally:
        stop(process)
    results = {role: measure(options, folder, port, environment, role, people, prepared["campaigns"]) for role in ROLES}
    kept = show(options, results)
    (options.folder / "pays.json").write_text(json.dumps(results, indent=2))
    if not options.keep:
        shutil.rmtree(folder)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
