//! Ready-made dashboards, as written in `tableaux/CODE.toml`: for whom, and which blocks. Anybody reads them
//! through the own wall, and may start from one.

use mallette_domain::acces::Role;
use mallette_domain::tableau::{Contenu, Genre, Largeur, MAX_BLOCS, Sujet, Tableau, one_line};

use crate::lecteur::Lecteur;
use crate::regle::read_code;
use crate::{Catalogue, CatalogueError};

/// Signs of a code: shorter than the identifier of a dashboard that a person makes, so that an address
/// names one or the other.
const MAX_CODE: usize = 20;

/// A ready-made dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modele {
    /// Its code, which is also the name of its file.
    pub code: String,
    /// Its rank on the page.
    pub ordre: i64,
    /// The roles that it was made for: it comes first for them, and is open to the others.
    pub roles: Vec<Role>,
    /// Its title and its blocks.
    pub tableau: Tableau,
}

impl Modele {
    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let code = read_code(&mut lecteur, fichier)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if code.len() > MAX_CODE || !code.bytes().all(plain) {
            let raison = format!(
                "le code d'un tableau de bord a {MAX_CODE} signes au plus : minuscules, chiffres et tirets."
            );
            return Err(lecteur.error("code", raison));
        }
        let mut tableau = Tableau::new(&lecteur.text("titre")?);
        tableau.description = one_line(&lecteur.text("description")?);
        tableau.check().map_err(|error| lecteur.error("titre", error.to_string()))?;
        let ordre = lecteur.integer("ordre")?;
        let roles = read_roles(&mut lecteur)?;
        for mut bloc in lecteur.subs("blocs")? {
            let (contenu, largeur) = read_bloc(&mut bloc)?;
            let added = tableau.composition.add(contenu, largeur);
            added.map_err(|error| bloc.error("genre", error.to_string()))?;
            bloc.finish()?;
        }
        if tableau.composition.blocs.is_empty() {
            let raison = format!("il faut de 1 à {MAX_BLOCS} blocs [[blocs]].");
            return Err(lecteur.error("blocs", raison));
        }
        lecteur.finish()?;
        Ok(Self { code, ordre, roles, tableau })
    }

    /// That every block is about something that the catalogue has.
    pub(crate) fn check(&self, catalogue: &Catalogue) -> Result<(), CatalogueError> {
        for (rang, bloc) in self.tableau.composition.blocs.iter().enumerate() {
            let sujet = bloc.contenu.sujet();
            let (known, quoi) = match bloc.contenu.genre().sujet() {
                Sujet::Texte => continue,
                Sujet::Indicateur => {
                    (catalogue.indicateurs.iter().any(|own| own.code == sujet), "l'indicateur")
                }
                Sujet::Regle => (catalogue.regles.iter().any(|own| own.code == sujet), "la règle"),
                Sujet::Famille => (
                    catalogue.indicateurs.iter().any(|own| own.is_among(sujet)),
                    "la famille d'indicateurs",
                ),
            };
            if !known {
                let fichier = format!("tableaux/{}.toml", self.code);
                let cle = format!("blocs[{}].sujet", rang + 1);
                let raison = format!("{quoi} « {sujet} » n'existe pas au catalogue. Corriger.");
                return Err(CatalogueError::new(&fichier, &cle, raison));
            }
        }
        Ok(())
    }
}

fn read_roles(lecteur: &mut Lecteur<'_>) -> Result<Vec<Role>, CatalogueError> {
    let mut roles = Vec::new();
    for word in lecteur.texts("roles")? {
        match Role::from_code(&word) {
            Some(role) => roles.push(role),
            None => {
                let known: Vec<&str> = Role::ALL.into_iter().map(Role::code).collect();
                let raison =
                    format!("le rôle « {word} » n'existe pas. Rôles : {}.", known.join(", "));
                return Err(lecteur.error("roles", raison));
            }
        }
    }
    Ok(roles)
}

fn read_bloc(bloc: &mut Lecteur<'_>) -> Result<(Contenu, Largeur), CatalogueError> {
    let words = |all: &[&str]| all.join(", ");
    let genre = bloc.text("genre")?;
    let genre = Genre::from_code(&genre).ok_or_else(|| {
        let known = words(&Genre::ALL.map(Genre::code));
        bloc.error("genre", format!("« {genre} » n'est pas un genre de bloc. Genres : {known}."))
    })?;
    let largeur = bloc.text("largeur")?;
    let largeur = Largeur::from_code(&largeur).ok_or_else(|| {
        let known = words(&Largeur::ALL.map(Largeur::code));
        bloc.error("largeur", format!("« {largeur} » n'est pas une largeur. Largeurs : {known}."))
    })?;
    let sujet = bloc.text("sujet")?;
    let contenu = Contenu::new(genre, &sujet);
    let contenu = contenu.map_err(|error| bloc.error("sujet", error.to_string()))?;
    Ok((contenu, largeur))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const BON: &str = r#"code = "essai"
titre = "Essai"
description = "Pour voir"
ordre = 5
roles = ["directeur"]
blocs = [
  { genre = "boite", sujet = "PAC-P", largeur = "moitie" },
  { genre = "texte", sujet = "Un\n\nDeux", largeur = "entiere" },
]
"#;

    fn refused(text: &str) -> String {
        let own = BTreeMap::from([("tableaux/essai.toml".to_owned(), text.to_owned())]);
        Catalogue::with_texts(&own).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_ones_are_there_for_each_role() {
        let catalogue = Catalogue::builtin().unwrap();
        let codes: Vec<&str> = catalogue.tableaux.iter().map(|own| own.code.as_str()).collect();
        assert_eq!(codes, ["direction", "referent", "charge-de-mission", "comite-de-pilotage"]);
        for role in [Role::Directeur, Role::Referent, Role::ChargeDeMission] {
            assert!(catalogue.tableaux.iter().any(|own| own.roles.contains(&role)), "{role:?}");
        }
        let genres = |code: &str| {
            let found = catalogue.tableaux.iter().find(|own| own.code == code).unwrap();
            let blocs = found.tableau.composition.blocs.iter();
            blocs.map(|bloc| bloc.contenu.genre()).collect::<Vec<_>>()
        };
        assert!(genres("referent").contains(&Genre::Liste));
        assert!(!genres("comite-de-pilotage").contains(&Genre::Liste), "it is read together");
    }

    #[test]
    fn a_network_adds_one_and_it_is_read_whole() {
        let own = BTreeMap::from([("tableaux/essai.toml".to_owned(), BON.to_owned())]);
        let catalogue = Catalogue::with_texts(&own).unwrap();
        let first = &catalogue.tableaux[0];
        assert_eq!(
            (first.code.as_str(), first.roles.as_slice()),
            ("essai", &[Role::Directeur][..])
        );
        let blocs = &first.tableau.composition.blocs;
        assert_eq!((blocs[0].numero, blocs[1].numero), (1, 2));
        assert_eq!(blocs[1].contenu.sujet(), "Un\n\nDeux");
        assert!(!catalogue.says_the_same(&Catalogue::builtin().unwrap()));
        assert_eq!(
            catalogue.empreinte(),
            Catalogue::builtin().unwrap().empreinte(),
            "no figure moves"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_the_file_the_key_and_what_is_possible() {
        for (from, to, key, words) in [
            ("genre = \"boite\"", "genre = \"film\"", "blocs[1].genre", "Genres : indicateur"),
            ("\"moitie\"", "\"large\"", "blocs[1].largeur", "Largeurs : tiers"),
            ("PAC-P", "PAC-Ω", "blocs[1].sujet", "l'indicateur « PAC-Ω » n'existe pas"),
            ("Un\\n\\nDeux", "\\n", "blocs[2].sujet", "texte est vide"),
            ("[\"directeur\"]", "[\"chef\"]", "roles", "Rôles : conseiller"),
            ("code = \"essai\"", "code = \"autre\"", "code", "doit s'appeler"),
            ("ordre = 5", "ordre = \"5\"", "ordre", "nombre entier"),
            ("ordre = 5", "ordre = 5\ncouleur = 1", "couleur", "n'existe pas"),
            ("titre = \"Essai\"", "", "titre", "manque"),
        ] {
            let told = refused(&BON.replace(from, to));
            assert!(told.contains("« tableaux/essai.toml »"), "{told}");
            assert!(told.contains(&format!("« {key} »")) && told.contains(words), "{key}: {told}");
        }
        let head = BON.split("blocs").next().unwrap();
        assert!(refused(head).contains("de 1 à 24 blocs"));
        let many = format!(
            "{head}{}",
            "[[blocs]]\ngenre = \"regle\"\nsujet = \"PAC-03\"\nlargeur = \"tiers\"\n".repeat(25)
        );
        assert!(refused(&many).contains("24 blocs au plus"));
        let rule = BON.replace("boite", "liste").replace("PAC-P", "PAC-99");
        assert!(refused(&rule).contains("la règle « PAC-99 »"));
        let family = BON.replace("boite", "positions").replace("PAC-P", "Accueil");
        assert!(refused(&family).contains("la famille d'indicateurs « Accueil »"));
    }
}
