"""The rival: DuckDB does the same work as Mallette, from the same files.

`import`: each canonical CSV becomes one Parquet file. `judge`: every rule and every indicator of the
catalogue, one SQL query each, over the base tables that Mallette wrote; the SQL is the catalogue's own. `months`: every
indicator, month by month, one query each.
Each command prints one JSON object on standard output.
"""

import argparse
import json
import sys
import time
import tomllib
from datetime import date, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "catalogue"
TABLES = ["conseillers", "dossiers", "parcours", "evenements", "propositions", "situations",
          "allocations", "enveloppes"]
LEVELS = ["structure_id, conseiller_id", "structure_id, antenne", "structure_id", "departement", "groupe_pairs", "region"]
KEYS = """grouping(structure_id, conseiller_id, antenne, departement, groupe_pairs, region) AS niveau,
    structure_id, conseiller_id, antenne, departement, groupe_pairs, region"""
# Values of `niveau`: one bit per key that is not grouped by.
BY_STRUCTURE, BY_GROUP, BY_REGION = 0b011111, 0b111101, 0b111110

# Completed years, a birth on 29 February counting as the 28th: adding years clamps to the month.
AGE = """CREATE MACRO age(birth, day) AS
    date_part('year', day) - date_part('year', birth)
    - CASE WHEN birth + to_years(CAST(date_part('year', day) - date_part('year', birth) AS INTEGER)) > day
      THEN 1 ELSE 0 END"""


def connect(threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def import_csv(source, target, threads):
    """Every CSV of a folder to Parquet, nothing checked: the floor of an import."""
    connection = connect(threads)
    target.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    for path in sorted(source.glob("*.csv")):
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{path}', delim = ';', header = true)) "
            f"TO '{target / path.stem}.parquet' (FORMAT parquet)")
    return {"seconds": time.perf_counter() - start}


def read_toml(folder):
    for path in sorted((CATALOGUE / folder).glob("*.toml")):
        yield tomllib.loads(path.read_text(encoding="utf-8"))


def read_views():
    """Name and SQL of the enriched views, in the order in which they build on one another."""
    for path in sorted((CATALOGUE / "vues").glob("*.sql")):
        yield path.stem.split("_", 1)[1], path.read_text(encoding="utf-8")


def open_base(connection, data, extraction, materialise, groups=None):
    """The base tables as views over Parquet, what the catalogue's SQL expects beside them, its views. The peer groups are
    those of the import, or those given: the group of each centre.
    """
    connection.execute(AGE)
    for table in TABLES:
        files = f"{data}/versions/*/*/{table}.parquet"
        if not any(Path(data).glob(f"versions/*/*/{table}.parquet")):
            sys.exit(f"no {table}.parquet under {data}/versions: import something that has this table")
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}', union_by_name = true)")
    connection.execute("CREATE TABLE versions (structure_id VARCHAR, ref DATE)")
    connection.executemany("INSERT INTO versions VALUES (?, ?)", sorted(extraction.items()))
    ceilings = tomllib.loads((CATALOGUE / "plafonds.toml").read_text(encoding="utf-8"))["plafonds"]
    starts = [date.fromisoformat(str(row["debut"])) for row in ceilings]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [None]
    connection.execute("CREATE TABLE plafonds (debut DATE, fin DATE, plafond DECIMAL(14, 2))")
    amounts = [str(row["montant"]) for row in ceilings]
    connection.executemany("INSERT INTO plafonds VALUES (?, ?, ?)", list(zip(starts, ends, amounts)))
    attach(connection, data, groups)
    kind = "TABLE" if materialise else "VIEW"
    for name, sql in read_views():
        connection.execute(f"CREATE {kind} {name} AS {sql}")


def attach(connection, data, groups):
    """Where each centre stands: the built-in list, and the peer groups given, else those that the import declares."""
    listed = ROOT / "donnees" / "structures.csv"
    connection.execute("CREATE TABLE groupes (structure_id VARCHAR, groupe_pairs VARCHAR)")
    if groups is not None:
        connection.executemany("INSERT INTO groupes VALUES (?, ?)", sorted(groups.items()))
    elif any(Path(data).glob("versions/*/*/structures.parquet")):
        connection.execute(f"""INSERT INTO groupes SELECT structure_id, any_value(groupe_pairs)
            FROM read_parquet('{data}/versions/*/*/structures.parquet', union_by_name = true) GROUP BY structure_id""")
    connection.execute(f"""CREATE TABLE rattachement AS
        SELECT v.structure_id, l.code_departement AS departement, l.code_region AS region, g.groupe_pairs
        FROM versions v
        LEFT JOIN read_csv('{listed}', all_varchar = true) l ON l.structure_id = v.structure_id
        LEFT JOIN groupes g ON g.structure_id = v.structure_id""")


def substitute(text, values):
    for name, value in values.items():
        # A parameter comes with its unit and bounds.
        known = value["valeur"] if isinstance(value, dict) else value
        text = text.replace("{" + name + "}", str(known))
    return text


def judge_rules(connection):
    """One query per rule: evaluated and caught by centre, antenne and conseiller."""
    connection.execute("""CREATE TABLE comptes (code VARCHAR, gravite VARCHAR, structure_id VARCHAR,
        antenne VARCHAR, conseiller_id VARCHAR, evalues BIGINT, anomalies BIGINT)""")
    # A view without a row has no group to count.
    found = {rule["code"]: [0, 0] for rule in read_toml("regles")}
    for rule in read_toml("regles"):
        applicable, evaluable, condition = (
            substitute(rule[key], rule.get("parametres", {})) for key in ("applicable", "evaluable", "condition"))
        caught = f"coalesce(({applicable}) AND ({condition}), false)"
        evaluated = f"coalesce(({applicable}) AND ({evaluable}), false) OR {caught}"
        connection.execute(f"""INSERT INTO comptes
            SELECT '{rule["code"]}', '{rule["gravite"]}', structure_id, antenne, conseiller_id,
                   count(*) FILTER ({evaluated}), count(*) FILTER ({caught})
            FROM {rule["vue"]} GROUP BY structure_id, antenne, conseiller_id""")
    rows = connection.execute(
        "SELECT code, sum(evalues)::BIGINT, sum(anomalies)::BIGINT FROM comptes GROUP BY code").fetchall()
    return found | {code: [evalues, anomalies] for code, evalues, anomalies in rows}


class OnePeriod:
    """The days of one period, written in the query."""

    def __init__(self, period):
        self.last = period[1]
        self.d1, self.d2 = (f"DATE '{day}'" for day in period)
        self.key = self.column = self.join = ""


class Months:
    """The days of each of several months that share a definition: a key more, and every row beside each month."""

    def __init__(self, months):
        self.last = months[-1][1]
        self.d1, self.d2 = "months.d1", "months.d2"
        self.key, self.column = "month, ", "months.d1 AS month, "
        self.join = f" CROSS JOIN (FROM months WHERE d1 BETWEEN DATE '{months[0][0]}' AND DATE '{months[-1][0]}') AS months"


def definition_of(indicator, last_day):
    """What defines an indicator in a period that ends that day."""
    later = [version for version in indicator.get("versions", []) if str(version["depuis"]) <= last_day]
    return indicator | (later[-1] if later else {})


def indicator_sql(indicator, known, time):
    """The query of one indicator at all levels; its last column, `figure`, is what it is worth."""
    indicator = definition_of(indicator, time.last)
    if indicator["calcul"] == "rapport":
        above, below = (indicator_sql(known[indicator[part]], known, time) for part in ("numerateur", "denominateur"))
        keys = f"{time.key}niveau, structure_id, conseiller_id, antenne, departement, groupe_pairs, region"
        return f"""SELECT {keys}, coalesce(sum(n), 0)::DOUBLE / nullif(sum(d), 0) AS figure FROM (
            SELECT {keys}, figure AS n, NULL AS d FROM ({above})
            UNION ALL SELECT {keys}, NULL, figure FROM ({below})) GROUP BY ALL"""
    values = {"d1": time.d1, "d2": time.d2} | indicator.get("parametres", {})
    part = {key: substitute(value, values) for key, value in indicator.items() if isinstance(value, str)}
    calcul = part["calcul"]
    if "date" in part:
        part["population"] = f"({part['population']}) AND {part['date']} BETWEEN {time.d1} AND {time.d2}"
    groups = f"{time.column}structure_id, antenne, conseiller_id"
    if calcul == "ratio":
        source = f"""SELECT {groups}, {part["numerateur"]} AS n, 0 AS d
                FROM {part["numerateur_vue"]}{time.join} WHERE {part["numerateur_population"]}
            UNION ALL SELECT {time.column}structure_id, NULL, NULL, 0, {part["denominateur"]}
                FROM {part["denominateur_vue"]}{time.join} WHERE {part["denominateur_population"]}"""
        figure = "sum(n)::DOUBLE / nullif(sum(d), 0)"
    elif calcul == "pour_cent_dossiers":
        source = f"""SELECT {groups}, anomalies AS n, 0 AS d FROM comptes{time.join} WHERE gravite = 'high'
            UNION ALL SELECT {groups}, 0, 1 FROM {part["vue"]}{time.join} WHERE {part["population"]}"""
        figure = "100.0 * sum(n)::DOUBLE / nullif(sum(d), 0)"
    else:
        measure = {"distinct": "dossier_id", "taux": f"({part.get('condition')})"}.get(
            calcul, part.get("mesure", "0"))
        source = f"SELECT {groups}, {measure} AS m FROM {part['vue']}{time.join} WHERE {part['population']}"
        figure = {
            "effectif": "count(*)",
            "distinct": "count(DISTINCT (structure_id, m))",
            "somme": "coalesce(sum(m), 0)",
            "moyenne": "avg(m)",
            "mediane": "median(m)",
            "taux": "(count(*) FILTER (m))::DOUBLE / nullif(count(*), 0)",
        }[calcul]
    if calcul == "distinct":
        # A grouping key is null on the levels that do not group by it: keep the centre in the measure.
        source = source.replace("dossier_id AS m", "structure_id || '/' || dossier_id AS m")
        figure = "count(DISTINCT m)"
    levels = ", ".join(f"({time.key}{level})" for level in LEVELS)
    return f"""SELECT {time.key}{KEYS}, {figure} AS figure FROM ({source}) JOIN rattachement USING (structure_id)
        GROUP BY GROUPING SETS ({levels})"""


def read_indicators():
    """The indicators that extracts are enough for, by code: a coverage stands over a series that people bring."""
    every = {indicator["code"]: indicator for indicator in read_toml("indicateurs")}
    return {code: indicator for code, indicator in every.items() if indicator["calcul"] not in ("couverture", "par_unite")}


def judge_indicators(connection, period):
    """One query per indicator; the figures of centres and regions are kept, to be compared."""
    # A coverage has no figure without its series.
    figures = {indicator["code"]: {} for indicator in read_toml("indicateurs")}
    known = read_indicators()
    for indicator in known.values():
        kept = figures[indicator["code"]]
        for row in connection.execute(indicator_sql(indicator, known, OnePeriod(period))).fetchall():
            level, value = row[0], None if row[-1] is None else float(row[-1])
            if level == BY_STRUCTURE:
                kept[f"structure:{row[1]}"] = value
            elif level == BY_REGION:
                kept[f"region:{row[6]}"] = value
    return figures


def months_from(first, count):
    """First and last days of so many months."""
    year, month = int(first[:4]), int(first[5:7]) - 1
    starts = [date(year + (month + rank) // 12, (month + rank) % 12 + 1, 1) for rank in range(count + 1)]
    return [(str(start), str(after - timedelta(days=1))) for start, after in zip(starts, starts[1:])]


def spans(indicator, months):
    """Runs of months that share a definition."""
    runs = []
    for month in months:
        found = definition_of(indicator, month[1])
        if runs and runs[-1][0] == found:
            runs[-1][1].append(month)
        else:
            runs.append((found, [month]))
    return [run for _, run in runs]


def judge_months(data, extraction, groups, first, count, threads, materialise):
    """Every indicator at all levels over so many months, one query each; the figures of régions and of peer groups are
    kept.
    """
    connection = connect(threads)
    connection.execute(f"SET temp_directory = '{data}/duckdb.tmp'")
    start = time.perf_counter()
    open_base(connection, data, extraction, materialise, groups)
    views = time.perf_counter()
    months = months_from(first, count)
    judge_rules(connection)
    connection.execute("CREATE TABLE months (d1 DATE, d2 DATE)")
    connection.executemany("INSERT INTO months VALUES (?, ?)", months)
    rules = time.perf_counter()
    known = read_indicators()
    kept, figures = {"regions": [], "groupes": []}, 0
    for indicator in known.values():
        for run in spans(indicator, months):
            # As many rows as the figures, and those of régions and of peer groups alone come back.
            sql = indicator_sql(indicator, known, Months(run))
            connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {sql}")
            figures += connection.execute("SELECT count(*) FROM found").fetchone()[0]
            for name, key, level in [("regions", "region", BY_REGION), ("groupes", "groupe_pairs", BY_GROUP)]:
                rows = connection.execute(
                    f"SELECT month::VARCHAR, {key}, figure::DOUBLE FROM found WHERE niveau = {level}").fetchall()
                kept[name] += [(month, indicator["code"], place, value) for month, place, value in rows]
    end = time.perf_counter()
    return {"views": views - start, "rules": rules - views, "indicators": end - rules, "figures": figures} | kept


def judge(data, extraction, period, threads, materialise):
    connection = connect(threads)
    start = time.perf_counter()
    open_base(connection, data, extraction, materialise)
    ready = time.perf_counter()
    rules = judge_rules(connection)
    figures = judge_indicators(connection, period)
    end = time.perf_counter()
    return {"seconds": end - start, "seconds_after_views": end - ready, "regles": rules, "indicateurs": figures}


def scan(data, threads):
    """Reads once, and hashes, every column that some rule, indicator or view names."""
    texts = " ".join(path.read_text(encoding="utf-8") for path in CATALOGUE.rglob("*") if path.suffix in (".sql", ".toml"))
    named = set("".join(c if c.isalnum() or c == "_" else " " for c in texts).split())
    connection = connect(threads)
    size, seconds = 0, 0.0
    for table in TABLES:
        files = f"{data}/versions/*/*/{table}.parquet"
        columns = connection.execute(
            f"SELECT path_in_schema, sum(total_compressed_size)::BIGINT FROM parquet_metadata('{files}') GROUP BY 1").fetchall()
        kept = [(name, length) for name, length in columns if name in named]
        size += sum(length for _, length in kept)
        hashes = ", ".join(f'bit_xor(hash("{name}"))' for name, _ in kept)
        start = time.perf_counter()
        connection.execute(f"SELECT {hashes} FROM read_parquet('{files}', union_by_name = true)").fetchall()
        seconds += time.perf_counter() - start
    return {"bytes": size, "seconds": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("import")
    command.add_argument("source", type=Path)
    command.add_argument("target", type=Path)
    command = commands.add_parser("judge")
    command.add_argument("data")
    command.add_argument("extraction", help="JSON: extraction date by structure_id")
    command.add_argument("period", nargs=2)
    command.add_argument("--materialise", action="store_true")
    command = commands.add_parser("months")
    command.add_argument("data")
    command.add_argument("extraction", help="JSON: extraction date by structure_id")
    command.add_argument("groups", help="JSON: peer group by structure_id")
    command.add_argument("first", help="a day of the first month")
    command.add_argument("count", type=int)
    command.add_argument("--materialise", action="store_true")
    command = commands.add_parser("scan")
    command.add_argument("data")
    arguments = parser.parse_args()
    if arguments.command == "import":
        result = import_csv(arguments.source, arguments.target, arguments.threads)
    elif arguments.command == "judge":
        extraction = json.loads(Path(arguments.extraction).read_text(encoding="utf-8"))
        result = judge(arguments.data, extraction, arguments.period, arguments.threads, arguments.materialise)
    elif arguments.command == "months":
        extraction = json.loads(Path(arguments.extraction).read_text(encoding="utf-8"))
        groups = json.loads(Path(arguments.groups).read_text(encoding="utf-8"))
        result = judge_months(arguments.data, extraction, groups, arguments.first, arguments.count, arguments.threads,
                              arguments.materialise)
    else:
        result = scan(arguments.data, arguments.threads)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
