//! What can go wrong with keys, said in French to who administers the installation.

use std::path::PathBuf;

/// A key that is missing, wrong, or that someone else holds.
#[derive(Debug, thiserror::Error)]
pub enum CleError {
    /// The centre has data but its key is gone, or it never had one.
    #[error(
        "La clé du centre {structure_id} manque (« {} »). Restaurer le dossier « cles » depuis la \
         sauvegarde : sans ce fichier, les noms de ce centre sont illisibles et ses dossiers ne se \
         rattachent plus aux versions précédentes.",
        path.display()
    )]
    Absente {
        /// Centre.
        structure_id: String,
        /// Where the key should be.
        path: PathBuf,
    },
    /// A key file that does not hold a key.
    #[error(
        "Le fichier de clé « {} » est abîmé ({detail}). Restaurer le dossier « cles » depuis la \
         sauvegarde.",
        path.display()
    )]
    Illisible {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        detail: &'static str,
    },
    /// A record that does not open with the master key that it names.
    #[error(
        "La clé du centre {structure_id} ne s'ouvre pas : le fichier « {} » a été modifié, ou vient \
         d'un autre centre. Restaurer le dossier « cles » depuis la sauvegarde.",
        path.display()
    )]
    Alteree {
        /// Centre whose key was asked for.
        structure_id: String,
        /// The file.
        path: PathBuf,
    },
    /// A record older than one that was already in place.
    #[error(
        "La clé du centre {structure_id} (« {} ») est plus ancienne que celle qui était en place \
         (état {trouvee}, {attendue} attendu) : un ancien fichier a été remis. Restaurer le dossier \
         « cles » en entier, depuis la dernière sauvegarde.",
        path.display()
    )]
    Ancienne {
        /// Centre.
        structure_id: String,
        /// The file.
        path: PathBuf,
        /// Generation found.
        trouvee: u64,
        /// Generation that was in place.
        attendue: u64,
    },
    /// The state of the keys is not what the program wrote.
    #[error(
        "Le fichier « {} » manque, est abîmé ou a été modifié hors de Mallette. Restaurer le \
         dossier « cles » en entier, depuis la dernière sauvegarde.",
        .0.display()
    )]
    Etat(PathBuf),
    /// The master key could not be had.
    #[error(
        "La clé maîtresse n'a pas pu être lue ({origine}) : {detail}. Elle ouvre les clés des \
         centres ; la remettre en place depuis sa copie, ou dire où elle est (voir « Les clés », \
         docs/cles.md)."
    )]
    Source {
        /// Where it was looked for.
        origine: String,
        /// What happened.
        detail: String,
    },
    /// The master key had is not the one.
    #[error(
        "La clé maîtresse fournie ({origine}) n'est pas la bonne : elle porte l'identifiant \
         {recue}, celle de ce dossier est {attendue}. Fournir la clé {attendue} ; rien n'a été \
         modifié."
    )]
    MauvaiseMaitresse {
        /// Where it comes from.
        origine: String,
        /// Identifier of the key had.
        recue: String,
        /// Identifiers of those that would do.
        attendue: String,
    },
    /// Two sources are named.
    #[error(
        "La clé maîtresse est demandée à deux endroits ({0} et {1}). N'en garder qu'un, puis \
         recommencer."
    )]
    DeuxSources(&'static str, &'static str),
    /// The centre keeps the second half of its key.
    #[error(
        "Le centre {0} garde la seconde moitié de sa clé : ses noms ne s'ouvrent et ne se scellent \
         que dans la session d'une personne à qui sa direction a remis une part. Se connecter comme \
         une personne de ce centre, ou demander à sa direction de faire cette opération."
    )]
    SecondeMoitie(String),
    /// The names of the centre do not open from where, or when, who asks does.
    #[error(
        "Les noms du centre {0} ne s'ouvrent pas depuis ce réseau ou ce navigateur, ou à cette heure : la direction du centre \
         ou l'administrateur régional l'a réglé ainsi. Recommencer depuis un réseau, un navigateur et à une heure permis."
    )]
    HorsCirconstances(String),
    /// The session has nothing to do in that centre.
    #[error(
        "Les noms du centre {0} ne s'ouvrent pas pour ce compte : il n'y tient aucun rôle. Rien n'a été lu."
    )]
    HorsPerimetre(String),
    /// The half presented is not the one in force.
    #[error(
        "La part présentée n'ouvre pas la clé du centre {0} : elle a été remplacée depuis, ou \
         appartient à un autre centre. Demander à la direction du centre une nouvelle part."
    )]
    MauvaiseMoitie(String),
    /// The centre's key has no second half.
    #[error(
        "La clé du centre {0} n'a pas de seconde moitié : quelqu'un a remis la clé d'avant, ou la \
         direction y a renoncé. Rien n'a été ouvert ; prévenir la direction du centre avant de \
         continuer."
    )]
    SansMoitie(String),
    /// The centre's key already has a second half.
    #[error(
        "Le centre {0} a déjà une seconde moitié de clé. Pour la remplacer, une personne qui en a \
         une part doit le demander."
    )]
    DejaPartagee(String),
    /// A rotation of the master key was interrupted.
    #[error(
        "Le changement de clé maîtresse vers {0} n'est pas terminé. Le relancer avec les deux mêmes \
         clés, puis recommencer."
    )]
    RotationInachevee(String),
    /// A share that does not open.
    #[error(
        "La part de clé du centre {0} ne s'ouvre pas : le mot de passe ou la phrase de secours n'est \
         pas le bon, ou la part est celle d'une autre personne. Vérifier, puis recommencer."
    )]
    Part(String),
    /// The keys of a person that do not open.
    #[error(
        "Vos clés personnelles ne s'ouvrent pas avec ce mot de passe. Vérifier le mot de passe ; s'il a \
         été choisi par un lien, demander à la direction de vous remettre une part."
    )]
    Personne,
    /// A recovery phrase that was mistyped.
    #[error(
        "La phrase de secours n'est pas complète ou contient une faute de frappe : neuf groupes de \
         quatre lettres ou chiffres sont attendus. La relire sur le papier, puis recommencer."
    )]
    Phrase,
    /// The system gave no randomness.
    #[error(
        "Le système n'a pas fourni d'aléa pour créer une clé ({0}). Redémarrer la machine, puis \
         recommencer."
    )]
    Alea(String),
}
