"""Checks the rival on hand-made data: python -m unittest discover benches (in the bench's venv)."""

import tempfile
import unittest
from pathlib import Path

import duckdb

import peer

COLUMNS = {
    "conseillers": "conseiller_id VARCHAR, fonction VARCHAR, antenne VARCHAR, date_debut DATE, date_fin DATE",
    "dossiers": """dossier_id VARCHAR, antenne VARCHAR, conseiller_id VARCHAR, date_naissance DATE, sexe VARCHAR,
        commune_insee VARCHAR, code_postal VARCHAR, qpv VARCHAR, zrr VARCHAR, niveau_formation VARCHAR, rqth VARCHAR,
        nationalite VARCHAR, couverture_complementaire VARCHAR, date_creation DATE, date_premier_accueil DATE,
        statut VARCHAR, completude VARCHAR, date_maj DATE, empreinte_identite VARCHAR""",
    "parcours": """parcours_id VARCHAR, dossier_id VARCHAR, dispositif VARCHAR, conseiller_id VARCHAR,
        date_initialisation DATE, date_entree DATE, date_fin_prevue DATE, date_fin DATE, motif_fin VARCHAR, date_maj DATE""",
    "evenements": """evenement_id VARCHAR, dossier_id VARCHAR, conseiller_id VARCHAR, antenne VARCHAR, date DATE,
        type VARCHAR, statut VARCHAR, duree_minutes INTEGER, date_maj DATE""",
    "propositions": """proposition_id VARCHAR, evenement_id VARCHAR, dossier_id VARCHAR, famille VARCHAR,
        code_service VARCHAR, date DATE, etat VARCHAR, date_realisation DATE, date_maj DATE""",
    "situations": """situation_id VARCHAR, dossier_id VARCHAR, categorie VARCHAR, sous_type VARCHAR, etat VARCHAR,
        date_debut DATE, date_fin_prevue DATE, date_fin DATE, heures_hebdo DECIMAL(6, 2), date_maj DATE""",
    "allocations": """allocation_id VARCHAR, dossier_id VARCHAR, parcours_id VARCHAR, type VARCHAR, mois DATE,
        montant DECIMAL(14, 2), statut VARCHAR, date_envoi_asp DATE, date_retour_asp DATE, montant_paye DECIMAL(14, 2),
        date_maj DATE""",
    "enveloppes": "annee INTEGER, type VARCHAR, date_notification DATE, montant DECIMAL(14, 2), objet VARCHAR",
}
LYON, VOIRON = "69382S00", "38563S00"
ROWS = {
    "conseillers": ["('69382S00', 'C1', NULL, 'A1', '2010-01-01', NULL)"],
    "dossiers": [
        # Old enough, active, known conseiller, one clean PACEA.
        "('69382S00', 'D1', 'A1', 'C1', '2000-01-01', 'F', NULL, NULL, 'oui', 'non', '3', 'non', 'FR', 'oui', NULL, '2019-01-10', 'ACTIF', 'JUSTIFIE', NULL, 'x')",
        # 15 years old at first reception, conseiller unknown, same identity as D3.
        "('69382S00', 'D2', 'A1', 'C9', '2004-02-29', 'M', NULL, NULL, NULL, NULL, NULL, 'non', 'FR', NULL, NULL, '2020-02-27', 'ACTIF', 'PARTIEL', NULL, 'y')",
        "('69382S00', 'D3', NULL, NULL, '2004-02-29', 'M', NULL, NULL, 'non', NULL, '4', 'non', 'FR', 'oui', NULL, '2020-02-29', 'ARCHIVE', 'COMPLET', NULL, 'y')",
        "('38563S00', 'D1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACTIF', NULL, NULL, NULL)",
    ],
    "parcours": [
        "('69382S00', 'P1', 'D1', 'DIAG', 'C1', NULL, '2019-01-10', NULL, '2019-02-05', 'PACEA', NULL)",
        "('69382S00', 'P2', 'D1', 'PACEA', 'C1', NULL, '2019-02-06', NULL, '2019-12-31', 'EMPLOI_DURABLE', NULL)",
        "('69382S00', 'P3', 'D2', 'PACEA', 'C1', NULL, '2020-06-01', NULL, NULL, NULL, NULL)",
        "('69382S00', 'P4', 'ABSENT', 'PACEA', 'C1', NULL, '2020-06-01', NULL, NULL, NULL, NULL)",
    ],
    "evenements": [
        "('69382S00', 'E1', 'D1', 'C1', NULL, '2019-03-01', 'ENTRETIEN_INDIVIDUEL', 'PRESENT', 45, NULL)",
        "('69382S00', 'E2', 'D1', 'C1', NULL, '2019-04-01', 'ATELIER', 'PRESENT', 90, NULL)",
    ],
    "propositions": ["('69382S00', 'Q1', 'E1', 'D1', 'EMPLOI', NULL, '2019-03-01', 'REALISE', '2019-03-15', NULL)"],
    "situations": ["('69382S00', 'S1', 'D1', 'EMPLOI', 'CDI', 'EN_COURS', '2020-01-15', NULL, NULL, 35, NULL)"],
    "allocations": [
        "('69382S00', 'L1', 'D1', 'P2', 'PACEA', '2019-05-01', 300.00, 'PAYE', NULL, NULL, 300.00, NULL)",
        "('69382S00', 'L2', 'D1', 'P2', 'PACEA', '2019-05-01', 192.58, 'VALIDE', NULL, NULL, NULL, NULL)",
    ],
    "enveloppes": ["('69382S00', 2019, 'PACEA', '2019-02-01', 1000.00, NULL)"],
}


class Peer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name, "versions", LYON, "01")
        folder.mkdir(parents=True)
        connection = duckdb.connect()
        for table, columns in COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} (structure_id VARCHAR, {columns})")
            connection.execute(f"INSERT INTO {table} VALUES {', '.join(ROWS[table])}")
            connection.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
        extraction = {LYON: "2020-12-31", VOIRON: "2020-12-31"}
        period = ("2019-01-01", "2019-12-31")
        cls.results = [peer.judge(cls.folder.name, extraction, period, 1, kept) for kept in (False, True)]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_completed_years(self):
        connection = duckdb.connect()
        connection.execute(peer.AGE)
        for birth, day, expected in [
            ("2000-02-29", "2018-02-27", 17), ("2000-02-29", "2018-02-28", 18), ("2000-02-29", "2020-02-28", 19),
            ("2000-02-29", "2020-02-29", 20), ("2000-06-15", "2019-06-14", 18), ("2000-06-15", "2019-06-15", 19),
            ("2000-06-15", "1999-06-15", -1),
        ]:
            found = connection.execute(f"SELECT age(DATE '{birth}', DATE '{day}')").fetchone()[0]
            self.assertEqual(found, expected, f"{birth} {day}")
        self.assertIsNone(connection.execute("SELECT age(NULL::DATE, DATE '2019-01-01')").fetchone()[0])

    def test_rules(self):
        for result in self.results:
            rules = result["regles"]
            # Voiron's dossier has no birth date; D2 is 15 two days before it turns 16, D3 16 on the day.
            self.assertEqual(rules["DOS-01"], [4, 2])
            self.assertEqual(rules["DOS-06"], [3, 2])
            self.assertEqual(rules["DOS-08"], [3, 2])
            self.assertEqual(rules["PAC-01"], [2, 1])
            self.assertEqual(rules["EVT-01"], [2, 1])
            # 492.58 € in May 2019 against 492.57 €.
            self.assertEqual(rules["ALL-01"], [2, 2])
            # Only P4 of the rows that name a dossier points nowhere.
            self.assertEqual(rules["REF-01"], [10, 1])

    def test_indicators(self):
        for result in self.results:
            figures = {code: values.get(f"structure:{LYON}") for code, values in result["indicateurs"].items()}
            for code, expected in {
                "ACC-N": 1, "ACC-J": 1, "ACC-E": 1, "PAC-E": 1, "PAC-F": 1, "PAC-P": 1.0, "PAC-D": 1.0,
                "PAC-L": 328, "DIA-D": 26, "PAC-V": 0.5, "PAC-R": 1.0, "ALL-P": 300, "ALL-C": 0.49258,
                "PUB-F": 1.0, "PAC-S": 1,
            }.items():
                self.assertAlmostEqual(figures[code], expected, msg=code)
            self.assertEqual(result["indicateurs"]["PAC-E"]["region:84"], 1)

    def test_what_is_made_of_two_others_and_what_changed_with_the_years(self):
        # D1 alone is in a programme in 2019, and alone had an interview.
        self.assertEqual(self.results[0]["indicateurs"]["RAT-6"][f"structure:{LYON}"], 1.0)
        known = {"code": "X", "condition": "formation", "versions": [{"depuis": "2020-01-01", "condition": "emploi"}]}
        self.assertEqual(peer.definition_of(known, "2019-12-31")["condition"], "formation")
        self.assertEqual(peer.definition_of(known, "2020-01-31")["condition"], "emploi")

    def test_months_are_those_of_one_period_each(self):
        connection = peer.connect(1)
        peer.open_base(connection, self.folder.name, {LYON: "2020-12-31", VOIRON: "2020-12-31"}, True)
        peer.judge_rules(connection)
        connection.execute("CREATE TABLE months (d1 DATE, d2 DATE)")
        months = peer.months_from("2019-01-15", 24)
        self.assertEqual((months[0], months[11][1], len(months)), (("2019-01-01", "2019-01-31"), "2019-12-31", 24))
        connection.executemany("INSERT INTO months VALUES (?, ?)", months)
        known = peer.read_indicators()
        seen = 0
        for indicator in known.values():
            runs = peer.spans(indicator, months)
            self.assertEqual(len(runs), 2 if indicator["code"] in ("SOR-P", "SOR-G") else 1, indicator["code"])
            rows = [row for run in runs for row in
                    connection.execute(peer.indicator_sql(indicator, known, peer.Months(run))).fetchall()]
            for month in months[::5]:
                one = connection.execute(peer.indicator_sql(indicator, known, peer.OnePeriod(month))).fetchall()
                own = [row[1:] for row in rows if str(row[0]) == month[0]]
                self.assertEqual(sorted(own, key=str), sorted(one, key=str), (indicator["code"], month))
                seen += len(one)
        self.assertGreater(seen, 100)

    def test_peer_groups_given_add_up_their_centres(self):
        for groups, expected in [
            ({LYON: "un", VOIRON: "un"}, {"un": 2}), ({LYON: "un", VOIRON: "deux"}, {"un": 1, "deux": 1}),
        ]:
            connection = peer.connect(1)
            dates = {LYON: "2020-12-31", VOIRON: "2020-12-31"}
            peer.open_base(connection, self.folder.name, dates, True, groups)
            # The one who came to each: Voiron's has no date, and is given one here.
            connection.execute("UPDATE dossier SET date_premier_accueil = DATE '2019-05-05' WHERE structure_id = ?", [VOIRON])
            peer.judge_rules(connection)
            known = peer.read_indicators()
            sql = peer.indicator_sql(known["ACC-N"], known, peer.OnePeriod(("2019-01-01", "2019-12-31")))
            found = connection.execute(f"SELECT groupe_pairs, figure FROM ({sql}) WHERE niveau = {peer.BY_GROUP}").fetchall()
            self.assertEqual(dict(found), expected)

    def test_the_catalogue_is_run_whole(self):
        count = lambda folder: len(list((peer.CATALOGUE / folder).glob("*.toml")))
        for result in self.results:
            self.assertEqual(len(result["regles"]), count("regles"))
            self.assertEqual(len(result["indicateurs"]), count("indicateurs"))

    def test_scan_reads_columns(self):
        self.assertGreater(peer.scan(self.folder.name, 1)["bytes"], 0)


if __name__ == "__main__":
    unittest.main()
