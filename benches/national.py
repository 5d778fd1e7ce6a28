"""Measures Mallette against DuckDB on the same files, in one run, and prints ratios.

Absolute times depend on the machine: they go to a JSON file beside the data, for the curious. What is
printed is what the house promises: ratios, the slope, and the distance to the physical limit.
"""

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PERIOD = ("2019-01-01", "2019-12-31")
MEMORY_LIMIT = 2 * 1024**3


def run(command, threads, patience=None):
    """Runs a command on `threads` cores: its output, wall-clock seconds and peak resident bytes; none
    when it was stopped after `patience` seconds.
    """
    cores = sorted(os.sched_getaffinity(0))[:threads]
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=output,
                                   preexec_fn=lambda: os.sched_setaffinity(0, cores))
        alarm = threading.Timer(patience, process.kill) if patience else None
        if alarm:
            alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if alarm:
            alarm.cancel()
            if process.returncode == -signal.SIGKILL:
                return None
        output.seek(0)
        text = output.read().decode("utf-8")
    if process.returncode != 0:
        sys.exit(f"exit status {process.returncode}: {' '.join(str(word) for word in command)}")
    return {"text": text, "seconds": seconds, "peak": usage.ru_maxrss * 1024}


def best(times, measure):
    """The fastest of several runs: what the machine can do when nothing disturbs it."""
    return min((measure() for _ in range(times)), key=lambda result: result["seconds"])


def peer(options, *arguments, patience=None):
    """A run of the rival; its own clock counts, so that starting Python costs it nothing."""
    command = [sys.executable, HERE / "peer.py", "--threads", options.threads, *arguments]
    result = run(command, options.threads, patience)
    if result is None:
        return None
    result.update(json.loads(result.pop("text")))
    return result


def measure_size(options, dossiers, rival):
    """Generates a country of that many dossiers and takes every measure on it."""
    folder = options.folder / f"{options.structures}x{dossiers}"
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "csv"
    note(f"{dossiers} dossiers: generating")
    run([options.binary, "generer", "--sortie", source, "--structures", options.structures,
         "--dossiers", dossiers, "--graine", 1], options.threads)
    imports, peer_imports = [], []
    for turn in range(options.times):
        note(f"{dossiers} dossiers: importing")
        data = folder / f"donnees{turn}"
        settle()
        imports.append(run([options.binary, "importer", source, "--donnees", data, "--format", "json"],
                           options.threads))
        if rival:
            note(f"{dossiers} dossiers: the rival imports")
            settle()
            peer_imports.append(peer(options, "import", source, folder / f"copie{turn}"))
    imported = min(imports, key=lambda result: result["seconds"])
    report = json.loads(imported.pop("text"))
    result = {"dossiers": dossiers, "rows": sum(file["lues"] for file in report["fichiers"]), "import": imported}
    extraction = folder / "extraction.json"
    extraction.write_text(json.dumps({row["structure_id"]: row["date_extraction"] for row in report["structures"]}))

    note(f"{dossiers} dossiers: rules and indicators")
    result["rules"] = best(options.times, lambda: run(
        [options.binary, "controler", "--donnees", data, "--format", "json"], options.threads))
    result["indicators"] = best(options.times, lambda: run(
        [options.binary, "indicateurs", "--donnees", data, "--periode", "2019", "--format", "json"], options.threads))
    if rival:
        result["peer_import"] = min(peer_imports, key=lambda result: result["seconds"])
        note(f"{dossiers} dossiers: the rival judges, one query per rule and indicator")
        patience = options.patience and options.patience * judged(result)
        result["peer"] = peer(options, "judge", data, extraction, *PERIOD, patience=patience)
        note(f"{dossiers} dossiers: the rival judges again, its views computed once first")
        result["peer_materialised"] = best(
            options.times, lambda: peer(options, "judge", data, extraction, *PERIOD, "--materialise"))
        result["scan"] = best(options.times, lambda: peer(options, "scan", data))
    return result


def settle():
    """Nothing written before is still on its way to the disk when a measure starts."""
    os.sync()


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def differences(result):
    """Figures on which the two disagree: counts of rules, values of centres and regions."""
    found = []
    # Views or not, the rival computes the same figures.
    rival = result["peer"] or result["peer_materialised"]
    for rule in json.loads(result["rules"]["text"])["regles"]:
        expected = rival["regles"].get(rule["code"])
        if [rule["evalues"], rule["anomalies"]] != expected:
            found.append(f"{rule['code']}: {[rule['evalues'], rule['anomalies']]} against {expected}")
    for value in json.loads(result["indicators"]["text"])["valeurs"]:
        if value["niveau"] not in ("structure", "region"):
            continue
        figures, key = rival["indicateurs"][value["code"]], f"{value['niveau']}:{value['cle']}"
        # A group without any row has no line in SQL: nothing counted, or not calculable.
        expected = figures.get(key)
        agree = same(value["valeur"], expected) if key in figures else not value["valeur"]
        if not agree:
            found.append(f"{value['code']} {value['cle']}: {value['valeur']} against {expected}")
    return found


def same(ours, theirs):
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)


def judged(result):
    return result["rules"]["seconds"] + result["indicators"]["seconds"]


def slope(small, large, seconds):
    """Exponent of time against rows: 1 when time grows exactly as rows."""
    return math.log(seconds(large) / seconds(small)) / math.log(large["rows"] / small["rows"])


def line(label, value, target):
    print(f"{label:<66} {value:>9}   {target}")


def show(small, large):
    """The table of ratios; true when every promise is kept."""
    peak = max(large["import"]["peak"], large["rules"]["peak"], large["indicators"]["peak"])
    ratio_import = large["peer_import"]["seconds"] / large["import"]["seconds"]
    stopped = large["peer"] is None
    ratio_judge = large["patience"] if stopped else large["peer"]["seconds"] / judged(large)
    slopes = [slope(small, large, lambda result: result["import"]["seconds"]), slope(small, large, judged)]
    floor = large["scan"]["seconds"]
    disagreements = differences(large)

    print(f"\n{large['dossiers']} dossiers, {large['rows']} rows\n")
    line("import: rows/s, Mallette ÷ DuckDB COPY", f"{ratio_import:.2f}", "at least 0.70")
    line("rules + indicators: DuckDB, one query each ÷ Mallette",
         f"{'over ' if stopped else ''}{ratio_judge:.1f}", "at least 3.0")
    line("the same with DuckDB's views computed once, their time counted",
         f"{large['peer_materialised']['seconds'] / judged(large):.1f}", "")
    line("the same, their time not counted",
         f"{large['peer_materialised']['seconds_after_views'] / judged(large):.1f}", "")
    line("peak memory ÷ 2 GB", f"{peak / MEMORY_LIMIT:.2f}", "under 1.00")
    line("  of the import", f"{large['import']['peak'] / MEMORY_LIMIT:.2f}", "")
    line("  of rules and indicators",
         f"{max(large['rules']['peak'], large['indicators']['peak']) / MEMORY_LIMIT:.2f}", "")
    rival_peak = (large["peer"] or large["peer_materialised"])["peak"]
    line("peak memory, Mallette ÷ DuckDB (rules + indicators)",
         f"{max(large['rules']['peak'], large['indicators']['peak']) / rival_peak:.2f}", "")
    line(f"slope of the import, {small['dossiers']} to {large['dossiers']} dossiers", f"{slopes[0]:.2f}", "at most 1.00")
    line("slope of rules + indicators", f"{slopes[1]:.2f}", "at most 1.00")
    line("figures on which the two disagree", str(len(disagreements)), "0")
    size, speed = large["scan"]["bytes"], large["scan"]["bytes"] / floor
    print(f"\nPhysical limit: {size / 1e6:.0f} MB of columns to read once ÷ {speed / 1e6:.0f} MB/s measured "
          f"= {floor:.2f} s; rules + indicators take {judged(large) / floor:.1f} × that.")
    for text in disagreements[:20]:
        print(f"  {text}")
    return (ratio_import >= 0.7 and ratio_judge >= 3 and peak < MEMORY_LIMIT
            and max(slopes) <= 1 and not disagreements)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the release build of mallette")
    parser.add_argument("--folder", type=Path, required=True, help="where the data go (about 5 GB for a million)")
    parser.add_argument("--structures", type=int, default=440)
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=50_000, help="the other end of the slope")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=1, help="runs of each measure, the fastest counts")
    parser.add_argument("--patience", type=float, metavar="TIMES",
                        help="stop the rival's one query each after that many times what Mallette took")
    parser.add_argument("--keep", action="store_true", help="leave the data in place")
    options = parser.parse_args()
    if options.dossiers <= options.small:
        parser.error("--dossiers must be more than --small: the slope needs two sizes")
    small = measure_size(options, options.small, rival=False)
    large = measure_size(options, options.dossiers, rival=True)
    large["patience"] = options.patience
    kept = show(small, large)
    for result in (small, large):
        for part in ("rules", "indicators"):
            result[part].pop("text")
    # Only now: a file system that has just forgotten thousands of files creates others slowly.
    if not options.keep:
        for size in (options.small, options.dossiers):
            shutil.rmtree(options.folder / f"{options.structures}x{size}")
    details = options.folder / "last.json"
    details.write_text(json.dumps({"small": small, "large": large}, indent=2))
    note(f"times of this machine: {details}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
