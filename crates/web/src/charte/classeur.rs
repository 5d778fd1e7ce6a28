//! The charter as a workbook: acts and fields, examples, rules, versions, where it comes from.

use axum::response::Response;
use mallette_app::charte::mots;
use mallette_app::lecture::mots::severity;
use mallette_app::lecture::parametres::notice;
use mallette_catalogue::Catalogue;
use mallette_catalogue::charte::{Acte, Exigence};
use mallette_domain::provenance::{Fait, Provenance};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::sheets;

use super::{variante, versions};
use crate::bureau::Bureau;
use crate::comptes::mots::centre;
use crate::erreur::Erreur;
use crate::format::instant;
use crate::mots as codes;
use crate::telechargement;

pub(super) async fn download(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let catalogue = &etat.catalogue;
    let kept = versions::list(&bureau).await?;
    let variants = variante::all(&bureau).await?;
    let qui = mallette_app::vie::Qui::of(&bureau.visiteur);
    let known = |id: &str| qui.as_ref().is_some_and(|qui| qui.reads_figures(id));
    let mut local =
        Bloc::new("Variantes", &["Acte", "Centre", "Depuis", "Ce qui s'y fait autrement"]);
    for variante in variants {
        let Some(texte) = variante.texte else { continue };
        let acte =
            catalogue.charte.acte(&variante.acte).map_or(variante.acte.as_str(), |a| &a.titre);
        let nom = if known(&variante.structure_id) {
            centre(&variante.structure_id)
        } else {
            "Un autre centre du réseau"
        };
        local.lignes.push(vec![acte.into(), nom.into(), instant(variante.le).into(), texte.into()]);
    }
    let mut served =
        Bloc::new("Versions", &["Version", "Servie depuis", "Mallette", "Empreinte du texte"]);
    for version in &kept {
        served.lignes.push(vec![
            version.numero.into(),
            instant(version.le).into(),
            version.mallette.as_str().into(),
            version.empreinte.as_str().into(),
        ]);
    }
    let version = kept.first().map_or_else(
        || "non gardée : cette installation est servie sans registre".to_owned(),
        |v| format!("version {}, empreinte {}", v.numero, v.empreinte),
    );
    let mut blocs = vec![
        principles(catalogue),
        fields(catalogue),
        examples(catalogue),
        rules(catalogue),
        local,
        served,
    ];
    blocs.extend(sheets(&origin(catalogue, &version, bureau.atelier.now())));
    telechargement::xlsx("charte-de-saisie", &blocs)
}

fn principles(catalogue: &Catalogue) -> Bloc {
    let mut bloc = Bloc::new("Principes", &["N°", "Principe", "Ce qu'il demande"]);
    for (rank, principe) in (1_i64..).zip(&catalogue.charte.principes.principes) {
        let (titre, texte) = (principe.titre.as_str(), principe.texte.as_str());
        bloc.lignes.push(vec![rank.into(), titre.into(), texte.into()]);
    }
    bloc
}

/// Theme and title of an act: the first cells of its rows.
fn head(acte: &Acte) -> Vec<Cellule> {
    vec![mots::theme(&acte.theme).into(), acte.titre.as_str().into()]
}

fn fields(catalogue: &Catalogue) -> Bloc {
    let entetes = [
        "Thème",
        "Acte",
        "D'où vient le texte",
        "Ce que l'on saisit",
        "Pourquoi",
        "Quand",
        "Champ",
        "Table",
        "Saisie",
        "Dans quel cas",
        "À savoir",
        "Règles",
    ];
    let mut bloc = Bloc::new("Actes et champs", &entetes);
    for acte in &catalogue.charte.actes {
        for champ in &acte.champs {
            let (exigence, quand) = match &champ.exigence {
                Exigence::Obligatoire => ("obligatoire", None),
                Exigence::Selon(quand) => ("selon le cas", Some(quand.clone())),
                Exigence::Utile => ("utile", None),
            };
            let mut row = head(acte);
            row.extend([
                mots::niveau(acte.niveau).into(),
                acte.objet.as_str().into(),
                acte.pourquoi.as_str().into(),
                acte.delai.as_str().into(),
                mots::champ(catalogue, champ).into(),
                codes::table(champ.table).into(),
                exigence.into(),
                quand.into(),
                champ.note.clone().into(),
                champ.regles.join(", ").into(),
            ]);
            bloc.lignes.push(row);
        }
    }
    bloc
}

fn examples(catalogue: &Catalogue) -> Bloc {
    let entetes =
        ["Thème", "Acte", "Verdict", "Exemple", "Ce qui est saisi", "Attrapé par", "Explication"];
    let mut bloc = Bloc::new("Exemples", &entetes);
    for acte in &catalogue.charte.actes {
        for exemple in &acte.exemples {
            let lignes = exemple.lignes.iter().map(|ligne| {
                format!("{} — {}", codes::table(ligne.table), mots::ligne(catalogue, ligne))
            });
            let mut row = head(acte);
            row.extend([
                if exemple.bon { "bien saisi" } else { "mal saisi" }.into(),
                exemple.titre.as_str().into(),
                lignes.collect::<Vec<_>>().join("\n").into(),
                exemple.regle.clone().into(),
                exemple.explication.clone().into(),
            ]);
            bloc.lignes.push(row);
        }
    }
    bloc
}

fn rules(catalogue: &Catalogue) -> Bloc {
    let entetes = [
        "Règle",
        "Titre",
        "Gravité",
        "Ce qu'elle dit",
        "Actes qui en répondent",
        "Pourquoi aucun",
        "Valeurs en vigueur",
    ];
    let mut bloc = Bloc::new("Règles", &entetes);
    for regle in &catalogue.regles {
        let acts = catalogue.charte.actes_of_regle(regle);
        let acts: Vec<&str> = acts.iter().map(|acte| acte.titre.as_str()).collect();
        let why = catalogue.charte.hors_actes.why(regle).filter(|_| acts.is_empty());
        bloc.lignes.push(vec![
            regle.code.as_str().into(),
            regle.titre.as_str().into(),
            severity(regle.gravite).into(),
            regle.substitute(&regle.message).into(),
            acts.join("\u{a0}; ").into(),
            why.map(str::to_owned).into(),
            notice(&regle.parametres).into(),
        ]);
    }
    bloc
}

/// Where the text comes from: no extract, no figure.
fn origin(catalogue: &Catalogue, version: &str, ecrit_le: jiff::Timestamp) -> Provenance {
    let mut faits = vec![
        Fait::new("Charte", version),
        Fait::new("Principes", catalogue.charte.principes.source.as_str()),
    ];
    for acte in &catalogue.charte.actes {
        for source in &acte.sources {
            let texte = format!("{}\u{a0}: {}", mots::origine(source.origine), source.texte);
            faits.push(Fait::new(format!("Source de «\u{a0}{}\u{a0}»", acte.titre), texte));
        }
    }
    Provenance {
        objet: "Charte de saisie".to_owned(),
        mallette: env!("CARGO_PKG_VERSION").to_owned(),
        ecrit_le,
        periode: None,
        filtres: Vec::new(),
        faits,
        exclusions: Vec::new(),
        absents: Vec::new(),
        definitions: Vec::new(),
        empreinte: None,
        extraits: Vec::new(),
        fichiers: Vec::new(),
    }
}
