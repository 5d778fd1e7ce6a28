//! Every link of the pages is built here: what comes from data is encoded, and a page that moves
//! moves in one place. The tests follow every link.

mod administration;
mod afaire;
mod alertes;
mod charte;
mod contexte;
mod et_si;
mod indicateurs;
mod marges;
mod niveaux;
mod objectifs;
mod packs;
mod parametres;
mod redaction;
mod tableaux;

pub(crate) use administration::*;
pub(crate) use afaire::*;
pub(crate) use alertes::*;
pub(crate) use charte::*;
pub(crate) use contexte::*;
pub(crate) use et_si::*;
pub(crate) use indicateurs::*;
pub(crate) use marges::*;
pub(crate) use niveaux::*;
pub(crate) use objectifs::*;
pub(crate) use packs::*;
pub(crate) use parametres::*;
pub(crate) use redaction::*;
pub(crate) use tableaux::*;

/// `/`.
pub(crate) const ACCUEIL: &str = "/";
/// List of imports, and the form to make one.
pub(crate) const IMPORTS: &str = "/imports";
/// Rules.
pub(crate) const CONTROLES: &str = "/controles";
/// Indicators.
pub(crate) const INDICATEURS: &str = "/indicateurs";
/// Centres.
pub(crate) const CENTRES: &str = "/centres";
/// Campaigns.
pub(crate) const CAMPAGNES: &str = "/campagnes";
/// Fixing a campaign: the question (GET) and the act (POST).
pub(crate) const FIXATION: &str = "/fixer-une-campagne";

/// Whether the server is well, for what watches it.
pub(crate) const SANTE: &str = "/healthz";

/// Signing in.
pub(crate) const CONNEXION: &str = "/connexion";
/// Giving the second factor, or setting it up.
pub(crate) const SECOND_FACTEUR: &str = "/connexion/second-facteur";
/// Setting up the second factor with its first code (POST).
pub(crate) const INSTALLATION_FACTEUR: &str = "/connexion/second-facteur/installation";
/// Proving again who one is, before an act that asks for it (POST).
pub(crate) const PREUVE: &str = "/connexion/preuve";
/// From where and when names open, how fresh the second factor must be (GET, POST).
pub(crate) const CIRCONSTANCES: &str = "/personnes/circonstances";
/// Leaving for the identity provider, to sign in (POST).
pub(crate) const CONNEXION_OIDC: &str = "/connexion/oidc";
/// Coming back from it.
pub(crate) const RETOUR_OIDC: &str = mallette_app::comptes::federation::RETOUR;
/// Signing out (POST).
pub(crate) const DECONNEXION: &str = "/deconnexion";
/// Asking for a link to choose another password.
pub(crate) const OUBLI: &str = "/mot-de-passe-oublie";
/// The own account.
pub(crate) const COMPTE: &str = "/compte";
/// Changing the own password (POST).
pub(crate) const COMPTE_MOT_DE_PASSE: &str = "/compte/mot-de-passe";
/// Ending own sessions (POST).
pub(crate) const COMPTE_SESSIONS: &str = "/compte/sessions";
/// Confirming or forgetting own browsers (POST).
pub(crate) const COMPTE_APPAREILS: &str = "/compte/appareils";
/// Replacing the own second factor (GET), or its recovery codes (POST).
pub(crate) const COMPTE_FACTEUR: &str = "/compte/second-facteur";
/// Leaving for the identity provider, to link the own account (POST).
pub(crate) const COMPTE_OIDC: &str = "/compte/oidc";
/// Unlinking it (POST).
pub(crate) const COMPTE_OIDC_RETRAIT: &str = "/compte/oidc/retrait";
/// Opening the vault in a session (GET, POST).
pub(crate) const COFFRE: &str = "/compte/coffre";
/// The keys of the centres that one directs.
pub(crate) const CLE: &str = "/cle";
/// Emergency accesses.
pub(crate) const URGENCE: &str = "/urgence";
/// Taking note of an emergency access, or closing it (POST).
pub(crate) const URGENCE_SUITE: &str = "/urgence/suite";
/// People.
pub(crate) const PERSONNES: &str = "/personnes";
/// Inviting a person (POST).
pub(crate) const INVITATIONS: &str = "/personnes/invitations";
/// Cancelling an invitation (POST).
pub(crate) const INVITATIONS_RETRAIT: &str = "/personnes/invitations/retrait";
/// Opening a centre to its conseillers, or not (POST).
pub(crate) const OUVERTURE: &str = "/personnes/ouverture";
/// Accounts by a file: the form (GET), and its answer (POST).
pub(crate) const FICHIER: &str = "/personnes/fichier";
/// The file to fill in, as a workbook.
pub(crate) const FICHIER_MODELE: &str = "/personnes/fichier/modele.xlsx";
/// The file to fill in, as CSV.
pub(crate) const FICHIER_MODELE_CSV: &str = "/personnes/fichier/modele.csv";
/// What is published to funders.
pub(crate) const PUBLICATIONS: &str = "/publications";
/// What would be published (GET), and publishing it (POST).
pub(crate) const NOUVELLE_PUBLICATION: &str = "/publications/nouvelle";
/// Who holds which function.
pub(crate) const FONCTIONS: &str = "/fonctions";
/// Adding a function of the network's own (POST).
pub(crate) const FONCTIONS_LISTE: &str = "/fonctions/liste";
/// Removing one (POST).
pub(crate) const FONCTIONS_RETRAIT: &str = "/fonctions/liste/retrait";
/// The trace.
pub(crate) const TRACE: &str = "/trace";
/// What the law gives to young persons: search and requests.
pub(crate) const RGPD: &str = "/rgpd";
/// Rules of retention (GET, POST).
pub(crate) const CONSERVATION: &str = "/rgpd/conservation";
/// Removing now what the rules say (POST).
pub(crate) const CONSERVATION_EFFACEMENT: &str = "/rgpd/conservation/effacement";
/// Taking the roles of a centre that ended: what is proposed (GET), giving them (POST).
pub(crate) const REPRISE: &str = "/personnes/reprise";
/// Accounts and mail; on a machine without accounts, opening the first one.
pub(crate) const INSTALLATION: &str = "/installation";
/// Opening the first account (POST).
pub(crate) const INITIALISATION: &str = "/installation/premier-compte";

/// Signing in, then back to a page of ours.
#[must_use]
pub(crate) fn connexion(retour: Option<&str>) -> String {
    url(&["connexion"], &[("retour", retour.filter(|retour| *retour != ACCUEIL))])
}

/// Giving the second factor, then on to a page of ours.
#[must_use]
pub(crate) fn second_facteur(retour: Option<&str>) -> String {
    let retour = retour.filter(|retour| *retour != ACCUEIL);
    url(&["connexion", "second-facteur"], &[("retour", retour)])
}

/// The page to go back to, if it is one of ours: never another site's.
#[must_use]
pub(crate) fn own(retour: Option<&str>) -> Option<&str> {
    retour.filter(|retour| {
        // « // » and « /\ » lead elsewhere, and control characters vanish on the way.
        retour.starts_with('/')
            && !retour.starts_with("//")
            && !retour.contains('\\')
            && !retour.chars().any(char::is_control)
    })
}

/// Leaving for the identity provider, to accept an invitation (POST).
#[must_use]
pub(crate) fn invitation_oidc(jeton: &str) -> String {
    url(&["invitation", jeton, "oidc"], &[])
}

/// An act on the key of a centre (POST): `prise`, `parts`, `remplacement`, `renonciation`, `secours`.
#[must_use]
pub(crate) fn cle_acte(acte: &str) -> String {
    url(&["cle", acte], &[])
}

/// A person.
#[must_use]
pub(crate) fn personne(id: &str) -> String {
    url(&["personnes", id], &[])
}

/// An act on a person (POST): `roles`, `retrait`, `fonctions`, `fonctions-retrait`, `fermeture`,
/// `lien`, `sessions`, `second-facteur`.
#[must_use]
pub(crate) fn personne_acte(id: &str, acte: &str) -> String {
    url(&["personnes", id, acte], &[])
}

/// A file of accounts that was received: what it would change, or what it did; `filtres` are
/// `retraits`, `voir` and `page`.
#[must_use]
pub(crate) fn fichier(cle: &str, filtres: &[(&str, Option<&str>)]) -> String {
    url(&["personnes", "fichier", cle], filtres)
}

/// Of a file of accounts: `oubli` (POST), `liens.xlsx` or `liens.csv`.
#[must_use]
pub(crate) fn fichier_acte(cle: &str, acte: &str) -> String {
    url(&["personnes", "fichier", cle, acte], &[])
}

/// A publication.
#[must_use]
pub(crate) fn publication(id: &str) -> String {
    url(&["publications", id], &[])
}

/// Of a publication: `chiffres.xlsx`, `chiffres.csv`, or `retrait` (POST).
#[must_use]
pub(crate) fn publication_acte(id: &str, acte: &str) -> String {
    url(&["publications", id, acte], &[])
}

/// What would be published, as it was asked for.
#[must_use]
pub(crate) fn nouvelle_publication(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["publications", "nouvelle"], filtres)
}

/// Who holds which function, filtered; `format` is `xlsx` or `csv` for a file.
#[must_use]
pub(crate) fn fonctions(
    format: Option<&str>,
    fonction: Option<&str>,
    centre: Option<&str>,
) -> String {
    let last = format.map_or_else(|| "fonctions".to_owned(), |ext| format!("fonctions.{ext}"));
    url(&[&last], &[("fonction", fonction), ("centre", centre)])
}

/// Taking the roles of the centres that this one follows.
#[must_use]
pub(crate) fn reprise(centre: &str, fait: Option<&str>) -> String {
    url(&["personnes", "reprise"], &[("centre", Some(centre)), ("fait", fait)])
}

/// The trace, filtered.
#[must_use]
pub(crate) fn trace(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["trace"], filtres)
}

/// What the law gives to young persons, in a centre; after an act, said by its word.
#[must_use]
pub(crate) fn rgpd(centre: &str, fait: Option<&str>) -> String {
    url(&["rgpd"], &[("centre", Some(centre)), ("fait", fait)])
}

/// Everything held about a young person.
#[must_use]
pub(crate) fn releve(centre: &str, dossier: &str) -> String {
    url(&["rgpd", "jeunes", centre, dossier], &[])
}

/// Of a young person: `releve.xlsx`, `releve.json`, `effacement`, or `demandes` (POST).
#[must_use]
pub(crate) fn releve_acte(centre: &str, dossier: &str, acte: &str) -> String {
    url(&["rgpd", "jeunes", centre, dossier, acte], &[])
}

/// Closing a request (POST).
#[must_use]
pub(crate) fn cloture(rang: i64) -> String {
    url(&["rgpd", "demandes", &rang.to_string(), "cloture"], &[])
}

/// Rules of retention of a centre; after an act, said by its word.
#[must_use]
pub(crate) fn conservation(centre: &str, fait: Option<&str>) -> String {
    url(&["rgpd", "conservation"], &[("centre", Some(centre)), ("fait", fait)])
}

/// Register of processing of a centre: a page, or `registre.xlsx`.
#[must_use]
pub(crate) fn registre(centre: &str, fichier: bool) -> String {
    let last = if fichier { "registre.xlsx" } else { "registre" };
    url(&["rgpd", last], &[("centre", Some(centre))])
}

/// Job of an import under way.
#[must_use]
pub(crate) fn travail(job: u64) -> String {
    url(&["imports", "travaux", &job.to_string()], &[])
}

/// Job of an import under way, on a page that does not load again by itself.
#[must_use]
pub(crate) fn travail_fixe(job: u64) -> String {
    url(&["imports", "travaux", &job.to_string()], &[("fixe", Some("1"))])
}

/// Job of an import that ended, at what was not recognised in its files.
#[must_use]
pub(crate) fn travail_mapped(job: u64) -> String {
    let path = url(&["imports", "travaux", &job.to_string()], &[("retenu", Some("1"))]);
    format!("{path}#reprise")
}

/// An act on a job (POST): `arret`, `reprise` or `oubli`.
#[must_use]
pub(crate) fn travail_acte(job: u64, acte: &str) -> String {
    url(&["imports", "travaux", &job.to_string(), acte], &[])
}

/// What a sheet of a job is: the form (GET), for a table already chosen or not, and the answer
/// (POST).
#[must_use]
pub(crate) fn feuille(job: u64, rang: usize, table: Option<&str>) -> String {
    let (job, rang) = (job.to_string(), rang.to_string());
    url(&["imports", "travaux", &job, "feuilles", &rang], &[("table", table)])
}

/// Mappings kept.
pub(crate) const CORRESPONDANCES: &str = "/imports/correspondances";
/// Forgetting a mapping (POST).
pub(crate) const CORRESPONDANCES_RETRAIT: &str = "/imports/correspondances/retrait";

/// Mappings kept, after an act: `retenue` or `retiree`.
#[must_use]
pub(crate) fn correspondances(fait: &str) -> String {
    url(&["imports", "correspondances"], &[("fait", Some(fait))])
}

/// Account of an import.
#[must_use]
pub(crate) fn import(id: &str) -> String {
    url(&["imports", id], &[])
}

/// Account of an import: one page of its rejected rows, of one file or of all.
#[must_use]
pub(crate) fn rejets(id: &str, fichier: Option<&str>, page: usize) -> String {
    let page = page_number(page);
    let path = url(&["imports", id], &[("fichier", fichier), ("page", page.as_deref())]);
    format!("{path}#rejets")
}

/// Account of an import, once a header was mapped.
#[must_use]
pub(crate) fn import_mapped(id: &str) -> String {
    format!("{}#colonnes", url(&["imports", id], &[("colonne", Some("retenue"))]))
}

/// Workbook of the rejected rows of an import, to send back.
#[must_use]
pub(crate) fn rejets_xlsx(id: &str) -> String {
    url(&["imports", id, "rejets.xlsx"], &[])
}

/// Workbook of the refused lines of one centre, whole, to be sent back to it only.
#[must_use]
pub(crate) fn renvoi(id: &str, structure_id: &str) -> String {
    url(&["imports", id, "rejets", structure_id], &[])
}

/// Undoing an import: the question (GET) and the act (POST).
#[must_use]
pub(crate) fn annulation(id: &str) -> String {
    url(&["imports", id, "annulation"], &[])
}

/// Keeping the mapping of a header (POST).
#[must_use]
pub(crate) fn correspondance(id: &str) -> String {
    url(&["imports", id, "correspondance"], &[])
}

/// Rules, filtered.
#[must_use]
pub(crate) fn controles(filtres: &[(&str, Option<&str>)]) -> String {
    url(&["controles"], filtres)
}

/// File of the rules, filtered; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn controles_fichier(filtres: &[(&str, Option<&str>)], format: &str) -> String {
    url(&[&format!("controles.{format}")], filtres)
}

/// Page of a rule.
#[must_use]
pub(crate) fn regle(code: &str) -> String {
    url(&["controles", code], &[])
}

/// Page of a rule, at the list of a centre.
#[must_use]
pub(crate) fn regle_centre(code: &str, centre: &str) -> String {
    format!("{}#objets", url(&["controles", code], &[("centre", Some(centre))]))
}

/// Page of a rule, at the list of the whole network.
#[must_use]
pub(crate) fn regle_reseau(code: &str) -> String {
    format!("{}#objets", regle(code))
}

/// Page of a rule, at one page of a filtered list.
#[must_use]
pub(crate) fn objets(code: &str, filtres: &[(&str, Option<&str>)], page: usize) -> String {
    let page = page_number(page);
    let mut filtres = filtres.to_vec();
    filtres.push(("page", page.as_deref()));
    format!("{}#objets", url(&["controles", code], &filtres))
}

/// File of a filtered list; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn objets_fichier(code: &str, filtres: &[(&str, Option<&str>)], format: &str) -> String {
    url(&["controles", code, &format!("objets.{format}")], filtres)
}

/// Page of an indicator; without a period, the year of the latest extraction.
#[must_use]
pub(crate) fn indicateur(code: &str, periode: Option<&str>, centre: Option<&str>) -> String {
    url(&["indicateurs", code], &[("periode", periode), ("centre", centre)])
}

/// Page of a centre.
#[must_use]
pub(crate) fn centre(structure_id: &str) -> String {
    url(&["centres", structure_id], &[])
}

/// Page of a conseiller.
#[must_use]
pub(crate) fn conseiller(structure_id: &str, conseiller_id: &str) -> String {
    url(&["centres", structure_id, "conseillers", conseiller_id], &[])
}

/// Page of a campaign.
#[must_use]
pub(crate) fn campagne(nom: &str) -> String {
    url(&["campagnes", nom], &[])
}

/// Fixing again the campaign of that name.
#[must_use]
pub(crate) fn fixation(nom: &str) -> String {
    url(&["fixer-une-campagne"], &[("nom", Some(nom))])
}

/// Removing a campaign: the question (GET) and the act (POST).
#[must_use]
pub(crate) fn retrait(nom: &str) -> String {
    url(&["campagnes", nom, "retrait"], &[])
}

/// The same link, over the versions of a campaign; unchanged for the current ones.
#[must_use]
pub(crate) fn keep(lien: impl Into<String>, campagne: Option<&str>) -> String {
    let lien = lien.into();
    let Some(nom) = campagne.filter(|nom| !nom.is_empty()) else { return lien };
    let (path, fragment) = match lien.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (lien.as_str(), None),
    };
    let mut url = path.to_owned();
    url.push_str(if path.contains('?') { "&campagne=" } else { "?campagne=" });
    push_encoded(&mut url, nom);
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

/// A page number as a parameter: the first page needs none.
fn page_number(page: usize) -> Option<String> {
    (page > 1).then(|| page.to_string())
}

/// An absolute path from its segments, then the parameters that have a value, all encoded.
#[must_use]
pub(crate) fn url(segments: &[&str], parametres: &[(&str, Option<&str>)]) -> String {
    let mut url = String::new();
    for segment in segments {
        url.push('/');
        // A browser folds « . » and « .. » away, encoded or not: no code of the field is one.
        push_encoded(&mut url, segment);
    }
    let mut separator = '?';
    for (name, value) in parametres {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        url.push(separator);
        push_encoded(&mut url, name);
        url.push('=');
        push_encoded(&mut url, value);
        separator = '&';
    }
    url
}

/// Percent-encoding of RFC 3986: only unreserved characters are kept.
fn push_encoded(url: &mut String, text: &str) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            url.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_data_is_encoded() {
        assert_eq!(regle("PAC-07"), "/controles/PAC-07");
        assert_eq!(centre("a/b?c#d"), "/centres/a%2Fb%3Fc%23d");
        assert_eq!(conseiller("69382S00", "é 1"), "/centres/69382S00/conseillers/%C3%A9%201");
        assert_eq!(
            indicateur("PAC-R", Some("2019-01-01..2019-12-31"), None),
            "/indicateurs/PAC-R?periode=2019-01-01..2019-12-31"
        );
        assert_eq!(
            indicateur("PAC-R", Some("2019"), Some("<&>")),
            "/indicateurs/PAC-R?periode=2019&centre=%3C%26%3E"
        );
    }

    #[test]
    fn a_link_keeps_the_campaign_before_its_fragment() {
        assert_eq!(keep(regle("PAC-07"), None), "/controles/PAC-07");
        assert_eq!(
            keep(regle("PAC-07"), Some("été & 1")),
            "/controles/PAC-07?campagne=%C3%A9t%C3%A9%20%26%201"
        );
        assert_eq!(
            keep(regle_centre("PAC-07", "A"), Some("2019-11")),
            "/controles/PAC-07?centre=A&campagne=2019-11#objets"
        );
        assert_eq!(campagne("a/b"), "/campagnes/a%2Fb");
        assert_eq!(fixation("2019 11"), "/fixer-une-campagne?nom=2019%2011");
    }

    #[test]
    fn one_goes_back_to_a_page_of_ours_only() {
        for page in ["/", "/controles/PAC-07?centre=A#objets"] {
            assert_eq!(own(Some(page)), Some(page));
        }
        for elsewhere in [
            "",
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "/\t/x",
            "javascript:1",
            "x",
        ] {
            assert_eq!(own(Some(elsewhere)), None, "{elsewhere}");
        }
        assert_eq!(connexion(Some("/a?b=c")), "/connexion?retour=%2Fa%3Fb%3Dc");
    }

    #[test]
    fn empty_parameters_are_left_out() {
        let filtres = [("famille", Some("")), ("gravite", None), ("centre", Some("A"))];
        assert_eq!(controles(&filtres), "/controles?centre=A");
        assert_eq!(objets("R", &[("centre", Some("A"))], 1), "/controles/R?centre=A#objets");
        assert_eq!(objets("R", &[("centre", Some("A"))], 3), "/controles/R?centre=A&page=3#objets");
        assert_eq!(rejets("i", None, 2), "/imports/i?page=2#rejets");
    }
}
