//! Values given to the parameters of rules and indicators, by the network and by centres: every state
//! that each was in, with who, when and why.
//!
//! Who acts says which version was read: an act over one that somebody wrote since is refused. What the
//! network locks, no centre has of its own: the values that centres had are taken back with the lock, one
//! by one, in the same transaction.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe_number, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest reason, in characters.
pub const MAX_MOTIF: usize = 500;

/// A state of a value given to a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValeurParametre {
    /// The rule or the indicator.
    pub code: String,
    /// Name of the parameter.
    pub nom: String,
    /// The centre; none for the network.
    pub structure_id: Option<String>,
    /// How many times it was written.
    pub version: i64,
    /// The value; none when what stands above holds.
    pub valeur: Option<i64>,
    /// Whether centres may not have their own.
    pub verrou: bool,
    /// Why.
    pub motif: String,
    /// Who wrote it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

/// Which parameter, whose value, and the version that was read: zero when nothing was ever written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceValeur<'a> {
    /// The rule or the indicator.
    pub code: &'a str,
    /// Name of the parameter.
    pub nom: &'a str,
    /// The centre; none for the network.
    pub structure_id: Option<&'a str>,
    /// The version that was read.
    pub version: i64,
}

/// What is written of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GesteValeur {
    /// The value holds.
    Poser(i64),
    /// What stands above holds again.
    Retirer,
    /// Centres may no longer have their own.
    Verrouiller,
    /// They may again.
    Deverrouiller,
}

const COLONNES: &str = "code, nom, structure_id, version, valeur, verrou, motif, par, le";

impl Registry {
    /// The state of each value: one line by parameter, and by centre or network, that something was ever
    /// written of.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn valeurs_parametres(&self) -> Result<Vec<ValeurParametre>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM valeur_parametre WHERE rang IN \
             (SELECT MAX(rang) FROM valeur_parametre GROUP BY code, nom, structure_id) \
             ORDER BY code, nom, structure_id"
        );
        self.rows(sqlx::query(sqlx::AssertSqlSafe(sql))).await?.iter().map(read).collect()
    }

    /// Every state of one parameter, by the network and all centres, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn valeur_history(
        &self,
        code: &str,
        nom: &str,
    ) -> Result<Vec<ValeurParametre>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM valeur_parametre WHERE code = $1 AND nom = $2 ORDER BY rang DESC"
        );
        let statement =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(code.to_owned()).bind(nom.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Writes the next state of a value; the codes of the centres whose own value a lock took back.
    ///
    /// # Errors
    /// A refusal without a reason, when somebody wrote since it was read, when it changes nothing, or when
    /// the network locked what a centre wants to change.
    pub async fn write_valeur(
        &mut self,
        place: PlaceValeur<'_>,
        geste: GesteValeur,
        motif: &str,
        par: &str,
    ) -> Result<Vec<String>, RegistryError> {
        let motif = motif.trim();
        if motif.is_empty() {
            return refuse("Dire pourquoi : le motif est gardé avec la valeur.");
        }
        if motif.chars().count() > MAX_MOTIF {
            return refuse(&format!("Ce motif est trop long : {MAX_MOTIF} signes au plus."));
        }
        let of_centre = place.structure_id.is_some();
        let lock = matches!(geste, GesteValeur::Verrouiller | GesteValeur::Deverrouiller);
        if of_centre && lock {
            return refuse("Un verrou est celui du réseau : il vaut pour tous les centres.");
        }
        let network = self.valeur_of(PlaceValeur { structure_id: None, ..place }).await?;
        let before = match place.structure_id {
            None => network.clone(),
            Some(_) => self.valeur_of(place).await?,
        };
        if before.as_ref().map_or(0, |held| held.version) != place.version {
            return refuse(
                "Cette valeur a changé depuis que vous l'avez lue : rien n'est enregistré. Relire la page, \
                 puis recommencer.",
            );
        }
        let held = before.as_ref().and_then(|held| held.valeur);
        let locked = network.is_some_and(|network| network.verrou);
        if of_centre && locked {
            return refuse(
                "Le réseau a verrouillé ce paramètre : aucun centre n'a sa propre valeur.",
            );
        }
        let (valeur, verrou) = match geste {
            GesteValeur::Poser(valeur) => (Some(valeur), locked),
            GesteValeur::Retirer => (None, locked),
            GesteValeur::Verrouiller => (held, true),
            GesteValeur::Deverrouiller => (held, false),
        };
        if (valeur, verrou) == (held, locked && !of_centre) {
            return refuse("Cela ne change rien : c'est déjà ainsi.");
        }
        self.insert_valeur(place, (valeur, verrou), motif, par).await?;
        let mut taken_back = Vec::new();
        if matches!(geste, GesteValeur::Verrouiller) {
            taken_back = self.take_back(place, motif, par).await?;
        }
        let of = place.structure_id.map_or("réseau".to_owned(), |id| format!("centre {id}"));
        let PlaceValeur { code, nom, .. } = place;
        let done = match geste {
            GesteValeur::Poser(valeur) => format!("fixé à {valeur}"),
            GesteValeur::Retirer => "rendu à la valeur d'au-dessus".to_owned(),
            GesteValeur::Verrouiller => "verrouillé".to_owned(),
            GesteValeur::Deverrouiller => "déverrouillé".to_owned(),
        };
        let detail = format!("Paramètre {nom} de {code} ({of}) {done} par {par}.");
        self.note("valeur_parametre", detail).await?;
        Ok(taken_back)
    }

    /// Takes back the own values of centres, which the lock says why.
    async fn take_back(
        &mut self,
        place: PlaceValeur<'_>,
        motif: &str,
        par: &str,
    ) -> Result<Vec<String>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, version FROM valeur_parametre WHERE code = $1 AND nom = $2 \
             AND structure_id <> '' AND valeur IS NOT NULL AND rang IN (SELECT MAX(rang) \
             FROM valeur_parametre WHERE code = $1 AND nom = $2 GROUP BY structure_id) \
             ORDER BY structure_id",
        )
        .bind(place.code.to_owned())
        .bind(place.nom.to_owned());
        let mut taken_back = Vec::new();
        for row in self.rows(statement).await? {
            let (centre, version) = (text(&row, "structure_id")?, number(&row, "version")?);
            let own = PlaceValeur { structure_id: Some(&centre), version, ..place };
            self.insert_valeur(own, (None, false), motif, par).await?;
            taken_back.push(centre);
        }
        Ok(taken_back)
    }

    async fn valeur_of(
        &mut self,
        place: PlaceValeur<'_>,
    ) -> Result<Option<ValeurParametre>, RegistryError> {
        let sql = format!(
            "SELECT {COLONNES} FROM valeur_parametre WHERE code = $1 AND nom = $2 AND structure_id = $3 \
             ORDER BY rang DESC LIMIT 1"
        );
        let statement = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(place.code.to_owned())
            .bind(place.nom.to_owned())
            .bind(place.structure_id.unwrap_or_default().to_owned());
        self.rows(statement).await?.first().map(read).transpose()
    }

    async fn insert_valeur(
        &mut self,
        place: PlaceValeur<'_>,
        (valeur, verrou): (Option<i64>, bool),
        motif: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let rang = self.next("valeur_parametre").await?;
        let statement = sqlx::query(
            "INSERT INTO valeur_parametre (rang, code, nom, structure_id, version, valeur, verrou, motif, \
             par, le) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(rang)
        .bind(place.code.to_owned())
        .bind(place.nom.to_owned())
        .bind(place.structure_id.unwrap_or_default().to_owned())
        .bind(place.version + 1)
        .bind(valeur)
        .bind(i64::from(verrou))
        .bind(motif.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read(row: &AnyRow) -> Result<ValeurParametre, RegistryError> {
    Ok(ValeurParametre {
        code: text(row, "code")?,
        nom: text(row, "nom")?,
        structure_id: Some(text(row, "structure_id")?).filter(|id| !id.is_empty()),
        version: number(row, "version")?,
        valeur: maybe_number(row, "valeur")?,
        verrou: number(row, "verrou")? != 0,
        motif: text(row, "motif")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
    })
}
