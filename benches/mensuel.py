"""Measures all indicators, at all levels, over sixty months of a country, against DuckDB on the same versions.

Generates and imports a synthetic country, then runs Mallette (`examples/mensuel.rs`: every month of every indicator for
conseillers, antennes, centres, départements, peer groups and régions) and the rival (`peer.py months`: one query per
indicator, over all months at once). Both start from the tables as imported, and put each centre in the same peer group:
the time of views is told apart, and counted. The rival is stopped after `--patience` times what Mallette took; a smaller
country, on which it is not, shows that the two agree.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from national import MEMORY_LIMIT, line, note, peer, run, same

FIRST, MONTHS = "2014-12-01", 60
DATE = "2019-11-30"
GROUPS = 12
LEVELS = {"regions": "régions", "groupes": "peer groups"}


def country(options, dossiers):
    """Imports a country of that many dossiers: its folder, which says the date and the peer group of each centre, and
    its rows by table.
    """
    folder = options.folder / f"mensuel-{options.structures}x{dossiers}"
    shutil.rmtree(folder, ignore_errors=True)
    note(f"{dossiers} dossiers: generating")
    source, data = folder / "csv", folder / "donnees"
    run([options.binary, "generer", "--sortie", source, "--structures", options.structures, "--dossiers", dossiers,
         "--date-extraction", DATE, "--graine", 1], options.threads)
    note(f"{dossiers} dossiers: importing")
    report = json.loads(run([options.binary, "importer", source, "--donnees", data, "--format", "json"],
                            options.threads)["text"])
    shutil.rmtree(source)
    centres = {row["structure_id"]: row["date_extraction"] for row in report["structures"]}
    (folder / "extraction.json").write_text(json.dumps(centres))
    groups = {centre: f"groupe {rank % GROUPS + 1:02}" for rank, centre in enumerate(sorted(centres))}
    (folder / "groupes.json").write_text(json.dumps(groups))
    rows = {}
    for file in report["fichiers"]:
        rows[file["table"]] = rows.get(file["table"], 0) + file["acceptees"]
    return folder, rows


def measure(options, dossiers, patience):
    """Both over one country; the rival is none when it was stopped. Without patience it has its views as tables only:
    it takes the other way too long, for the same figures.
    """
    folder, rows = country(options, dossiers)
    data, extraction, groups = folder / "donnees", folder / "extraction.json", folder / "groupes.json"
    try:
        # First, as what it finds is what was imported: Mallette keeps its views beside the tables.
        note(f"{dossiers} dossiers: Mallette")
        own = run([options.mensuel, data, DATE, FIRST, MONTHS, groups], options.threads)
        own |= json.loads(own.pop("text"))
        limit = patience and patience * (own["views"] + own["indicators"]) + 3 * own["rules"]
        found = {}
        for name, more in [("views", []), ("tables", ["--materialise"])][patience is None:]:
            note(f"{dossiers} dossiers: the rival, its views as {name}")
            found[name] = peer(options, "months", data, extraction, groups, FIRST, MONTHS, *more, patience=limit)
        return {"dossiers": dossiers, "rows": rows, "own": own, "rival": found}
    finally:
        shutil.rmtree(folder)


def spent(result):
    """Seconds of views and indicators; the rules that one indicator counts are not what is measured."""
    return result["views"] + result["indicators"]


def differences(own, rival, level):
    """Figures of a level on which the two disagree, those that only one of them has included."""
    theirs = {tuple(row[:3]): row[3] for row in rival[level]}
    found = []
    for month, code, place, value in own[level]:
        key = (month, code, place)
        # A group without any row has no line in SQL: nothing counted, or not calculable.
        told, expected = key in theirs, theirs.pop(key, None)
        agree = same(value, expected) if told else not value
        if not agree:
            found.append(f"{code} {place} {month}: {value} against {expected}")
    alone = [f"{code} {place} {month}: {value} for the rival alone" for (month, code, place), value in theirs.items()]
    return found + alone


def ratio(options, result, name):
    """How many times faster, as text; at least that when the rival was stopped."""
    rival = result["rival"][name]
    if rival is None:
        return options.patience, f"over {options.patience:.1f}"
    value = spent(rival) / spent(result["own"])
    return value, f"{value:.1f}"


def show(options, small, large):
    """The table of ratios; true when every promise is kept."""
    own = large["own"]
    disagreements = {level: differences(small["own"], small["rival"]["tables"], level) for level in LEVELS}
    print(f"\n{large['dossiers']} dossiers, {sum(large['rows'].values())} rows, {options.structures} centres in "
          f"{min(GROUPS, options.structures)} peer groups, {MONTHS} months, {own['figures']} figures\n")
    for table, rows in sorted(large["rows"].items(), key=lambda pair: -pair[1]):
        line(f"rows of {'events' if table == 'evenements' else table}", f"{rows:_}".replace("_", " "), "")
    print()
    least, text = ratio(options, large, "views")
    line("indicators: DuckDB, one query each ÷ Mallette, views counted", text, "at least 3.0")
    line("the same with DuckDB's views computed once", ratio(options, large, "tables")[1], "")
    line("part of the views in Mallette's time", f"{own['views'] / spent(own):.2f}", "")
    line("figures a second, in thousands", f"{own['figures'] / own['indicators'] / 1000:.0f}", "")
    line("peak memory ÷ 2 GB", f"{own['peak'] / MEMORY_LIMIT:.2f}", "under 1.00")
    for level, found in disagreements.items():
        label = f"figures of {LEVELS[level]} on which the two disagree, {small['dossiers']} dossiers"
        line(label, f"{len(found)}", f"0 of {len(small['own'][level])}")
        for text in found[:20]:
            print(f"  {text}")
    compared = all(small["own"][level] for level in LEVELS)
    return least >= 3 and own["peak"] < MEMORY_LIMIT and compared and not any(disagreements.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the release build of mallette")
    parser.add_argument("--mensuel", type=Path, required=True, help="the release build of the example « mensuel »")
    parser.add_argument("--folder", type=Path, required=True, help="where the data go (about 20 GB for five million)")
    parser.add_argument("--structures", type=int, default=440)
    parser.add_argument("--dossiers", type=int, default=5_000_000)
    parser.add_argument("--small", type=int, default=20_000, help="the country on which the two are compared")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--patience", type=float, default=4.0, metavar="TIMES",
                        help="stop the rival after that many times what Mallette took")
    options = parser.parse_args()
    small = measure(options, options.small, None)
    large = measure(options, options.dossiers, options.patience)
    kept = show(options, small, large)
    for result in (small, large):
        for part in (result["own"], *filter(None, result["rival"].values())):
            for level in LEVELS:
                part.pop(level)
    (options.folder / "mensuel.json").write_text(json.dumps({"small": small, "large": large}, indent=2))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
