//! Acts on dashboards: making one, changing its head, its filters, its blocks, removing it.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tableau::{groupes_pairs, selections};
use mallette_app::lecture::reseau;
use mallette_app::port::{Part, Refus};
use mallette_app::tableaux::GesteTableau;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::Periode;
use mallette_domain::tableau::{
    Contenu, Filtres, Genre, Largeur, Partage, Sujet, Tableau, TableauError, one_line,
};
use serde::Deserialize;

use super::{edition, find, guichet, liste, no_tableau};
use crate::bureau::Bureau;
use crate::controles::bloc as regles;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::indicateurs::bloc as indicateurs;
use crate::{chemin, format};

/// What is posted to make a dashboard.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Nouveau {
    #[serde(default)]
    titre: String,
    /// The one to start from; an empty one when blank.
    #[serde(default)]
    depuis: String,
}

/// What is posted of an act.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    pub(super) version: i64,
    pub(super) acte: String,
    /// Number of a block.
    pub(super) bloc: String,
    /// Where it is put, from 1.
    rang: String,
    pub(super) genre: String,
    pub(super) sujet: String,
    pub(super) largeur: String,
    pub(super) texte: String,
    pub(super) titre: String,
    pub(super) description: String,
    /// « personnel », « reseau », « centre:CODE » or « fonction:CODE ».
    pub(super) partage: String,
    centre: String,
    antenne: String,
    conseiller: String,
    groupe: String,
    periode: String,
    campagne: String,
}

/// What was done: its kind, its word in the address, the block it was done to.
type Fait = (GesteTableau, &'static str, Option<u32>);

pub(super) async fn create(
    serveur: Bureau,
    Formulaire(saisie): Formulaire<Nouveau>,
) -> Result<Response, Erreur> {
    let (comptes, qui) = guichet(&serveur)?;
    let mut tableau = Tableau::new(&saisie.titre);
    if !saisie.depuis.is_empty() {
        let source = find(&serveur, &saisie.depuis).await?;
        let own = source.vu.as_ref().is_some_and(|vu| vu.mien);
        let titre = match tableau.titre.is_empty() {
            true => source.tableau.titre.clone(),
            false => tableau.titre,
        };
        tableau = Tableau { titre, partage: Partage::Personnel, ..source.tableau };
        if !own {
            // Those of somebody else may be about a centre that is not one's own.
            tableau.composition.filtres = Filtres::default();
        }
    }
    match comptes.create_tableau(&qui, &tableau).await {
        Ok(id) => Ok(Redirect::to(&chemin::tableau_fait(&id, "cree", None)).into_response()),
        Err(Refus(raison)) => liste::refused(&serveur, &tableau.titre, raison).await,
    }
}

pub(super) async fn act(
    serveur: Bureau,
    Segment(id): Segment<String>,
    Formulaire(saisie): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let (comptes, qui) = guichet(&serveur)?;
    let found = find(&serveur, &id).await?;
    let Some(vu) = found.vu else {
        let text = "Un tableau prêt à l'emploi ne se modifie pas\u{a0}: partir de lui pour en faire un à vous.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    if saisie.acte == "supprimer" {
        return match comptes.remove_tableau(&qui, &vu.id, saisie.version).await {
            Ok(()) => Ok(Redirect::to(&chemin::tableaux_fait("supprime")).into_response()),
            Err(refus) => refused(&serveur, &id, refus, &saisie, vu.modifiable).await,
        };
    }
    let mut tableau = vu.tableau.clone();
    let applied = match saisie.acte.as_str() {
        "filtres" => saisie.keep_filters(&serveur.atelier.etat(), &mut tableau),
        _ => saisie.apply(&serveur, &mut tableau),
    };
    let done = match applied {
        Ok(fait) => {
            let written =
                comptes.write_tableau(&qui, (&vu.id, saisie.version), &tableau, fait.0).await;
            written.map(|()| fait)
        }
        Err(refus) => Err(refus),
    };
    match done {
        Ok((GesteTableau::Filtres, fait, _)) => {
            let back = chemin::tableau(&vu.id, &[("fait", Some(fait))]);
            Ok(Redirect::to(&back).into_response())
        }
        Ok((_, fait, bloc)) => {
            Ok(Redirect::to(&chemin::tableau_fait(&vu.id, fait, bloc)).into_response())
        }
        Err(refus) => refused(&serveur, &id, refus, &saisie, vu.modifiable).await,
    }
}

/// The page that changes it again, with what was typed; the refusal alone for who may not.
async fn refused(
    serveur: &Bureau,
    id: &str,
    refus: Refus,
    saisie: &Saisie,
    modifiable: bool,
) -> Result<Response, Erreur> {
    if !modifiable {
        return Err(Erreur::Refus(refus.0));
    }
    // Somebody may have removed it since.
    let Some(vu) = find(serveur, id).await?.vu else { return Err(no_tableau()) };
    edition::refused(serveur, &vu, refus.0, saisie).await
}

fn refuse(error: TableauError) -> Refus {
    Refus(error.to_string())
}

fn chosen(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Saisie {
    fn numero(&self) -> u32 {
        self.bloc.trim().parse().unwrap_or_default()
    }

    fn width(&self) -> Result<Largeur, Refus> {
        let known = Largeur::from_code(&self.largeur);
        known.ok_or_else(|| Refus("Choisir la largeur du bloc.".to_owned()))
    }

    /// Does to the dashboard what was asked for, its filters aside.
    fn apply(&self, serveur: &Bureau, tableau: &mut Tableau) -> Result<Fait, Refus> {
        let numero = self.numero();
        let composition = &mut tableau.composition;
        match self.acte.as_str() {
            "entete" => {
                tableau.titre = one_line(&self.titre);
                tableau.description = one_line(&self.description);
                tableau.partage = self.sharing()?;
                Ok((GesteTableau::Entete, "entete", None))
            }
            "ajouter" => {
                let contenu = self.content(serveur)?;
                let added = composition.add(contenu, self.width()?).map_err(refuse)?;
                Ok((GesteTableau::Ajout, "ajouter", Some(added)))
            }
            "retirer" => {
                composition.remove(numero).map_err(refuse)?;
                Ok((GesteTableau::Retrait, "retirer", None))
            }
            "monter" | "descendre" => {
                let down = self.acte == "descendre";
                composition.shift(numero, down).map_err(refuse)?;
                let fait = if down { "descendre" } else { "monter" };
                Ok((GesteTableau::Deplacement, fait, Some(numero)))
            }
            "placer" => {
                let rang: usize = self.rang.trim().parse().unwrap_or_default();
                let rang = rang.checked_sub(1).ok_or_else(|| {
                    Refus("Dire à quelle place mettre le bloc, à partir de 1.".to_owned())
                })?;
                composition.place(numero, rang).map_err(refuse)?;
                Ok((GesteTableau::Deplacement, "placer", Some(numero)))
            }
            "changer" => {
                let largeur = self.width()?;
                let bloc = composition.bloc_mut(numero).map_err(refuse)?;
                bloc.largeur = largeur;
                if bloc.contenu.genre() == Genre::Texte {
                    bloc.contenu = Contenu::new(Genre::Texte, &self.texte).map_err(refuse)?;
                }
                Ok((GesteTableau::Bloc, "changer", Some(numero)))
            }
            _ => Err(Refus("Choisir ce qu'il faut faire.".to_owned())),
        }
    }

    fn sharing(&self) -> Result<Partage, Refus> {
        let (code, portee) = self.partage.split_once(':').unwrap_or((&self.partage, ""));
        let read = Partage::read(code, portee);
        read.ok_or_else(|| Refus("Choisir dans la liste qui lit ce tableau.".to_owned()))
    }

    /// What the block to add shows, which the catalogue must have.
    fn content(&self, serveur: &Bureau) -> Result<Contenu, Refus> {
        let genre = Genre::from_code(&self.genre);
        let genre = genre.ok_or_else(|| Refus("Choisir ce que le bloc montre.".to_owned()))?;
        let sujet = if genre == Genre::Texte { &self.texte } else { &self.sujet };
        let etat = serveur.atelier.etat();
        let contenu = Contenu::new(listed(&etat, genre, sujet), sujet).map_err(refuse)?;
        let sujet = contenu.sujet();
        let known = match genre.sujet() {
            Sujet::Texte => true,
            Sujet::Indicateur => etat.catalogue.indicateurs.iter().any(|own| own.code == sujet),
            Sujet::Regle => regles::find(&etat, sujet).is_some(),
            Sujet::Famille => {
                serveur.allows(Exigence::Reseau)
                    && selections(&etat).iter().any(|(nom, _)| *nom == sujet)
            }
        };
        known.then_some(contenu).ok_or_else(|| refuse(TableauError::SansSujet))
    }

    /// Keeps the filters of the page that was read.
    fn keep_filters(&self, etat: &Etat, tableau: &mut Tableau) -> Result<Fait, Refus> {
        let centre = chosen(&self.centre);
        if centre.as_deref().is_some_and(|id| !reseau::codes(etat).contains(id)) {
            return Err(Refus("Ce centre n'est pas de ceux que vous lisez.".to_owned()));
        }
        let groupe = chosen(&self.groupe);
        if groupe.as_deref().is_some_and(|nom| !groupes_pairs(etat).contains_key(nom)) {
            return Err(Refus("Ce groupe de pairs n'existe plus.".to_owned()));
        }
        let periode = match chosen(&self.periode) {
            None => None,
            Some(text) => {
                let read: Result<Periode, _> = text.parse();
                let read = read.map_err(|error| Refus(error.to_string()))?;
                // The one shown without asking follows the extractions, from one year to the next.
                let default = periodes::choose(etat, None) == Some(read);
                (!default).then(|| periodes::code(read))
            }
        };
        tableau.composition.filtres = Filtres {
            centre,
            antenne: chosen(&self.antenne),
            conseiller: chosen(&self.conseiller),
            groupe,
            periode,
            campagne: chosen(&self.campagne),
        };
        Ok((GesteTableau::Filtres, "filtres", None))
    }
}

/// The kind of a list that the indicator has: one that divides nothing has its population only.
fn listed(etat: &Etat, genre: Genre, sujet: &str) -> Genre {
    let asked = match genre {
        Genre::ListeNumerateur => Part::Numerateur,
        Genre::ListeDenominateur => Part::Denominateur,
        other => return other,
    };
    let mut known = etat.catalogue.indicateurs.iter();
    let found = known.find(|own| own.code == sujet.trim());
    match found.map_or(asked, |own| indicateurs::offered(own, asked)) {
        Part::Numerateur => Genre::ListeNumerateur,
        Part::Denominateur => Genre::ListeDenominateur,
    }
}

/// What was done, in words; `moved` are the title of the block, its rank from 1 and how many there are.
pub(super) fn told(fait: &str, moved: Option<(&str, usize, usize)>) -> Option<String> {
    let place = |verbe: &str| {
        let (titre, rang, total) = moved?;
        let rang = format::entier(u64::try_from(rang).unwrap_or(u64::MAX));
        Some(format!("«\u{a0}{titre}\u{a0}» {verbe} {rang} sur {total}."))
    };
    match fait {
        "cree" => Some(
            "Le tableau est fait, pour vous seul. Ajouter des blocs, les ranger, puis le partager s'il le faut."
                .to_owned(),
        ),
        "entete" => Some("L'en-tête est enregistré.".to_owned()),
        "ajouter" => place("est ajouté, en position"),
        "retirer" => Some("Le bloc est retiré.".to_owned()),
        "monter" | "descendre" | "placer" => place("est maintenant en position"),
        "changer" => Some("Le bloc est changé.".to_owned()),
        _ => None,
    }
}
