//! The facts that alerts come from, and which alerts they give.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Alerte, Cle, Genre, Importance, Public, Seuils};

/// Entries of a usual month below which a fall means nothing.
const ENTREES: u64 = 10;
/// Whole months that the usual month is taken over, at most and at least.
const MOIS: (usize, usize) = (6, 3);

/// What a rule says of the extract that counts, and said of the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nombres {
    /// Not in the extract before.
    pub nouvelles: u64,
    /// In the extract before, and judged again since.
    pub avant: u64,
}

/// What ends in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fins {
    /// Objects whose day is in it.
    pub nombre: u64,
    /// The first of those days that has not passed; none once all have.
    pub premiere: Option<Date>,
}

impl Fins {
    /// Adds one that ends on that day.
    pub fn add(&mut self, le: Date, aujourd_hui: Date) {
        self.nombre += 1;
        let ahead = Some(le).filter(|le| *le >= aujourd_hui);
        self.premiere = self.premiere.into_iter().chain(ahead).min();
    }

    /// None yet.
    #[must_use]
    pub const fn none() -> Self {
        Self { nombre: 0, premiere: None }
    }
}

/// What ends, by week (its Monday).
type Semaines = BTreeMap<Date, Fins>;

/// What is known of a rule in a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaitsRegle {
    /// What it caught.
    pub nombres: Nombres,
    /// Objects judged in this extract.
    pub jugees: u64,
    /// Objects judged in the one before.
    pub jugees_avant: u64,
    /// The table that it needs and that this extract does not have.
    pub sans_table: Option<String>,
}

/// What is known of a conseiller's portfolio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaitsConseiller {
    /// By rule.
    pub regles: BTreeMap<String, Nombres>,
    /// Justified anomalies that will soon be asked again.
    pub justifications: u64,
    /// Anomalies to be dealt with by a day that comes, or has passed.
    pub echeances: u64,
    /// What the rules of deadline say ends, by week.
    pub fins: Semaines,
}

/// What is known of a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitsCentre {
    /// Extraction date of the extract that counts.
    pub extraction: Date,
    /// By rule of the catalogue.
    pub regles: BTreeMap<String, FaitsRegle>,
    /// Of those who have an account.
    pub conseillers: BTreeMap<String, FaitsConseiller>,
    /// Justified anomalies that will soon be asked again.
    pub justifications: u64,
    /// Anomalies to be dealt with by a day that comes, or has passed.
    pub echeances: u64,
    /// What the rules of deadline say ends, by week.
    pub fins: Semaines,
    /// Entries by indicator and month (its first day).
    pub entrees: BTreeMap<String, BTreeMap<Date, u64>>,
}

/// All that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faits {
    /// The day on which this is looked at.
    pub aujourd_hui: Date,
    /// Centres with data that count.
    pub centres: BTreeMap<String, FaitsCentre>,
    /// By rule, over every centre whose figures the network reads.
    pub reseau: BTreeMap<String, Nombres>,
    /// Rules published that judge nothing, by code; the centre that each judges when it is of one only.
    pub de_cote: BTreeMap<String, Option<String>>,
    /// Parts of the installation that are not well, and whether that is grave.
    pub installation: BTreeMap<String, bool>,
}

impl Faits {
    /// Nothing, on that day.
    #[must_use]
    pub fn none(aujourd_hui: Date) -> Self {
        Self {
            aujourd_hui,
            centres: BTreeMap::new(),
            reseau: BTreeMap::new(),
            de_cote: BTreeMap::new(),
            installation: BTreeMap::new(),
        }
    }
}

/// The alerts that the facts give, each named once.
#[must_use]
pub fn detect(faits: &Faits, seuils: &Seuils) -> Vec<Alerte> {
    let mut all = Vec::new();
    for (id, centre) in &faits.centres {
        of_centre(&mut all, id, centre, faits.aujourd_hui);
        for (conseiller, own) in &centre.conseillers {
            of_conseiller(&mut all, (id, conseiller), own, (centre.extraction, faits.aujourd_hui));
        }
    }
    of_network(&mut all, faits);
    for (code, centre) in &faits.de_cote {
        let public = if centre.is_some() { Public::Centre } else { Public::Reseau };
        let cle = named(public, Genre::DeCote, centre.as_deref(), code);
        let importance = Importance::Haute;
        all.push(Alerte { cle, chiffre: 0, reference: 0, jour: None, importance });
    }
    for (quoi, grave) in &faits.installation {
        let importance = if *grave { Importance::Haute } else { Importance::Moyenne };
        let cle = named(Public::Installation, Genre::Installation, None, quoi);
        all.push(Alerte { cle, chiffre: 0, reference: 0, jour: None, importance });
    }
    all.retain(|alerte| alerte.passes(seuils));
    all
}

fn named(public: Public, genre: Genre, centre: Option<&str>, objet: &str) -> Cle {
    Cle {
        public,
        genre,
        structure_id: centre.map(str::to_owned),
        conseiller_id: None,
        objet: objet.to_owned(),
    }
}

/// What the people of a centre are told, and of each centre what the network is told too.
fn of_centre(all: &mut Vec<Alerte>, id: &str, centre: &FaitsCentre, today: Date) {
    let jour = Some(centre.extraction);
    let mut push = |public, genre, objet: &str, (chiffre, reference), jour, importance| {
        let cle = named(public, genre, Some(id), objet);
        all.push(Alerte { cle, chiffre, reference, jour, importance });
    };
    let (haute, moyenne) = (Importance::Haute, Importance::Moyenne);
    let mut lost: BTreeMap<&str, u64> = BTreeMap::new();
    for (code, regle) in &centre.regles {
        let Nombres { nouvelles, avant } = regle.nombres;
        push(Public::Centre, Genre::Hausse, code, (nouvelles, avant), jour, moyenne);
        if regle.jugees > 0 || regle.jugees_avant == 0 {
            continue;
        }
        match &regle.sans_table {
            Some(table) => *lost.entry(table).or_default() += 1,
            None => {
                push(Public::Centre, Genre::Muette, code, (0, regle.jugees_avant), jour, moyenne);
            }
        }
    }
    for public in [Public::Centre, Public::Reseau] {
        for (table, count) in &lost {
            push(public, Genre::Table, table, (*count, 0), jour, haute);
        }
        let days = crate::vie::age(centre.extraction, today);
        push(public, Genre::Retard, "", (u64::from(days), 0), jour, haute);
        for (indicateur, months) in &centre.entrees {
            if let Some((month, count, usual)) = last_month(months, centre.extraction) {
                let month = Some(month);
                push(public, Genre::Baisse, indicateur, (count, usual), month, haute);
            }
        }
    }
    if centre.justifications > 0 {
        let figure = (centre.justifications, 0);
        push(Public::Centre, Genre::Justification, "", figure, None, moyenne);
    }
    if centre.echeances > 0 {
        push(Public::Centre, Genre::Echeance, "", (centre.echeances, 0), None, moyenne);
    }
    for (monday, figure) in to_come(&centre.fins, today) {
        let week = monday.to_string();
        push(Public::Centre, Genre::Fin, &week, figure, Some(monday), moyenne);
    }
}

fn of_conseiller(
    all: &mut Vec<Alerte>,
    (centre, conseiller): (&str, &str),
    own: &FaitsConseiller,
    (extraction, today): (Date, Date),
) {
    let mut push = |genre, objet: &str, (chiffre, reference), jour, importance| {
        let cle = Cle {
            conseiller_id: Some(conseiller.to_owned()),
            ..named(Public::Conseiller, genre, Some(centre), objet)
        };
        all.push(Alerte { cle, chiffre, reference, jour, importance });
    };
    for (code, Nombres { nouvelles, avant }) in &own.regles {
        let figure = (*nouvelles, *avant);
        push(Genre::Hausse, code, figure, Some(extraction), Importance::Moyenne);
    }
    if own.justifications > 0 {
        let figure = (own.justifications, 0);
        push(Genre::Justification, "", figure, None, Importance::Moyenne);
    }
    if own.echeances > 0 {
        push(Genre::Echeance, "", (own.echeances, 0), None, Importance::Haute);
    }
    for (monday, figure) in to_come(&own.fins, today) {
        push(Genre::Fin, &monday.to_string(), figure, Some(monday), Importance::Moyenne);
    }
}

/// The weeks in which something still ends: their Monday, how many end in them, days until the first.
fn to_come(fins: &Semaines, today: Date) -> impl Iterator<Item = (Date, (u64, u64))> + '_ {
    fins.iter().filter_map(move |(monday, fins)| {
        let days = crate::vie::age(today, fins.premiere?);
        Some((*monday, (fins.nombre, u64::from(days))))
    })
}

/// What is said of the network as a whole: rules that rise over all centres, rules that fell silent in some.
fn of_network(all: &mut Vec<Alerte>, faits: &Faits) {
    for (code, Nombres { nouvelles, avant }) in &faits.reseau {
        all.push(Alerte {
            cle: named(Public::Reseau, Genre::Hausse, None, code),
            chiffre: *nouvelles,
            reference: *avant,
            jour: None,
            importance: Importance::Moyenne,
        });
    }
    let mut silent: BTreeMap<&str, (u64, BTreeSet<&str>)> = BTreeMap::new();
    for (id, centre) in &faits.centres {
        for (code, regle) in &centre.regles {
            if regle.jugees == 0 && regle.jugees_avant > 0 && regle.sans_table.is_none() {
                let (before, centres) = silent.entry(code).or_default();
                *before += regle.jugees_avant;
                centres.insert(id);
            }
        }
    }
    for (code, (_, centres)) in silent {
        all.push(Alerte {
            cle: named(Public::Reseau, Genre::Muette, None, code),
            chiffre: u64::try_from(centres.len()).unwrap_or(u64::MAX),
            reference: u64::try_from(faits.centres.len()).unwrap_or(u64::MAX),
            jour: None,
            importance: Importance::Moyenne,
        });
    }
}

/// The last whole month before an extraction, its entries, and those of a usual month: the median of the
/// months before, or the same month of the year before when it had fewer (holidays are not a fall). None
/// when the months before are too few, or too small to tell.
fn last_month(months: &BTreeMap<Date, u64>, extraction: Date) -> Option<(Date, u64, u64)> {
    let whole = |month: &Date| month.last_of_month() < extraction;
    let known: Vec<(Date, u64)> =
        months.iter().filter(|(month, _)| whole(month)).map(|(m, count)| (*m, *count)).collect();
    let ((month, count), before) = known.split_last()?;
    // The month that the extract could tell: an older one would be told again and again.
    if extraction.first_of_month().yesterday().ok()?.first_of_month() != *month {
        return None;
    }
    let mut recent: Vec<u64> = before.iter().rev().take(MOIS.0).map(|(_, count)| *count).collect();
    if recent.len() < MOIS.1 {
        return None;
    }
    recent.sort_unstable();
    let median = *recent.get((recent.len() - 1) / 2)?;
    let year_before = month.year().checked_sub(1)?;
    let same = before.iter().find(|(m, _)| m.year() == year_before && m.month() == month.month());
    let usual = same.map_or(median, |(_, count)| median.min(*count));
    (usual >= ENTREES).then_some((*month, *count, usual))
}
