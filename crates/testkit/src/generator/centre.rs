//! The rows of one centre: a few dossiers, and around each what its thresholds can be tried with.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use mallette_domain::table as codes;

use super::hasard::Hasard;
use super::mots;
use crate::oracle::plafond;

/// One row: column, cell.
pub(crate) type Ligne = BTreeMap<&'static str, String>;

/// What is written so far.
#[derive(Debug)]
pub(crate) struct Plume {
    pub(crate) hasard: Hasard,
    reference: Date,
    tables: BTreeMap<&'static str, Vec<Ligne>>,
    /// Rows written in the centre, for keys that are the same in every centre.
    serial: usize,
    /// Whether every code of a list is drawn, rather than those that rules are about; identities are then
    /// left out.
    varied: bool,
}

/// Days where calendar arithmetic is clamped, where ceilings change, and the turn of years.
const CHARNIERES: [Date; 14] = [
    date(2018, 11, 30),
    date(2018, 12, 31),
    date(2019, 1, 1),
    date(2019, 1, 31),
    date(2019, 3, 31),
    date(2019, 4, 1),
    date(2019, 8, 31),
    date(2019, 11, 30),
    date(2019, 12, 31),
    date(2020, 2, 29),
    date(2021, 1, 1),
    date(2021, 8, 31),
    date(2022, 2, 28),
    date(2022, 3, 1),
];

/// Distances in days that some rule compares with.
const JOURS: [i32; 12] = [0, 1, 7, 8, 29, 30, 31, 59, 60, 61, 89, 90];
/// Distances in months that some rule compares with.
const MOIS: [i32; 8] = [0, 1, 2, 3, 6, 12, 18, 24];

impl Plume {
    /// Nothing written yet.
    pub(crate) fn new(hasard: Hasard, reference: Date) -> Self {
        Self { hasard, reference, tables: BTreeMap::new(), serial: 0, varied: false }
    }

    /// The same, that draws every code and writes no identity.
    pub(crate) fn varied(self) -> Self {
        Self { varied: true, ..self }
    }

    /// One of the usual codes, or one of all when every code is drawn.
    fn code(&mut self, empty: usize, usual: &[&'static str], all: &[&'static str]) -> &'static str {
        if self.varied && self.hasard.chance(45) {
            return self.hasard.one_of(all);
        }
        self.hasard.maybe(empty, usual)
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, table: &str) -> &[Ligne] {
        self.tables.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// Writes a centre of so many dossiers.
    pub(crate) fn write_centre(&mut self, structure_id: &str, dossiers: usize) {
        self.serial = 0;
        let sparse = dossiers < 10;
        for rank in 0..4 {
            let (debut, fin) = (self.maybe_near(30), self.maybe_near(60));
            self.push(
                "conseillers",
                structure_id,
                &[
                    ("conseiller_id", format!("C{rank}")),
                    ("nom", "MARTIN".to_owned()),
                    ("prenom", "Camille".to_owned()),
                    ("antenne", self.antenne_of(rank)),
                    ("date_debut", debut),
                    ("date_fin", fin),
                ],
            );
        }
        for rank in 0..dossiers {
            self.write_dossier(structure_id, rank, sparse);
        }
        for rank in 0..if sparse { 0 } else { 6 } {
            let annee = self.reference.year() - i16::from(self.hasard.chance(40));
            // Close to the ends of the periods asked for; the rank keeps keys apart.
            let notified = date(annee, 1, 1).saturating_add((rank * 61).days());
            let kind = self.hasard.one_of(&["PACEA", "PACEA", "PIAL"]);
            let montant = self.hasard.maybe(10, &["1000.00", "2500.5", "0", "1477.71"]);
            self.push(
                "enveloppes",
                structure_id,
                &[
                    ("annee", annee.to_string()),
                    ("type", kind.to_owned()),
                    ("date_notification", notified.to_string()),
                    ("montant", montant.to_owned()),
                ],
            );
        }
    }

    fn antenne_of(&self, rank: usize) -> String {
        ["Nord", "Sud", "Siège", ""].get(rank).copied().unwrap_or_default().to_owned()
    }

    fn push(&mut self, table: &'static str, structure_id: &str, cells: &[(&'static str, String)]) {
        let mut row: Ligne = cells.iter().cloned().collect();
        row.insert("structure_id", structure_id.to_owned());
        self.tables.entry(table).or_default().push(row);
    }

    /// A key of the centre: the same in every centre, and not in the order of the rows.
    fn key(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{:04}", (self.serial * 7_919) % 10_000)
    }

    /// A day on a threshold before or after the day given, or one day beside it.
    fn around(&mut self, day: Date) -> Date {
        let sign = self.hasard.one_of(&[-1, -1, 1]);
        let moved = if self.hasard.chance(60) {
            day.saturating_add((sign * self.hasard.one_of(&JOURS)).days())
        } else {
            day.saturating_add((sign * self.hasard.one_of(&MOIS)).months())
        };
        moved.saturating_add(self.hasard.one_of(&[-1, 0, 0, 1]).days())
    }

    /// A day on a threshold after the day given, or one day beside it.
    fn after(&mut self, day: Date) -> Date {
        let moved = if self.hasard.chance(60) {
            day.saturating_add(self.hasard.one_of(&JOURS).days())
        } else {
            day.saturating_add(self.hasard.one_of(&MOIS).months())
        };
        moved.saturating_add(self.hasard.one_of(&[-1, 0, 0, 1]).days())
    }

    /// A day near a threshold of the extraction date, or a day of its own trouble.
    fn near(&mut self) -> Date {
        if self.hasard.chance(25) {
            let day = self.hasard.one_of(&CHARNIERES);
            day.saturating_add(self.hasard.one_of(&[-1, 0, 0, 1]).days())
        } else {
            self.around(self.reference)
        }
    }

    fn maybe_near(&mut self, empty: usize) -> String {
        if self.hasard.chance(empty) { String::new() } else { self.near().to_string() }
    }

    fn maybe_after(&mut self, empty: usize, day: Date) -> String {
        if self.hasard.chance(empty) { String::new() } else { self.after(day).to_string() }
    }

    fn birth(&mut self, accueil: Date) -> String {
        if self.hasard.chance(6) {
            return String::new();
        }
        if self.hasard.chance(10) {
            return self.hasard.one_of(&["1992-02-29", "1996-02-29", "2004-02-29"]).to_owned();
        }
        let from = if self.hasard.chance(50) { self.reference } else { accueil };
        let years = self.hasard.one_of(&[16, 16, 18, 18, 25, 26, 26, 29, 30]);
        let ahead = self.hasard.one_of(&[0, 0, 0, 59, 60, 61]);
        let birth = from.saturating_sub(years.years()).saturating_add(ahead.days());
        birth.saturating_add(self.hasard.one_of(&[-1, 0, 1]).days()).to_string()
    }

    fn write_dossier(&mut self, structure_id: &str, rank: usize, sparse: bool) {
        let dossier_id = format!("D{rank}");
        let accueil = self.near();
        let naissance = self.birth(accueil);
        let (nom, prenom) = self.hasard.one_of(&[
            ("DUPONT", "Élodie"),
            ("Dupont", "ELODIE"),
            ("du pont", "E\u{301}lodie"),
            ("D'Arc", "Jean-Noël"),
            ("DARC", "JEAN NOEL"),
            ("", "Elodie"),
            ("---", "Elodie"),
            ("Çelik", "Ñandu"),
            ("LŒUF", "Zoë"),
            ("Loeuf", "zoe"),
        ]);
        let (nom, prenom) = if self.varied { ("", "") } else { (nom, prenom) };
        // Twins share their birth day often enough to be caught, and not always.
        let naissance = if self.hasard.chance(15) { "1999-05-05".to_owned() } else { naissance };
        let accueil_cell = if self.hasard.chance(12) { String::new() } else { accueil.to_string() };
        let cells = [
            ("dossier_id", dossier_id.clone()),
            ("antenne", self.hasard.maybe(20, &["Nord", "Sud", "Siège"]).to_owned()),
            ("conseiller_id", self.conseiller()),
            ("nom", nom.to_owned()),
            ("prenom", prenom.to_owned()),
            ("date_naissance", naissance),
            ("sexe", self.hasard.maybe(15, &["F", "M"]).to_owned()),
            (
                "commune_insee",
                self.hasard.maybe(25, &["69123", "2A004", "1053", "LYON1"]).to_owned(),
            ),
            ("code_postal", self.hasard.maybe(25, &["69003", "01000", "1000", "6900B"]).to_owned()),
            ("date_creation", self.maybe_after(20, accueil)),
            ("date_maj", self.maybe_near(30)),
            ("qpv", self.hasard.maybe(25, codes::OUI_NON).to_owned()),
            ("zrr", self.hasard.maybe(25, codes::OUI_NON).to_owned()),
            ("niveau_formation", self.hasard.maybe(25, &["1", "2", "3", "4", "5", "8"]).to_owned()),
            ("rqth", self.hasard.maybe(40, codes::OUI_NON).to_owned()),
            ("nationalite", self.hasard.maybe(20, &["FR", "UE", "HORS_UE", "HORS_UE"]).to_owned()),
            (
                "couverture_complementaire",
                self.hasard.maybe(20, &["oui", "non", "inconnu"]).to_owned(),
            ),
            ("date_premier_accueil", accueil_cell),
            (
                "statut",
                self.hasard.maybe(10, &["ACTIF", "ACTIF", "EN_VEILLE", "ARCHIVE"]).to_owned(),
            ),
            ("completude", self.hasard.maybe(15, &["PARTIEL", "COMPLET", "JUSTIFIE"]).to_owned()),
        ];
        self.push("dossiers", structure_id, &cells);
        if sparse {
            return;
        }
        self.write_parcours(structure_id, &dossier_id, accueil);
        self.write_evenements(structure_id, &dossier_id, accueil);
        self.write_situations(structure_id, &dossier_id);
        self.write_allocations(structure_id, &dossier_id);
    }

    fn conseiller(&mut self) -> String {
        self.hasard.maybe(20, &["C0", "C1", "C2", "C3", "C3", "C-PARTI"]).to_owned()
    }

    /// The dossier itself, or once in a while one that the centre does not have.
    fn pointing(&mut self, dossier_id: &str) -> String {
        match self.hasard.below(100) {
            0..3 => "D-INCONNU".to_owned(),
            3 => String::new(),
            _ => dossier_id.to_owned(),
        }
    }

    /// A passage of the dossier, or of nobody, or of anyone in the centre.
    fn passage(&mut self, dossier_id: &str) -> String {
        let own = self.hasard.chance(85);
        let known: Vec<String> = self
            .rows("parcours")
            .iter()
            .rev()
            .take_while(|row| row.get("dossier_id").is_some_and(|id| !own || id == dossier_id))
            .filter_map(|row| row.get("parcours_id").cloned())
            .take(12)
            .collect();
        match self.hasard.below(10) {
            0 => String::new(),
            1 => "P-INCONNU".to_owned(),
            _ => known.get(self.hasard.below(known.len())).cloned().unwrap_or_default(),
        }
    }

    fn write_parcours(&mut self, structure_id: &str, dossier_id: &str, accueil: Date) {
        let mut entree = if self.hasard.chance(50) { accueil } else { self.near() };
        for _ in 0..self.hasard.below(7) {
            let dispositif = self.code(3, &mots::DISPOSITIFS, codes::DISPOSITIF);
            // Close to the extraction date or to the first day at the centre, or where the last
            // passage began or ended: bounds that touch, entries on the same day.
            entree = match self.hasard.below(5) {
                0 => self.near(),
                1 => self.after(accueil),
                2 => entree,
                _ => self.around(entree),
            };
            let fin = if self.hasard.chance(45) {
                None
            } else if self.hasard.chance(30) {
                Some(self.near())
            } else {
                Some(self.after(entree))
            };
            let entree_cell =
                if self.hasard.chance(8) { String::new() } else { entree.to_string() };
            let cells = [
                ("parcours_id", self.key("P")),
                ("dossier_id", self.pointing(dossier_id)),
                ("dispositif", dispositif.to_owned()),
                ("conseiller_id", self.conseiller()),
                ("date_initialisation", self.maybe_near(30)),
                ("date_entree", entree_cell),
                ("date_fin_prevue", self.maybe_after(30, entree)),
                ("date_fin", fin.map(|fin| fin.to_string()).unwrap_or_default()),
                ("motif_fin", self.hasard.maybe(30, &mots::MOTIFS).to_owned()),
            ];
            self.push("parcours", structure_id, &cells);
            entree = fin.unwrap_or(entree);
        }
    }

    fn write_evenements(&mut self, structure_id: &str, dossier_id: &str, accueil: Date) {
        let mut day = accueil;
        // One who never comes.
        let lost = self.hasard.chance(6);
        for _ in 0..self.hasard.below(8) {
            day = match self.hasard.below(4) {
                0 => day,
                1 => self.around(accueil),
                _ => self.near(),
            };
            let id = self.key("E");
            let cell = if self.hasard.chance(5) { String::new() } else { day.to_string() };
            let cells = [
                ("evenement_id", id.clone()),
                ("dossier_id", self.pointing(dossier_id)),
                ("conseiller_id", self.conseiller()),
                ("antenne", self.hasard.maybe(50, &mots::TYPES).to_owned()),
                ("date", cell),
                (
                    "type",
                    self.code(
                        4,
                        &["ENTRETIEN_INDIVIDUEL", "ENTRETIEN_INDIVIDUEL", "ATELIER"],
                        codes::EVENEMENT_TYPE,
                    )
                    .to_owned(),
                ),
                (
                    "statut",
                    if lost { "ABSENT" } else { self.hasard.maybe(4, &mots::STATUTS) }.to_owned(),
                ),
                (
                    "duree_minutes",
                    self.hasard.maybe(20, &["4", "5", "45", "240", "241"]).to_owned(),
                ),
            ];
            self.push("evenements", structure_id, &cells);
            if self.hasard.chance(50) {
                let event = self.hasard.one_of(&[0, 0, 0, 1, 2]);
                let event = match event {
                    0 => id,
                    1 => String::new(),
                    _ => "E-INCONNU".to_owned(),
                };
                let famille = self.hasard.maybe(10, codes::FAMILLE);
                // One code is of one family, the others of any.
                let code = match famille {
                    "SANTE" => "S1",
                    _ => self.hasard.maybe(15, &["P61", "P62"]),
                };
                let cells = [
                    ("proposition_id", self.key("R")),
                    ("evenement_id", event),
                    ("dossier_id", self.pointing(dossier_id)),
                    ("famille", famille.to_owned()),
                    ("code_service", code.to_owned()),
                    ("date", self.maybe_near(10)),
                    ("etat", self.hasard.maybe(10, codes::PROPOSITION_ETAT).to_owned()),
                    ("date_realisation", self.maybe_near(50)),
                ];
                self.push("propositions", structure_id, &cells);
            }
        }
    }

    fn write_situations(&mut self, structure_id: &str, dossier_id: &str) {
        let exits: Vec<Date> = self
            .rows("parcours")
            .iter()
            .filter(|row| row.get("dossier_id").is_some_and(|id| id == dossier_id))
            .filter_map(|row| row.get("date_fin")?.parse().ok())
            .collect();
        for _ in 0..self.hasard.below(5) {
            let exit = exits.get(self.hasard.below(exits.len())).copied();
            // Around the exit of a passage: 30 days after it and the day beside.
            let debut = match exit {
                Some(exit) if self.hasard.chance(60) => self.around(exit),
                _ => self.near(),
            };
            let fin = match exit {
                Some(exit) if self.hasard.chance(40) => {
                    exit.saturating_add(self.hasard.one_of(&[-1, 0, 1]).days()).to_string()
                }
                _ => self.maybe_after(45, debut),
            };
            let debut_cell = if self.hasard.chance(6) { String::new() } else { debut.to_string() };
            let sous_type = if self.hasard.chance(20) {
                "CDI"
            } else {
                self.hasard.maybe(25, codes::SITUATION_SOUS_TYPE)
            };
            let mut cells = [
                ("situation_id", self.key("S")),
                ("dossier_id", self.pointing(dossier_id)),
                (
                    "categorie",
                    self.code(3, &mots::CATEGORIES, codes::SITUATION_CATEGORIE).to_owned(),
                ),
                ("sous_type", sous_type.to_owned()),
                ("etat", self.hasard.maybe(8, codes::SITUATION_ETAT).to_owned()),
                ("date_debut", debut_cell),
                ("date_fin_prevue", self.maybe_near(50)),
                ("date_fin", fin),
                (
                    "heures_hebdo",
                    self.hasard
                        .maybe(20, &["35", "35.0", "34.99", "35.5", "20", "151.67"])
                        .to_owned(),
                ),
            ];
            self.push("situations", structure_id, &cells);
            // Entered again.
            if self.hasard.chance(5) {
                cells[0].1 = self.key("S");
                self.push("situations", structure_id, &cells);
            }
        }
    }

    fn write_allocations(&mut self, structure_id: &str, dossier_id: &str) {
        let mut mois = self.near();
        for _ in 0..self.hasard.below(6) {
            mois = match self.hasard.below(4) {
                0 | 1 => mois,
                2 => mois.saturating_add(1.month()),
                _ => self.near(),
            };
            let month = format!("{:04}-{:02}", mois.year(), mois.month());
            // Sums that reach the ceiling to the cent, and one cent beside it.
            let ceiling = plafond::of_month(&month).unwrap_or(47_095);
            let cents = match self.hasard.below(8) {
                0 | 1 => ceiling,
                2 => ceiling + 1,
                3 => ceiling - 1,
                4 => 10_000,
                5 => ceiling - 10_000,
                6 => 1,
                _ => self.hasard.one_of(&[0, -1, 20]),
            };
            let euros = format!(
                "{}{}.{:02}",
                if cents < 0 { "-" } else { "" },
                cents.abs() / 100,
                cents.abs() % 100
            );
            let kind = self.hasard.maybe(3, &["PACEA", "PACEA", "PACEA", "PIAL", "GJ", "CEJ"]);
            let paid = if self.hasard.chance(80) { &euros } else { "10.01" };
            let cells = [
                ("allocation_id", self.key("A")),
                ("dossier_id", self.pointing(dossier_id)),
                ("type", kind.to_owned()),
                ("mois", if self.hasard.chance(4) { String::new() } else { month }),
                ("montant", if self.hasard.chance(6) { String::new() } else { euros.clone() }),
                ("statut", self.hasard.maybe(4, &mots::STATUTS_ALLOCATION).to_owned()),
                ("date_envoi_asp", self.maybe_near(25)),
                ("date_retour_asp", self.maybe_near(60)),
                (
                    "montant_paye",
                    if self.hasard.chance(10) { String::new() } else { paid.to_owned() },
                ),
                ("parcours_id", self.passage(dossier_id)),
            ];
            self.push("allocations", structure_id, &cells);
        }
    }
}
