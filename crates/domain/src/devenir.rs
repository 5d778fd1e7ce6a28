//! What became of an object that a margin or a deadline of the extract before named, as the extract that
//! follows proves it. Pure: facts in, one answer out.

use jiff::civil::Date;

/// A dossier in an extract, without a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierVu {
    /// Its state: `ACTIF`, `EN_VEILLE`, `ARCHIVE`.
    pub statut: Option<String>,
    /// Whether the young person is beyond the limit of age.
    pub hors_age: bool,
    /// Whether a PACEA is open.
    pub pacea_ouvert: bool,
    /// Entry of the first diagnostic.
    pub diagnostic: Option<Date>,
    /// Its passages.
    pub passages: Vec<PassageVu>,
    /// Its situations.
    pub situations: Vec<SituationVue>,
}

/// A passage in a dispositif.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassageVu {
    /// Its identifier.
    pub id: String,
    /// Code of the dispositif.
    pub dispositif: Option<String>,
    /// Entry.
    pub entree: Option<Date>,
    /// End.
    pub fin: Option<Date>,
    /// Whether its exit is positive: employment, alternance or training.
    pub positive: bool,
    /// Whether its exit is durable employment or alternance.
    pub durable: bool,
}

/// A situation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SituationVue {
    /// Its identifier.
    pub id: String,
    /// Code of its category.
    pub categorie: Option<String>,
    /// Code of its sub-type.
    pub sous_type: Option<String>,
    /// Code of its state.
    pub etat: Option<String>,
    /// First day.
    pub debut: Option<Date>,
    /// Last day.
    pub fin: Option<Date>,
    /// Last day foreseen.
    pub fin_prevue: Option<Date>,
}

/// What became of a margin or of a deadline. Every object has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Issue {
    /// A PACEA was entered since.
    EntreePacea,
    /// A diagnostic was begun.
    Diagnostic,
    /// Something lived during the PACEA was written.
    MiseEnSituation,
    /// The PACEA, or the contract of engagement, ended in employment, alternance or training.
    SortiePositive,
    /// It ended otherwise, or in nothing that was written.
    AutreSortie,
    /// The contract ended, and employment followed.
    PuisEmploi,
    /// The contract ended, and an alternance followed.
    PuisAlternance,
    /// The contract ended, and training followed.
    PuisFormation,
    /// The contract ended, and something else followed: a service, an immersion, a search.
    PuisAutre,
    /// The contract ended, and nothing written followed.
    PuisRien,
    /// The contract goes on: its end was put off, or is yet to be written.
    Prolonge,
    /// Another programme was entered: CEJ or Garantie jeunes.
    AutreProgramme,
    /// Beyond the limit of age.
    LimiteAge,
    /// The dossier is no longer active.
    DossierInactif,
    /// The dossier, or the line, is no longer in the extract.
    Absent,
    /// Still a margin, still to come.
    Encore,
    /// The rule could not judge this extract, or is not the same any more.
    NonRejugee,
    /// No longer caught, for none of these reasons.
    Autre,
}

impl Issue {
    /// Every one, in the order of the pages: what was won first.
    pub const ALL: [Self; 18] = [
        Self::EntreePacea,
        Self::Diagnostic,
        Self::MiseEnSituation,
        Self::SortiePositive,
        Self::AutreSortie,
        Self::PuisEmploi,
        Self::PuisAlternance,
        Self::PuisFormation,
        Self::PuisAutre,
        Self::PuisRien,
        Self::Prolonge,
        Self::AutreProgramme,
        Self::LimiteAge,
        Self::DossierInactif,
        Self::Absent,
        Self::Encore,
        Self::NonRejugee,
        Self::Autre,
    ];

    /// The code of an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EntreePacea => "entree_pacea",
            Self::Diagnostic => "diagnostic",
            Self::MiseEnSituation => "mise_en_situation",
            Self::SortiePositive => "sortie_positive",
            Self::AutreSortie => "autre_sortie",
            Self::PuisEmploi => "puis_emploi",
            Self::PuisAlternance => "puis_alternance",
            Self::PuisFormation => "puis_formation",
            Self::PuisAutre => "puis_autre",
            Self::PuisRien => "puis_rien",
            Self::Prolonge => "prolonge",
            Self::AutreProgramme => "autre_programme",
            Self::LimiteAge => "limite_age",
            Self::DossierInactif => "dossier_inactif",
            Self::Absent => "absent",
            Self::Encore => "encore",
            Self::NonRejugee => "non_rejugee",
            Self::Autre => "autre",
        }
    }

    /// That of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|issue| issue.code() == code)
    }
}

/// What a rule waits for: what wins its margin, or what ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attente {
    /// An entry in PACEA.
    Entree,
    /// A diagnostic.
    Diagnostic,
    /// Something lived during the PACEA.
    Pratique,
    /// The end of the open PACEA of the dossier.
    Sortie,
    /// The end of that situation.
    Contrat,
    /// The end of that passage.
    Passage,
    /// Nothing that can be read: it stands, or not.
    Rien,
}

/// An object of the extract before, and the extract that follows it.
#[derive(Debug, Clone, Copy)]
pub struct Sujet<'a> {
    /// What the rule waits for.
    pub attente: Attente,
    /// Key of the object within its table.
    pub objet: &'a str,
    /// Whether it is of a dossier: otherwise nothing is known but the list.
    pub de_dossier: bool,
    /// Extraction date of the extract before.
    pub avant: Date,
    /// Whether the rule judged the extract that follows, and is the same.
    pub jugee: bool,
    /// Whether it is still in the list of the rule.
    pub encore: bool,
    /// The dossier in the extract that follows; none when it is not there.
    pub dossier: Option<&'a DossierVu>,
}

/// What became of it: the first that holds, what was won before what was lost.
#[must_use]
pub fn issue(sujet: &Sujet<'_>) -> Issue {
    if sujet.encore {
        return Issue::Encore;
    }
    if let Some(won) = sujet.dossier.and_then(|dossier| won(sujet, dossier)) {
        return won;
    }
    if !sujet.jugee {
        return Issue::NonRejugee;
    }
    match sujet.dossier {
        None if sujet.de_dossier => Issue::Absent,
        None => Issue::Autre,
        Some(dossier) => lost(sujet, dossier),
    }
}

fn won(sujet: &Sujet<'_>, dossier: &DossierVu) -> Option<Issue> {
    let since = |day: Option<Date>| day.is_some_and(|day| day > sujet.avant);
    let pacea = || dossier.passages.iter().filter(|p| p.dispositif.as_deref() == Some("PACEA"));
    match sujet.attente {
        // One entered before and written late is open all the same.
        Attente::Entree => {
            let entered = dossier.pacea_ouvert || pacea().any(|passage| since(passage.entree));
            entered.then_some(Issue::EntreePacea)
        }
        Attente::Diagnostic => dossier.diagnostic.map(|_| Issue::Diagnostic),
        Attente::Sortie => closed_pacea(dossier, sujet.avant),
        Attente::Pratique => closed_pacea(dossier, sujet.avant)
            .or_else(|| dossier.pacea_ouvert.then_some(Issue::MiseEnSituation)),
        Attente::Contrat => contract(sujet.objet, dossier),
        Attente::Passage => {
            let own = dossier.passages.iter().find(|passage| passage.id == sujet.objet)?;
            own.fin?;
            Some(if own.positive { Issue::SortiePositive } else { Issue::AutreSortie })
        }
        Attente::Rien => None,
    }
}

/// How the PACEA that was open at that date ended, when none is open any more: the last one entered
/// by then.
fn closed_pacea(dossier: &DossierVu, avant: Date) -> Option<Issue> {
    if dossier.pacea_ouvert {
        return None;
    }
    let was = dossier.passages.iter().filter(|passage| {
        passage.dispositif.as_deref() == Some("PACEA")
            && passage.entree.is_some_and(|entree| entree <= avant)
    });
    let last = was.max_by_key(|passage| (passage.entree, passage.fin))?;
    last.fin?;
    Some(if last.positive { Issue::SortiePositive } else { Issue::AutreSortie })
}

/// What followed a contract: the latest situation begun since it began, itself left out. None when the
/// contract is no longer there.
fn contract(objet: &str, dossier: &DossierVu) -> Option<Issue> {
    let own = dossier.situations.iter().find(|situation| situation.id == objet)?;
    let ended = own.fin.is_some() || own.etat.as_deref() == Some("TERMINE");
    if !ended {
        return Some(Issue::Prolonge);
    }
    let later = dossier
        .situations
        .iter()
        .filter(|other| other.id != own.id && other.debut.is_some() && other.debut > own.debut);
    let next = later.max_by_key(|other| (other.debut, &other.id));
    Some(match next.and_then(|next| next.categorie.as_deref()) {
        Some("EMPLOI") => Issue::PuisEmploi,
        Some("ALTERNANCE") => Issue::PuisAlternance,
        Some("FORMATION") => Issue::PuisFormation,
        Some(_) => Issue::PuisAutre,
        None => Issue::PuisRien,
    })
}

fn lost(sujet: &Sujet<'_>, dossier: &DossierVu) -> Issue {
    let programme = |passage: &PassageVu| {
        matches!(passage.dispositif.as_deref(), Some("CEJ" | "GJ"))
            && passage.entree.is_some_and(|entree| entree > sujet.avant)
    };
    let line = match sujet.attente {
        Attente::Contrat => dossier.situations.iter().any(|own| own.id == sujet.objet),
        Attente::Passage => dossier.passages.iter().any(|own| own.id == sujet.objet),
        _ => true,
    };
    if !line {
        Issue::Absent
    } else if dossier.hors_age {
        Issue::LimiteAge
    } else if dossier.statut.as_deref().is_some_and(|statut| statut != "ACTIF") {
        Issue::DossierInactif
    } else if dossier.passages.iter().any(programme) {
        Issue::AutreProgramme
    } else {
        Issue::Autre
    }
}

#[cfg(test)]
#[path = "devenir_tests.rs"]
mod tests;
