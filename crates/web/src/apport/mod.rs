//! The pages of a file that brings figures, whatever the figures: what it would bring, what it brought, which
//! files came. What is particular to some of them is said by their [`Pages`].

pub(crate) mod apercu;
pub(crate) mod envoi;
pub(crate) mod fichiers;
pub(crate) mod import;

use askama::Template;
use mallette_app::apport::Matiere;
use mallette_app::apport::fichier::Faute;
use mallette_app::port::Refus;

use self::apercu::Depot;
use self::envoi::Envoi;
use self::import::Apporte;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::page::Cadre;

/// Figures whose files have pages.
pub(crate) trait Pages: Matiere + Sized + 'static {
    /// The segments of the page of those in force: the others are under it.
    const LIEU: &'static [&'static str];
    /// What they are called: feminine and plural, as sentences agree.
    const QUOI: &'static str;

    /// The frame of one of their pages.
    fn frame(titre: String) -> Cadre;
    /// What files are compared with, for who asks.
    fn seen_by(bureau: &Bureau) -> Self;
    /// What a file would bring, as `apport/apercu.html` shows it around the own table.
    fn preview(cadre: Cadre, depot: Depot, lignes: Vec<Self::Ligne>) -> impl Template;
    /// What a file brought, each with whether it is in force, as `apport/import.html` shows it around the own
    /// table.
    fn import(cadre: Cadre, apport: Apporte, lignes: Vec<(Self::Apporte, bool)>) -> impl Template;
}

/// Receives a file: in memory, and nowhere else. The address of what it would bring, or why it is refused.
pub(crate) fn receive<P: Pages>(
    guichet: &Guichet,
    matiere: &P,
    envoi: Envoi,
) -> Result<Result<String, String>, Erreur> {
    let personne = guichet.personne()?;
    let Some((nom, octets)) = envoi.fichier else {
        let raison = "Aucun fichier n'a été reçu : en choisir un, puis l'envoyer de nouveau.";
        return Ok(Err(raison.to_owned()));
    };
    let par = (personne.id.as_str(), &*personne.acces);
    Ok(match guichet.comptes.receive_figures(par, matiere, (&nom, octets)) {
        Ok(cle) => Ok(chemin::apport_depot(P::LIEU, &cle)),
        Err(Refus(raison)) => Err(raison),
    })
}

/// What has just been done to a file, in words.
pub(crate) fn done(fait: Option<&str>) -> Option<&'static str> {
    match fait? {
        "oubli" => Some("Le fichier est oublié."),
        "annulation" => {
            Some("L'import est annulé : ce qu'il avait remplacé est de nouveau en vigueur.")
        }
        _ => None,
    }
}

/// A fault as pages show it: its line, its column, its value and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ecart {
    pub(crate) ligne: u32,
    pub(crate) colonne: String,
    pub(crate) valeur: String,
    pub(crate) raison: String,
}

impl From<&Faute> for Ecart {
    fn from(faute: &Faute) -> Self {
        Self {
            ligne: faute.ligne,
            colonne: faute.colonne.clone(),
            valeur: match faute.valeur.as_str() {
                "" => "vide".to_owned(),
                valeur => format!("«\u{a0}{valeur}\u{a0}»"),
            },
            raison: faute.raison.clone(),
        }
    }
}

impl Ecart {
    /// « Colonne, « valeur » : raison », for a list.
    pub(crate) fn words(&self) -> String {
        format!("{}, {}\u{a0}: {}", self.colonne, self.valeur, self.raison)
    }
}

/// Where faults were found: « notes.xlsx, feuille « 2018 » ».
pub(crate) fn place(fichier: &str, feuille: Option<&str>) -> String {
    match feuille {
        Some(feuille) => format!("{fichier}, feuille «\u{a0}{feuille}\u{a0}»"),
        None => fichier.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_it_is_and_an_empty_cell_is_said_to_be() {
        let faute = |valeur: &str| Faute {
            feuille: Some("2018".to_owned()),
            ligne: 7,
            colonne: "ETP".to_owned(),
            valeur: valeur.to_owned(),
            raison: "Ce n'est pas un nombre.".to_owned(),
        };
        let plain = |text: String| text.replace('\u{a0}', " ");
        let told = |valeur| plain(Ecart::from(&faute(valeur)).words());
        assert_eq!(told("trois"), "ETP, « trois » : Ce n'est pas un nombre.");
        assert_eq!(told(""), "ETP, vide : Ce n'est pas un nombre.");
        assert_eq!(plain(place("a.xlsx", Some("2018"))), "a.xlsx, feuille « 2018 »");
        assert_eq!(place("a.csv", None), "a.csv");
    }
}
