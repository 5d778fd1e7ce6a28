//! How long the list of each centre is, where its rows stay in their centre: the same counts as the figures of the
//! indicator, as they may be read, and never a row.

use askama::Template;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use mallette_app::lecture::indicateurs::fiche::{Fiche, LigneCentre};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::port::Part;
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{Bloc, Cellule as Case};
use mallette_reports::graphique::nombre::Unite;

use crate::chemin;
use crate::format::{compte, entier};
use crate::indicateurs::chiffres::{of_side, sign, unite};
use crate::indicateurs::demande::Demande;
use crate::indicateurs::liens::{self, Portee};
use crate::indicateurs::raison::closed;
use crate::requis::without_figure;

/// Centres that a block tells one by one: those whose list is the longest.
const CENTRES: usize = 8;

/// Said where rows stay in their centre.
const AILLEURS: &str = "Hors de son centre, cette liste ne nomme personne\u{a0}: voici combien elle a de lignes, là où le \
                        secret statistique permet de le dire. Chaque centre lit la sienne.";
/// Said where rows could be read, centre by centre.
const CHOISIR: &str = "Choisir un centre pour lire ici les lignes de sa liste.";

/// The lengths of a block, the longest first.
#[derive(Template)]
#[template(path = "indicateurs/bloc_longueurs.html")]
pub(super) struct Longueurs {
    note: &'static str,
    lignes: Vec<Longueur>,
    legende: String,
    id: String,
    reste: Option<String>,
}

/// How long the list of a centre is.
pub(super) struct Longueur {
    structure_id: String,
    nom: String,
    /// The page of the indicator for that centre.
    lien: String,
    /// The number, or the sign that stands for it.
    texte: String,
    /// The same for a workbook.
    case: Case,
    /// The list, where it opens.
    liste: Option<String>,
    /// Why there is no number, or no list.
    raison: String,
}

impl Longueurs {
    /// Those of a side of an indicator over a period, in a table of that identifier; what has no length comes last.
    pub(super) fn new(
        etat: &Etat,
        (indicateur, part, periode): (&Indicateur, Part, Periode),
        mut all: Vec<Longueur>,
        id: String,
    ) -> Self {
        let owned = all.iter().all(|own| etat.lecteur.owns(&own.structure_id));
        let rank = |own: &Longueur| match own.case {
            Case::Entier(count) => Some(count),
            _ => None,
        };
        all.sort_by_key(|own| std::cmp::Reverse(rank(own)));
        let left = u64::try_from(all.len().saturating_sub(CENTRES)).unwrap_or(u64::MAX);
        all.truncate(CENTRES);
        Self {
            note: if owned { CHOISIR } else { AILLEURS },
            legende: format!(
                "{}, liste {}, {}\u{a0}: lignes par centre",
                indicateur.titre,
                of_side(indicateur, part),
                periodes::label(periode)
            ),
            lignes: all,
            id,
            reste: (left > 0).then(|| compte(left, "autre centre", "autres centres")),
        }
    }
}

/// How long the list of a centre is: what its figure, as it may be read, says.
pub(super) fn length<'a>(
    etat: &'a Etat,
    fiche: &Fiche<'a>,
    ligne: &LigneCentre<'a>,
    of: &impl Fn(Portee<'a>) -> Demande<'a>,
) -> Longueur {
    let (id, chiffre) = (ligne.structure_id, ligne.chiffre.as_ref());
    let (portee, campagne) = (Portee::Centre(id), etat.campagne.as_deref());
    let demande = of(portee);
    let code = &demande.indicateur.code;
    let (count, sum) = chiffre
        .map(|own| demande.expected(own))
        .filter(|_| !is_secret(chiffre))
        .unwrap_or_default();
    let (texte, case) = match (count, sum) {
        (Some(count), _) => (entier(count), Case::Entier(i64::try_from(count).unwrap_or(i64::MAX))),
        (None, Some(sum)) => (unit_of(demande.side()).write(sum), Case::Nombre(sum)),
        (None, None) => {
            // A figure that counts no row has no length to tell.
            let cellule = match Cellule::from(chiffre) {
                Cellule::Valeur(_) => Cellule::Nc,
                other => other,
            };
            (sign(cellule).to_owned(), sign(cellule).into())
        }
    };
    let shut = closed(etat, fiche, portee, chiffre);
    Longueur {
        structure_id: id.to_owned(),
        nom: ligne.nom.to_owned(),
        lien: chemin::keep(liens::fiche(code, Some(fiche.periode), Some(id)), campagne),
        liste: (shut.is_none() && chiffre.is_some()).then(|| demande.liste().page(1)),
        raison: match (shut, chiffre) {
            (Some(raison), _) => raison.to_owned(),
            (None, None) => without_figure(etat, demande.indicateur, id),
            (None, Some(_)) => String::new(),
        },
        texte,
        case,
    }
}

/// In what the rows of a side are added up: a ratio is a rate of two sums of money.
fn unit_of(listed: &Indicateur) -> Unite {
    if listed.calcul == Calcul::Ratio { Unite::Euros } else { unite(listed) }
}

fn is_secret(chiffre: Option<&Chiffre>) -> bool {
    chiffre.is_some_and(|own| own.secret)
}

/// All of them as a sheet, by name of centre.
pub(super) fn sheet(titre: &str, all: Vec<Longueur>) -> Bloc {
    let headers = ["Centre", "Nom du centre", "Lignes de la liste", "Constat"];
    let mut bloc = Bloc::new(titre, &headers);
    let line = |own: Longueur| {
        vec![own.structure_id.into(), own.nom.into(), own.case, Case::Texte(own.raison)]
    };
    bloc.lignes.extend(all.into_iter().map(line));
    bloc
}
