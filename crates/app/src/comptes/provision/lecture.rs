//! What the lines of a file of accounts ask for: its header recognised whatever its wording, then
//! each cell read, or refused with its line, its column and its value.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mallette_domain::acces::{Habilitation, Role};
use mallette_domain::calendrier::read_day;
use mallette_domain::normalise;
use mallette_domain::structure::{self, Reconnaissance};
use mallette_ingest::{Cellule, LigneBrute, Tableau};

use crate::comptes::fonction::FonctionConnue;
use crate::comptes::invitation::check_invited;
use crate::port::Refus;

/// Rows among which the header is looked for.
const ENTETE: usize = 20;
/// Longest value repeated to the person.
const VALEUR: usize = 80;

/// A column that Mallette reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colonne {
    /// Mail address, which names the account.
    Adresse,
    /// Name, as pages show it.
    Nom,
    /// First name, when it has its own column.
    Prenom,
    /// Role.
    Role,
    /// Centre, by code or name.
    Centre,
    /// Conseiller of I-MILO: whose portfolio it is.
    Conseiller,
    /// First day of an interim.
    Debut,
    /// Last day of an interim.
    Fin,
    /// Functions held in the centre.
    Fonctions,
}

impl Colonne {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 9] = [
        Self::Adresse,
        Self::Nom,
        Self::Prenom,
        Self::Role,
        Self::Centre,
        Self::Conseiller,
        Self::Debut,
        Self::Fin,
        Self::Fonctions,
    ];

    /// Its header in the template.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Adresse => "Adresse électronique",
            Self::Nom => "Nom",
            Self::Prenom => "Prénom",
            Self::Role => "Rôle",
            Self::Centre => "Centre",
            Self::Conseiller => "Conseiller I-MILO",
            Self::Debut => "Début d'intérim",
            Self::Fin => "Fin d'intérim",
            Self::Fonctions => "Fonctions",
        }
    }

    /// Its other wordings, as [`normalise`] leaves them.
    const fn wordings(self) -> &'static [&'static str] {
        match self {
            Self::Adresse => &[
                "adresse",
                "adressemail",
                "adresseemail",
                "adressecourriel",
                "adressedecourriel",
                "courriel",
                "mail",
                "email",
                "messagerie",
                "identifiant",
            ],
            Self::Nom => &[
                "nomaffiche",
                "nomprenom",
                "nometprenom",
                "prenomnom",
                "prenometnom",
                "nomcomplet",
                "personne",
                "nomdefamille",
            ],
            Self::Prenom => &[],
            Self::Role => &["profil", "droit", "droits", "habilitation"],
            Self::Centre => &[
                "codecentre",
                "codeducentre",
                "nomducentre",
                "structure",
                "codestructure",
                "structureid",
                "missionlocale",
                "ml",
                "codeml",
            ],
            Self::Conseiller => &[
                "conseiller",
                "codeconseiller",
                "conseillerid",
                "portefeuille",
                "portefeuilleimilo",
            ],
            Self::Debut => &["debut", "datededebut", "datedebut", "du", "apartirdu"],
            Self::Fin => &["fin", "datedefin", "datefin", "au", "jusquau", "findesinterim"],
            Self::Fonctions => &["fonction"],
        }
    }

    fn recognise(header: &str) -> Option<Self> {
        let key = normalise(header);
        Self::ALL.into_iter().find(|colonne| {
            normalise(colonne.libelle()) == key || colonne.wordings().contains(&key.as_str())
        })
    }
}

/// What one line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Line of the file.
    pub ligne: u32,
    /// Address, in lower case.
    pub courriel: String,
    /// Name.
    pub nom: String,
    /// The role asked for.
    pub habilitation: Habilitation,
    /// Codes of the functions asked for, in the centre of the role.
    pub fonctions: Vec<String>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faute {
    /// Line of the file.
    pub ligne: u32,
    /// Its address, when it could be read: whose line it is.
    pub courriel: String,
    /// The column at fault.
    pub colonne: &'static str,
    /// Its value.
    pub valeur: String,
    /// Why.
    pub raison: String,
}

/// What a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liste {
    /// Lines that can be read.
    pub demandes: Vec<Demande>,
    /// Lines that cannot.
    pub fautes: Vec<Faute>,
    /// Columns that the file has: what an absent one would say of a role stays as it is.
    pub colonnes: Vec<Colonne>,
    /// Headers that no column answers to.
    pub ignorees: Vec<String>,
}

/// What the lines of a file may name.
#[derive(Debug, Clone, Copy)]
pub struct Connus<'a> {
    /// The centres that the network itself knows, beside those of the built-in list: name by code.
    pub reseau: &'a BTreeMap<&'a str, &'a str>,
    /// The functions that may be given.
    pub fonctions: &'a [FonctionConnue],
}

/// Reads the first sheet that has the columns of accounts.
///
/// # Errors
/// When no sheet has them, or none of its lines has a cell filled.
pub fn read(tableaux: &[Tableau], connus: Connus<'_>) -> Result<Liste, Refus> {
    let mut found = tableaux.iter().filter_map(|tableau| Some((tableau, header(tableau)?)));
    let Some((tableau, (rank, places, ignorees))) = found.next() else {
        return Err(Refus(format!(
            "Aucune ligne d'en-tête n'a été reconnue : il faut au moins les colonnes « {} » et « {} ». \
             Partir du modèle à télécharger.",
            Colonne::Adresse.libelle(),
            Colonne::Role.libelle()
        )));
    };
    let (mut demandes, mut fautes) = (Vec::new(), Vec::new());
    for ligne in tableau.lignes.iter().skip(rank + 1) {
        let lecteur = Lecteur { ligne, places: &places, connus };
        if lecteur.is_blank() {
            continue;
        }
        match lecteur.demande() {
            Ok(demande) => demandes.push(demande),
            Err(faute) => fautes.push(faute),
        }
    }
    if demandes.is_empty() && fautes.is_empty() {
        let raison = "Ce fichier a un en-tête et aucune ligne : y écrire une personne par ligne.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(Liste { demandes, fautes, colonnes: places.keys().copied().collect(), ignorees })
}

/// Where each column is, and the headers not recognised.
type Entete = (usize, BTreeMap<Colonne, usize>, Vec<String>);

/// The header of a sheet: its first row that names addresses and roles.
fn header(tableau: &Tableau) -> Option<Entete> {
    tableau.lignes.iter().take(ENTETE).enumerate().find_map(|(rank, ligne)| {
        let (mut places, mut ignorees) = (BTreeMap::new(), Vec::new());
        for (place, cellule) in ligne.cellules.iter().enumerate() {
            let Cellule::Texte(text) = cellule else { continue };
            match Colonne::recognise(text) {
                // Of two columns with the same sense, the first counts.
                Some(colonne) if !places.contains_key(&colonne) => {
                    places.insert(colonne, place);
                }
                _ => ignorees.push(shown(text)),
            }
        }
        let whole = places.contains_key(&Colonne::Adresse) && places.contains_key(&Colonne::Role);
        whole.then_some((rank, places, ignorees))
    })
}

/// A value, short enough to be repeated and on one line.
fn shown(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    kept.take(VALEUR).collect()
}

/// One line being read.
struct Lecteur<'a> {
    ligne: &'a LigneBrute,
    places: &'a BTreeMap<Colonne, usize>,
    connus: Connus<'a>,
}

impl Lecteur<'_> {
    fn cell(&self, colonne: Colonne) -> &Cellule {
        let place = self.places.get(&colonne);
        place.and_then(|place| self.ligne.cellules.get(*place)).unwrap_or(&Cellule::Vide)
    }

    /// Nothing in any column that is read.
    fn is_blank(&self) -> bool {
        self.places.keys().all(|colonne| *self.cell(*colonne) == Cellule::Vide)
    }

    fn fault(&self, colonne: Colonne, valeur: &str, raison: impl Into<String>) -> Faute {
        let courriel = match self.cell(Colonne::Adresse) {
            Cellule::Texte(text) => shown(text),
            _ => String::new(),
        };
        Faute {
            ligne: self.ligne.ligne,
            courriel,
            colonne: colonne.libelle(),
            valeur: shown(valeur),
            raison: raison.into(),
        }
    }

    /// The text of a column; none when it is empty.
    fn text(&self, colonne: Colonne) -> Result<Option<String>, Faute> {
        match self.cell(colonne) {
            Cellule::Vide => Ok(None),
            Cellule::Texte(text) => Ok(Some(text.clone())),
            Cellule::Jour(day) => Ok(Some(day.to_string())),
            Cellule::Illisible(text) => {
                let raison = "Cette cellule ne se lit pas : la corriger, ou enregistrer le fichier en \
                              UTF-8 ou en XLSX.";
                Err(self.fault(colonne, text, raison))
            }
        }
    }

    fn demande(&self) -> Result<Demande, Faute> {
        let courriel = self.text(Colonne::Adresse)?.unwrap_or_default().to_lowercase();
        let nom = self.nom()?;
        let role = self.role()?;
        let structure_id = self.centre(role)?;
        let conseiller_id = self.text(Colonne::Conseiller)?.filter(|_| role == Role::Conseiller);
        let (debut, fin) = (self.day(Colonne::Debut)?, self.day(Colonne::Fin)?);
        if let (Some(first), Some(last)) = (debut, fin)
            && last < first
        {
            let raison = "La fin de l'intérim précède son début.";
            return Err(self.fault(Colonne::Fin, &last.to_string(), raison));
        }
        let fonctions = self.fonctions(structure_id.as_deref())?;
        check_invited(&nom, &courriel).map_err(|Refus(raison)| {
            // The name was read apart: what is left to refuse is the address.
            self.fault(Colonne::Adresse, &courriel, raison)
        })?;
        let habilitation = Habilitation { role, structure_id, conseiller_id, debut, fin };
        Ok(Demande { ligne: self.ligne.ligne, courriel, nom, habilitation, fonctions })
    }

    fn nom(&self) -> Result<String, Faute> {
        let last = self.text(Colonne::Nom)?.unwrap_or_default();
        let nom = match self.text(Colonne::Prenom)? {
            Some(first) => format!("{first} {last}").trim().to_owned(),
            None => last,
        };
        if nom.is_empty() {
            return Err(self.fault(Colonne::Nom, "", "Le nom de la personne manque."));
        }
        if nom.starts_with(['=', '+', '-', '@']) {
            let raison = "Un nom ne commence pas ainsi : une formule est restée dans la cellule.";
            return Err(self.fault(Colonne::Nom, &nom, raison));
        }
        mallette_registry::check_nom(&nom)
            .map_err(|refus| self.fault(Colonne::Nom, &nom, refus.to_string()))
    }

    fn role(&self) -> Result<Role, Faute> {
        let text = self.text(Colonne::Role)?.unwrap_or_default();
        find_role(&text).ok_or_else(|| {
            let known: Vec<&str> = Role::ALL.into_iter().map(Role::libelle).collect();
            let raison = format!("Ce rôle n'existe pas. Écrire l'un de : {}.", known.join(", "));
            self.fault(Colonne::Role, &text, raison)
        })
    }

    /// The centre of the line; none for a role of the network.
    fn centre(&self, role: Role) -> Result<Option<String>, Faute> {
        let text = self.text(Colonne::Centre)?;
        if !role.is_of_centre() {
            return match text {
                None => Ok(None),
                Some(text) => {
                    let raison = "Ce rôle vaut pour tout le réseau : laisser le centre vide.";
                    Err(self.fault(Colonne::Centre, &text, raison))
                }
            };
        }
        let Some(text) = text else {
            let raison = "Ce rôle se tient dans un centre : écrire son code ou son nom.";
            return Err(self.fault(Colonne::Centre, "", raison));
        };
        let own =
            self.connus.reseau.iter().find(|(id, nom)| {
                id.eq_ignore_ascii_case(&text) || normalise(nom) == normalise(&text)
            });
        if let Some((id, _)) = own {
            return Ok(Some((*id).to_owned()));
        }
        match structure::recognise(&text) {
            Reconnaissance::Une(known) => Ok(Some(known.structure_id.to_owned())),
            Reconnaissance::Plusieurs(several) => {
                let codes: Vec<&str> = several.iter().map(|known| known.structure_id).collect();
                let raison = format!(
                    "Plusieurs centres portent ce nom : écrire le code ({}).",
                    codes.join(", ")
                );
                Err(self.fault(Colonne::Centre, &text, raison))
            }
            Reconnaissance::Aucune => {
                let raison = "Ce centre n'est pas connu : écrire son code I-MILO, comme 69382S00.";
                Err(self.fault(Colonne::Centre, &text, raison))
            }
        }
    }

    fn day(&self, colonne: Colonne) -> Result<Option<Date>, Faute> {
        if let Cellule::Jour(day) = self.cell(colonne) {
            return Ok(Some(*day));
        }
        let Some(text) = self.text(colonne)? else { return Ok(None) };
        read_day(&text).map(Some).ok_or_else(|| {
            self.fault(colonne, &text, "Ce n'est pas une date. L'écrire comme 31/12/2026.")
        })
    }

    fn fonctions(&self, centre: Option<&str>) -> Result<Vec<String>, Faute> {
        let Some(text) = self.text(Colonne::Fonctions)? else { return Ok(Vec::new()) };
        if centre.is_none() {
            let raison = "Une fonction se tient dans un centre, avec un rôle de ce centre.";
            return Err(self.fault(Colonne::Fonctions, &text, raison));
        }
        let mut codes = Vec::new();
        for part in text.split([',', ';', '|', '/', '\n']).filter(|part| !part.trim().is_empty()) {
            let key = normalise(part);
            let known =
                self.connus.fonctions.iter().find(|known| {
                    normalise(&known.libelle) == key || normalise(&known.code) == key
                });
            let Some(code) = known.map(|known| known.code.clone()) else {
                let raison = "Cette fonction n'est pas dans la liste du réseau : prendre l'une de \
                              celles de la page Fonctions, ou l'y faire ajouter.";
                return Err(self.fault(Colonne::Fonctions, part.trim(), raison));
            };
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Ok(codes)
    }
}

/// The role of that wording, feminine included.
fn find_role(text: &str) -> Option<Role> {
    let key = normalise(text);
    let known = Role::ALL
        .into_iter()
        .find(|role| normalise(role.libelle()) == key || normalise(role.code()) == key);
    known.or(match key.as_str() {
        "conseillere" | "cip" => Some(Role::Conseiller),
        "referente" | "referentimilo" | "referenteimilo" => Some(Role::Referent),
        "directrice" | "direction" => Some(Role::Directeur),
        "chargeedemission" => Some(Role::ChargeDeMission),
        "administrateur" | "administratrice" | "administratriceregionale" => {
            Some(Role::Administrateur)
        }
        "financeuse" => Some(Role::Financeur),
        "auditrice" => Some(Role::Auditeur),
        _ => None,
    })
}
