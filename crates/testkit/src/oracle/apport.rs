//! What each object of a centre brings to each indicator.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::donnees::{Centre, Dossier, Row};
use super::jour::{days_between, month, plus_months};
use super::mots::{
    age_at, at_exit, durable, entered_pacea, has_open, honoured, interview, live, of, open_at,
    passages, positive,
};
use super::regle::{Objet, REGLES, ResultatRegle, objet};
use super::{cadre, complement};

/// One object's part in one indicator, with what it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Apport {
    pub(crate) code: &'static str,
    pub(crate) structure_id: String,
    pub(crate) conseiller_id: Option<String>,
    pub(crate) antenne: Option<String>,
    pub(crate) num: f64,
    pub(crate) den: f64,
    pub(crate) mesure: Option<f64>,
    /// For a number of distinct dossiers: which one.
    pub(crate) dossier_id: Option<String>,
}

impl Apport {
    /// A part that belongs to the centre as a whole.
    pub(crate) fn new(code: &'static str, structure_id: &str, num: f64, den: f64) -> Self {
        Self {
            code,
            structure_id: structure_id.to_owned(),
            conseiller_id: None,
            antenne: None,
            num,
            den,
            mesure: None,
            dossier_id: None,
        }
    }
}

/// What is brought so far.
pub(super) struct Parts {
    list: Vec<Apport>,
    last_day: Date,
}

impl Parts {
    /// Nothing yet, over a period that ends on that day.
    pub(super) fn new(last_day: Date) -> Self {
        Self { list: Vec::new(), last_day }
    }

    /// Everything that was brought.
    pub(super) fn into_list(self) -> Vec<Apport> {
        self.list
    }

    /// The last day of the period: which definition counts, when it has several.
    pub(super) fn last_day(&self) -> Date {
        self.last_day
    }

    pub(super) fn push(&mut self, code: &'static str, owner: &Objet, num: f64, den: f64) {
        let mut apport = Apport::new(code, &owner.structure_id, num, den);
        apport.conseiller_id.clone_from(&owner.conseiller_id);
        apport.antenne.clone_from(&owner.antenne);
        self.list.push(apport);
    }

    pub(super) fn count(&mut self, code: &'static str, owner: &Objet, when: bool) {
        if when {
            self.push(code, owner, 1.0, 0.0);
        }
    }

    /// A dossier that counts once for each conseiller, antenne or centre that an object of it
    /// belongs to.
    pub(super) fn distinct(&mut self, code: &'static str, owner: &Objet, dossier: &Dossier) {
        self.push(code, owner, 0.0, 0.0);
        if let Some(last) = self.list.last_mut() {
            last.dossier_id = dossier.row.get("dossier_id").map(str::to_owned);
        }
    }

    pub(super) fn rate(&mut self, code: &'static str, owner: &Objet, numerator: bool) {
        self.push(code, owner, f64::from(u8::from(numerator)), 1.0);
    }

    pub(super) fn measure(&mut self, code: &'static str, owner: &Objet, days: Option<i64>) {
        let Some(days) = days.and_then(|days| i32::try_from(days).ok()) else { return };
        self.push(code, owner, f64::from(days), 1.0);
        if let Some(last) = self.list.last_mut() {
            last.mesure = Some(f64::from(days));
        }
    }
}

/// The period, and the extraction date.
#[derive(Clone, Copy)]
pub(super) struct Quand {
    pub(super) d1: Date,
    pub(super) d2: Date,
    pub(super) reference: Date,
}

impl Quand {
    /// Whether the period has that day.
    pub(super) fn holds(self, day: Option<Date>) -> bool {
        day.is_some_and(|day| self.d1 <= day && day <= self.d2)
    }
}

/// Everything a centre brings.
pub(crate) fn of_centre(
    id: &str,
    centre: &Centre,
    regles: &BTreeMap<&'static str, ResultatRegle>,
    reference: Date,
    (d1, d2): (Date, Date),
) -> Vec<Apport> {
    let quand = Quand { d1, d2, reference };
    let mut parts = Parts::new(d2);
    for dossier in centre.dossiers.values() {
        let owner = objet(id, "dossiers", &dossier.row, None);
        of_dossier(&mut parts, quand, dossier, &owner);
        cadre::of_dossier(&mut parts, quand, dossier, &owner);
        complement::of_dossier(&mut parts, quand, dossier, &owner);
        for passage in &dossier.parcours {
            let owner = objet(id, "parcours", passage, Some(&dossier.row));
            of_passage(&mut parts, quand, dossier, passage, &owner);
            cadre::of_passage(&mut parts, quand, dossier, passage, &owner);
            complement::of_passage(&mut parts, quand, dossier, passage, &owner);
        }
        for event in &dossier.evenements {
            let owner = objet(id, "evenements", event, Some(&dossier.row));
            of_event(&mut parts, quand, centre, dossier, event, &owner);
            cadre::of_event(&mut parts, quand, dossier, event, &owner);
        }
        for row in &dossier.propositions {
            let owner = objet(id, "propositions", row, Some(&dossier.row));
            complement::of_proposition(&mut parts, quand, dossier, row, &owner);
        }
        for row in &dossier.situations {
            let owner = objet(id, "situations", row, Some(&dossier.row));
            let pmsmp = row.among("categorie", &["PMSMP"]);
            parts.count("PMS-N", &owner, pmsmp && quand.holds(row.date("date_debut")));
            cadre::of_situation(&mut parts, quand, dossier, row, &owner);
        }
        for row in &dossier.allocations {
            let owner = objet(id, "allocations", row, Some(&dossier.row));
            of_allocation(&mut parts, quand, row, &owner);
            cadre::of_allocation(&mut parts, quand, dossier, row, &owner);
            complement::of_allocation(&mut parts, quand, row, &owner);
        }
    }
    let whole = Objet {
        structure_id: id.to_owned(),
        table: "enveloppes".to_owned(),
        id: String::new(),
        dossier_id: None,
        conseiller_id: None,
        antenne: None,
    };
    for row in &centre.enveloppes {
        let year = d2.year().to_string();
        let notified = row.date("date_notification").is_some_and(|day| day <= d2);
        if row.among("type", &["PACEA"]) && row.get("annee") == Some(&year) && notified {
            parts.push("ALL-C", &whole, 0.0, euros(row, "montant"));
        }
        complement::of_enveloppe(&mut parts, quand, row, &whole);
    }
    for (code, severity) in REGLES {
        let caught = regles.get(code).map(|result| result.objets.as_slice()).unwrap_or_default();
        for objet in caught.iter().filter(|objet| severity == "high" && objet.structure_id == id) {
            parts.push("QUA-H", objet, 1.0, 0.0);
        }
    }
    parts.list
}

pub(super) fn euros(row: &Row, column: &str) -> f64 {
    row.get(column).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn of_dossier(parts: &mut Parts, quand: Quand, dossier: &Dossier, owner: &Objet) {
    let row = &dossier.row;
    let accueil = row.date("date_premier_accueil");
    parts.count("ACC-N", owner, quand.holds(accueil));
    if quand.holds(accueil) {
        let diagnosed = passages(dossier, "DIAG")
            .any(|diag| diag.date("date_entree").is_some_and(|day| day <= quand.reference));
        parts.rate("DIA-T", owner, diagnosed);
    }
    if row.among("statut", &["ACTIF"]) {
        parts.push("QUA-H", owner, 0.0, 1.0);
    }
}

fn of_passage(parts: &mut Parts, quand: Quand, dossier: &Dossier, passage: &Row, owner: &Objet) {
    let (entree, fin) = (passage.date("date_entree"), passage.date("date_fin"));
    let length = entree.zip(fin).map(|(entree, fin)| days_between(entree, fin));
    let ended = quand.holds(fin);
    if of(passage, "DIAG") && ended {
        parts.measure("DIA-D", owner, length);
    }
    parts.count("GJ-E", owner, of(passage, "GJ") && quand.holds(entree));
    parts.count("CEJ-E", owner, of(passage, "CEJ") && quand.holds(entree));
    if of(passage, "GJ") && ended {
        let worked = |row: &Row| row.among("categorie", &["EMPLOI", "ALTERNANCE"]);
        parts.rate("GJ-P", owner, at_exit(dossier, passage, worked) == Some(true));
    }
    if !of(passage, "PACEA") {
        return;
    }
    if open_at(passage, quand.d2) {
        parts.distinct("PAC-S", owner, dossier);
    }
    if ended {
        parts.count("PAC-F", owner, true);
        parts.rate("PAC-P", owner, at_exit(dossier, passage, positive) == Some(true));
        parts.rate("PAC-D", owner, at_exit(dossier, passage, durable) == Some(true));
        parts.measure("PAC-L", owner, length);
    }
    if let Some(entree) = entree.filter(|day| quand.holds(Some(*day))) {
        of_entry(parts, dossier, passage, entree, owner);
    }
}

fn of_entry(parts: &mut Parts, dossier: &Dossier, passage: &Row, entree: Date, owner: &Objet) {
    let row = &dossier.row;
    parts.count("PAC-E", owner, true);
    let first = entered_pacea(dossier).first().and_then(|first| first.get("parcours_id"));
    if let Some(accueil) = row.date("date_premier_accueil")
        && first == passage.get("parcours_id")
    {
        parts.rate("PAC-R", owner, entree <= plus_months(accueil, 3));
    }
    for (code, column, wanted) in [
        ("PUB-Q", "qpv", "oui"),
        ("PUB-Z", "zrr", "oui"),
        ("PUB-F", "sexe", "F"),
        ("PUB-R", "rqth", "oui"),
    ] {
        if let Some(text) = row.get(column) {
            parts.rate(code, owner, text == wanted);
        }
    }
    if let Some(niveau) = row.get("niveau_formation") {
        parts.rate("PUB-N", owner, ["1", "2", "3"].contains(&niveau));
    }
    if let Some(age) = age_at(row, Some(entree)) {
        parts.rate("PUB-M", owner, age < 18);
    }
}

fn of_event(
    parts: &mut Parts,
    quand: Quand,
    centre: &Centre,
    dossier: &Dossier,
    event: &Row,
    owner: &Objet,
) {
    let Some(day) = event.date("date").filter(|day| quand.holds(Some(*day))) else { return };
    parts.count("ACC-E", owner, interview(event));
    if honoured(event) {
        parts.distinct("ACC-J", owner, dossier);
    }
    if honoured(event) && has_open(dossier, &["PACEA"], day) {
        let attached = event.get("evenement_id").map(|id| centre.with_proposition.contains(id));
        parts.rate("PAC-V", owner, attached == Some(true));
    }
}

fn of_allocation(parts: &mut Parts, quand: Quand, row: &Row, owner: &Objet) {
    let Some(mois) = row.get("mois") else { return };
    // A month is where its first day is.
    let in_period = quand.holds(format!("{mois}-01").parse().ok());
    if row.among("statut", &["PAYE"]) && in_period {
        parts.push("ALL-P", owner, euros(row, "montant_paye"), 0.0);
    }
    let of_year = mois.starts_with(&quand.d2.year().to_string());
    if live(row) && row.among("type", &["PACEA"]) && of_year && mois <= month(quand.d2).as_str() {
        parts.push("ALL-C", owner, euros(row, "montant"), 0.0);
    }
}
