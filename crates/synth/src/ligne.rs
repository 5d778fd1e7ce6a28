//! The rows of the canonical tables, as values: what both forms of a region write.

use crate::centre::{Centre, Conseiller};
use crate::jour::Jour;

/// One cell. Codes and texts never hold a separator, a quote or a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cellule<'a> {
    /// Unknown.
    Vide,
    /// A text or an identifier.
    Texte(&'a str),
    /// A canonical code.
    Code(&'static str),
    /// An identifier: a letter and a number.
    Cle(u8, u64),
    /// A day.
    Jour(Jour),
    /// A month, by any of its days.
    Mois(Jour),
    /// A whole number.
    Entier(i64),
    /// An amount, or hours, in hundredths.
    Centiemes(i64),
}

impl<'a> Cellule<'a> {
    fn jour(jour: Option<Jour>) -> Self {
        jour.map_or(Self::Vide, Self::Jour)
    }

    fn code(code: &'static str) -> Self {
        if code.is_empty() { Self::Vide } else { Self::Code(code) }
    }

    fn texte(text: &'a str) -> Self {
        if text.is_empty() { Self::Vide } else { Self::Texte(text) }
    }

    fn oui(value: bool) -> Self {
        Self::Code(if value { "oui" } else { "non" })
    }

    fn cle(letter: u8, number: Option<u64>) -> Self {
        number.map_or(Self::Vide, |number| Self::Cle(letter, number))
    }
}

/// A row of one canonical table.
pub(crate) trait Ligne {
    /// Its table.
    const TABLE: Nom;

    /// Hands its cells over, in canonical order.
    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>));
}

/// The nine canonical tables, in the order of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nom {
    Structures,
    Conseillers,
    Dossiers,
    Parcours,
    Evenements,
    Propositions,
    Situations,
    Allocations,
    Enveloppes,
}

/// The row of the centre itself.
#[derive(Debug)]
pub(crate) struct LigneStructure;

impl Ligne for LigneStructure {
    const TABLE: Nom = Nom::Structures;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Texte(centre.structure.nom.trim()));
        emit(Cellule::Texte(centre.structure.departement));
        emit(Cellule::Texte(centre.structure.region));
        emit(Cellule::Texte(centre.groupe_pairs));
    }
}

impl Ligne for Conseiller {
    const TABLE: Nom = Nom::Conseillers;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'C', self.numero.into()));
        emit(Cellule::Texte(self.nom));
        emit(Cellule::Texte(self.prenom));
        emit(Cellule::Texte(self.fonction));
        emit(Cellule::Texte(self.antenne));
        emit(Cellule::Jour(self.debut));
        emit(Cellule::jour(self.fin));
    }
}

/// A young person's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dossier {
    pub(crate) numero: u64,
    pub(crate) antenne: &'static str,
    pub(crate) conseiller: Option<u64>,
    pub(crate) nom: &'static str,
    pub(crate) prenom: &'static str,
    /// Whether the names are written in capitals.
    pub(crate) capitales: bool,
    pub(crate) naissance: Option<Jour>,
    pub(crate) sexe: &'static str,
    /// Rank among the communes of the centre.
    pub(crate) commune: usize,
    pub(crate) qpv: Option<bool>,
    pub(crate) zrr: Option<bool>,
    pub(crate) niveau: &'static str,
    pub(crate) rqth: Option<bool>,
    pub(crate) nationalite: &'static str,
    pub(crate) couverture: &'static str,
    pub(crate) creation: Jour,
    pub(crate) premier_accueil: Option<Jour>,
    pub(crate) statut: &'static str,
    pub(crate) completude: &'static str,
    pub(crate) maj: Jour,
}

impl Ligne for Dossier {
    const TABLE: Nom = Nom::Dossiers;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'D', self.numero));
        emit(Cellule::texte(self.antenne));
        emit(Cellule::cle(b'C', self.conseiller));
        if self.capitales {
            emit(Cellule::Texte(&self.nom.to_uppercase()));
            emit(Cellule::Texte(&self.prenom.to_uppercase()));
        } else {
            emit(Cellule::texte(self.nom));
            emit(Cellule::texte(self.prenom));
        }
        emit(Cellule::jour(self.naissance));
        emit(Cellule::code(self.sexe));
        let commune = centre.communes.get(self.commune);
        emit(commune.map_or(Cellule::Vide, |(insee, _)| Cellule::Texte(insee)));
        emit(commune.map_or(Cellule::Vide, |(_, postal)| Cellule::Texte(postal)));
        emit(self.qpv.map_or(Cellule::Vide, Cellule::oui));
        emit(self.zrr.map_or(Cellule::Vide, Cellule::oui));
        emit(Cellule::code(self.niveau));
        emit(self.rqth.map_or(Cellule::Vide, Cellule::oui));
        emit(Cellule::code(self.nationalite));
        emit(Cellule::code(self.couverture));
        emit(Cellule::Jour(self.creation));
        emit(Cellule::jour(self.premier_accueil));
        emit(Cellule::code(self.statut));
        emit(Cellule::code(self.completude));
        emit(Cellule::Jour(self.maj));
    }
}

/// A passage in a dispositif.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parcours {
    pub(crate) numero: u64,
    pub(crate) dossier: u64,
    pub(crate) dispositif: &'static str,
    pub(crate) conseiller: Option<u64>,
    pub(crate) initialisation: Option<Jour>,
    pub(crate) entree: Option<Jour>,
    pub(crate) fin_prevue: Option<Jour>,
    pub(crate) fin: Option<Jour>,
    pub(crate) motif: &'static str,
    pub(crate) cerfa: Option<u64>,
    pub(crate) maj: Jour,
}

impl Ligne for Parcours {
    const TABLE: Nom = Nom::Parcours;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'P', self.numero));
        emit(Cellule::Cle(b'D', self.dossier));
        emit(Cellule::code(self.dispositif));
        emit(Cellule::cle(b'C', self.conseiller));
        emit(Cellule::jour(self.initialisation));
        emit(Cellule::jour(self.entree));
        emit(Cellule::jour(self.fin_prevue));
        emit(Cellule::jour(self.fin));
        emit(Cellule::code(self.motif));
        emit(Cellule::cle(b'K', self.cerfa));
        emit(Cellule::Jour(self.maj));
    }
}

/// A contact, honoured or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evenement {
    pub(crate) numero: u64,
    pub(crate) dossier: u64,
    pub(crate) conseiller: Option<u64>,
    pub(crate) antenne: &'static str,
    pub(crate) date: Jour,
    pub(crate) genre: &'static str,
    pub(crate) statut: &'static str,
    /// In minutes; 0 when nobody wrote it.
    pub(crate) duree: i64,
    pub(crate) maj: Jour,
}

impl Ligne for Evenement {
    const TABLE: Nom = Nom::Evenements;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'E', self.numero));
        emit(Cellule::Cle(b'D', self.dossier));
        emit(Cellule::cle(b'C', self.conseiller));
        emit(Cellule::texte(self.antenne));
        emit(Cellule::Jour(self.date));
        emit(Cellule::code(self.genre));
        emit(Cellule::code(self.statut));
        emit(if self.duree > 0 { Cellule::Entier(self.duree) } else { Cellule::Vide });
        emit(Cellule::Jour(self.maj));
    }
}

/// An act of the offre de service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proposition {
    pub(crate) numero: u64,
    pub(crate) evenement: Option<u64>,
    pub(crate) dossier: u64,
    pub(crate) famille: &'static str,
    pub(crate) code_service: &'static str,
    pub(crate) date: Jour,
    pub(crate) etat: &'static str,
    pub(crate) realisation: Option<Jour>,
    pub(crate) maj: Jour,
}

impl Ligne for Proposition {
    const TABLE: Nom = Nom::Propositions;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'O', self.numero));
        emit(Cellule::cle(b'E', self.evenement));
        emit(Cellule::Cle(b'D', self.dossier));
        emit(Cellule::code(self.famille));
        emit(Cellule::texte(self.code_service));
        emit(Cellule::Jour(self.date));
        emit(Cellule::code(self.etat));
        emit(Cellule::jour(self.realisation));
        emit(Cellule::Jour(self.maj));
    }
}

/// What a young person does for a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Situation {
    pub(crate) numero: u64,
    pub(crate) dossier: u64,
    pub(crate) categorie: &'static str,
    pub(crate) sous_type: &'static str,
    pub(crate) etat: &'static str,
    pub(crate) debut: Option<Jour>,
    pub(crate) fin_prevue: Option<Jour>,
    pub(crate) fin: Option<Jour>,
    /// In hundredths of an hour; 0 when it has no meaning.
    pub(crate) heures: i64,
    pub(crate) organisme: &'static str,
    pub(crate) maj: Jour,
}

impl Ligne for Situation {
    const TABLE: Nom = Nom::Situations;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'S', self.numero));
        emit(Cellule::Cle(b'D', self.dossier));
        emit(Cellule::code(self.categorie));
        emit(Cellule::code(self.sous_type));
        emit(Cellule::code(self.etat));
        emit(Cellule::jour(self.debut));
        emit(Cellule::jour(self.fin_prevue));
        emit(Cellule::jour(self.fin));
        emit(if self.heures > 0 { Cellule::Centiemes(self.heures) } else { Cellule::Vide });
        emit(Cellule::texte(self.organisme));
        emit(Cellule::Jour(self.maj));
    }
}

/// A month of allowance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Allocation {
    pub(crate) numero: u64,
    pub(crate) dossier: u64,
    pub(crate) parcours: Option<u64>,
    pub(crate) genre: &'static str,
    /// First day of the month.
    pub(crate) mois: Jour,
    /// In cents.
    pub(crate) montant: Option<i64>,
    pub(crate) motif: &'static str,
    pub(crate) statut: &'static str,
    pub(crate) envoi: Option<Jour>,
    pub(crate) retour: Option<Jour>,
    /// In cents.
    pub(crate) paye: Option<i64>,
    pub(crate) maj: Jour,
}

impl Ligne for Allocation {
    const TABLE: Nom = Nom::Allocations;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Cle(b'A', self.numero));
        emit(Cellule::Cle(b'D', self.dossier));
        emit(Cellule::cle(b'P', self.parcours));
        emit(Cellule::code(self.genre));
        emit(Cellule::Mois(self.mois));
        emit(self.montant.map_or(Cellule::Vide, Cellule::Centiemes));
        emit(Cellule::texte(self.motif));
        emit(Cellule::code(self.statut));
        emit(Cellule::jour(self.envoi));
        emit(Cellule::jour(self.retour));
        emit(self.paye.map_or(Cellule::Vide, Cellule::Centiemes));
        emit(Cellule::Jour(self.maj));
    }
}

/// A notification of funds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Enveloppe {
    pub(crate) annee: i64,
    pub(crate) genre: &'static str,
    pub(crate) notification: Jour,
    /// In cents.
    pub(crate) montant: i64,
    pub(crate) objet: &'static str,
}

impl Ligne for Enveloppe {
    const TABLE: Nom = Nom::Enveloppes;

    fn cells(&self, centre: &Centre, emit: &mut impl FnMut(Cellule<'_>)) {
        emit(Cellule::Texte(centre.structure.structure_id));
        emit(Cellule::Entier(self.annee));
        emit(Cellule::code(self.genre));
        emit(Cellule::Jour(self.notification));
        emit(Cellule::Centiemes(self.montant));
        emit(Cellule::texte(self.objet));
    }
}
