//! The provenance of a list as a page shows it, in pairs of words; workbooks have it whole, from
//! `mallette_reports::provenance`.

use mallette_domain::provenance::{Definition, Fait, Provenance, Valeur};

use crate::format::{compte, entier, instant, jour};

/// Files told one by one on a page: more are counted, and told in the workbook.
const FICHIERS: usize = 12;

/// Everything but the exact expressions of the definition, which the page has already.
#[must_use]
pub(crate) fn pairs(provenance: &Provenance) -> Vec<(String, String)> {
    told(provenance, definition_pairs)
}

/// The same with everything that definitions say: of figures whose definition stands nowhere else on the page.
#[must_use]
pub(crate) fn whole(provenance: &Provenance) -> Vec<(String, String)> {
    told(provenance, |definition| {
        let faits = definition.faits.iter().map(|fait| (fait.quoi.clone(), shown(&fait.valeur)));
        let titre = ("Définition".to_owned(), definition.titre.clone());
        let empreinte = ("Empreinte de la définition".to_owned(), definition.empreinte.clone());
        std::iter::once(titre).chain(faits).chain([empreinte]).collect()
    })
}

fn told(
    provenance: &Provenance,
    definition: impl Fn(&Definition) -> Vec<(String, String)>,
) -> Vec<(String, String)> {
    let mut pairs = vec![("Contenu".to_owned(), provenance.objet.clone())];
    pairs.extend(provenance.definitions.iter().flat_map(definition));
    pairs.push(("Version de Mallette".to_owned(), provenance.mallette.clone()));
    for Fait { quoi, valeur } in &provenance.filtres {
        pairs.push((format!("Filtre\u{a0}: {quoi}"), shown(valeur)));
    }
    pairs.extend(provenance.faits.iter().map(|fait| (fait.quoi.clone(), shown(&fait.valeur))));
    pairs.extend(extracts(provenance));
    pairs.extend(files(provenance));
    pairs.extend(provenance.left_out().map(|text| ("Exclusion".to_owned(), text.to_owned())));
    pairs.push(("Lu le".to_owned(), instant(provenance.ecrit_le)));
    pairs
}

fn definition_pairs(definition: &Definition) -> Vec<(String, String)> {
    let told = |quoi: &str| {
        const TOLD: [&str; 6] = [
            "Phrase",
            "Définition",
            "Version de la définition",
            "Plancher du dénominateur",
            "Source",
            "Origine de la définition",
        ];
        TOLD.contains(&quoi) || quoi.starts_with("Paramètre") || quoi.starts_with("Indicateur au")
    };
    let faits = definition.faits.iter().filter(|fait| told(&fait.quoi));
    let mut pairs: Vec<(String, String)> =
        faits.map(|fait| (fait.quoi.clone(), shown(&fait.valeur))).collect();
    pairs.push(("Empreinte de la définition".to_owned(), definition.empreinte.clone()));
    pairs
}

fn shown(valeur: &Valeur) -> String {
    match valeur {
        Valeur::Texte(text) => text.clone(),
        Valeur::Nombre(number) => number.to_string(),
        Valeur::Jour(day) => jour(*day),
    }
}

/// The version of the only centre; of several, the facts tell how many and from when to when.
fn extracts(provenance: &Provenance) -> Vec<(String, String)> {
    let pair = |quoi: &str, value: String| (quoi.to_owned(), value);
    if let [extrait] = provenance.extraits.as_slice() {
        let centre = pair("Centre", format!("{} ({})", extrait.nom, extrait.structure_id));
        let Some(version) = &extrait.version else {
            return vec![centre, pair("Extraction", "non reçue (…)".to_owned())];
        };
        let mut pairs = vec![
            centre,
            pair("Extraction du", jour(version.date_extraction)),
            pair("Importée le", instant(version.importe_le)),
            pair("Version", version.id.clone()),
        ];
        pairs.extend(version.orphelins.map(|count| pair("Objets orphelins exclus", entier(count))));
        return pairs;
    }
    let used = provenance.extraits.iter().filter_map(|extrait| extrait.version.as_ref());
    let orphans: u64 = used.filter_map(|version| version.orphelins).sum();
    vec![pair("Objets orphelins exclus", entier(orphans))]
}

fn files(provenance: &Provenance) -> Vec<(String, String)> {
    let fichiers = &provenance.fichiers;
    if fichiers.len() > FICHIERS {
        let count =
            compte(u64::try_from(fichiers.len()).unwrap_or(u64::MAX), "fichier", "fichiers");
        let text = format!("{count}, avec leur empreinte, dans le classeur XLSX");
        return vec![("Fichiers".to_owned(), text)];
    }
    let told = fichiers.iter().map(|fichier| {
        let sheet = fichier.feuille.iter().map(|feuille| format!(", {feuille}"));
        let name: String = std::iter::once(fichier.nom.clone()).chain(sheet).collect();
        ("Fichier".to_owned(), format!("{name} (empreinte {})", fichier.empreinte))
    });
    told.collect()
}
