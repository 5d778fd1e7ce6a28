//! What is refused and traced: the closed list of the tries against what is protected. Its words are those of the trace, its
//! codes are stored: one added is added here, and nowhere else.

/// A try that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tentative {
    /// A page or an act that the account does not open.
    HorsDroits,
    /// A centre, or an import of one, that is not open to the account.
    AutreCentre,
    /// An act on what the person does not answer for.
    Acte,
    /// Names asked for from a network, or at an hour, where they do not open.
    HorsCirconstances,
    /// More readings about young people, in a minute, than anybody reads.
    Cadence,
    /// A form that does not come from one of our pages.
    Origine,
    /// A request under a name that is not ours, past the proxy, or in clear.
    Voie,
    /// A session cookie that we never gave.
    Session,
    /// A link that is unknown, altered, cancelled or used already.
    Lien,
    /// An answer of an identity provider that nobody asked for in that browser.
    Retour,
    /// More than what is accepted.
    Corps,
    /// A method that the route does not have.
    Methode,
    /// A character that nothing lets anybody type.
    Illisible,
    /// A query in SQL that the closed list refuses.
    Requete,
    /// A file that the antivirus refuses.
    Fichier,
    /// Signing in under an address that has no account, or a closed one.
    CompteInconnu,
}

impl Tentative {
    /// Every one, in the order of the declaration.
    pub const ALL: [Self; 16] = [
        Self::HorsDroits,
        Self::AutreCentre,
        Self::Acte,
        Self::HorsCirconstances,
        Self::Cadence,
        Self::Origine,
        Self::Voie,
        Self::Session,
        Self::Lien,
        Self::Retour,
        Self::Corps,
        Self::Methode,
        Self::Illisible,
        Self::Requete,
        Self::Fichier,
        Self::CompteInconnu,
    ];

    /// The code stored in the trace, and counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HorsDroits => "hors_droits",
            Self::AutreCentre => "autre_centre",
            Self::Acte => "acte",
            Self::HorsCirconstances => "hors_circonstances",
            Self::Cadence => "cadence",
            Self::Origine => "origine",
            Self::Voie => "voie",
            Self::Session => "session",
            Self::Lien => "lien",
            Self::Retour => "retour",
            Self::Corps => "corps",
            Self::Methode => "methode",
            Self::Illisible => "illisible",
            Self::Requete => "requete",
            Self::Fichier => "fichier",
            Self::CompteInconnu => "compte_inconnu",
        }
    }

    /// The one of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        // What the trace has said once is never written again, under another name either.
        let code = if code == "hors_contexte" { Self::HorsCirconstances.code() } else { code };
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// What the trace calls it.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::HorsDroits => "page ou acte que le compte n'ouvre pas",
            Self::AutreCentre => "centre qui n'est pas ouvert au compte",
            Self::Acte => "acte sur ce dont la personne ne répond pas",
            Self::HorsCirconstances => {
                "noms demandés hors des réseaux, des navigateurs ou des heures permis"
            }
            Self::Cadence => "lectures de données de jeunes trop rapides",
            Self::Origine => "formulaire venu d'un autre site",
            Self::Voie => "demande sous un autre nom, hors du mandataire ou en clair",
            Self::Session => "cookie de session altéré",
            Self::Lien => "lien inconnu, altéré, annulé ou déjà utilisé",
            Self::Retour => "retour d'un fournisseur d'identité que personne n'attendait",
            Self::Corps => "envoi au-delà des limites",
            Self::Methode => "méthode que l'adresse n'a pas",
            Self::Illisible => "caractère que rien ne permet de taper",
            Self::Requete => "requête SQL hors de la liste permise",
            Self::Fichier => "fichier refusé par l'antivirus",
            Self::CompteInconnu => "connexion à une adresse sans compte ouvert",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_try_has_a_code_and_words_of_its_own() {
        for one in Tentative::ALL {
            assert_eq!(Tentative::from_code(one.code()), Some(one));
        }
        assert_eq!(Tentative::from_code("hors_contexte"), Some(Tentative::HorsCirconstances));
        assert_eq!(Tentative::from_code("Hors_droits"), None);
        let words: BTreeSet<_> = Tentative::ALL.map(Tentative::libelle).into();
        assert_eq!(words.len(), Tentative::ALL.len());
    }
}
