//! What an indicator is computed over, as its file says it.

use std::collections::BTreeSet;

use super::{Calcul, Couverture, Rapport, Ratio};
use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::requis;

fn read_ratio(lecteur: &mut Lecteur<'_>) -> Result<Ratio, CatalogueError> {
    Ok(Ratio {
        numerateur_vue: lecteur.text("numerateur_vue")?,
        numerateur: lecteur.text("numerateur")?,
        numerateur_population: lecteur.text("numerateur_population")?,
        denominateur_vue: lecteur.text("denominateur_vue")?,
        denominateur: lecteur.text("denominateur")?,
        denominateur_population: lecteur.text("denominateur_population")?,
    })
}

/// What an indicator is computed over.
pub(super) struct Base {
    pub(super) vue: String,
    pub(super) population: String,
    pub(super) tables: Vec<&'static str>,
    pub(super) ratio: Option<Ratio>,
    pub(super) rapport: Option<Rapport>,
    pub(super) couverture: Option<Couverture>,
}

impl Base {
    /// That of an indicator made of others: its view and its tables are theirs, once all files are read.
    fn of_others(rapport: Option<Rapport>, couverture: Option<Couverture>) -> Self {
        let (vue, population, tables) = (String::new(), String::new(), Vec::new());
        Self { vue, population, tables, ratio: None, rapport, couverture }
    }
}

pub(super) fn read_base(lecteur: &mut Lecteur<'_>, calcul: Calcul) -> Result<Base, CatalogueError> {
    if matches!(calcul, Calcul::Couverture(_) | Calcul::ParUnite(_)) {
        return Ok(Base::of_others(None, Some(Couverture::read(lecteur)?)));
    }
    if calcul == Calcul::Rapport {
        let rapport = Rapport {
            numerateur: lecteur.text("numerateur")?,
            denominateur: lecteur.text("denominateur")?,
            inclus: lecteur.boolean_option("inclus")?.unwrap_or(false),
            noms: BTreeSet::new(),
        };
        return Ok(Base::of_others(Some(rapport), None));
    }
    let ratio = match calcul {
        Calcul::Ratio => Some(read_ratio(lecteur)?),
        _ => None,
    };
    let (vue, population) = match &ratio {
        Some(ratio) => {
            let vue = lecteur.text_option("vue")?;
            let population = lecteur.text_option("population")?;
            (
                vue.unwrap_or_else(|| ratio.numerateur_vue.clone()),
                population.unwrap_or_else(|| ratio.numerateur_population.clone()),
            )
        }
        None => (lecteur.text("vue")?, lecteur.text("population")?),
    };
    let vues: Vec<&str> = match &ratio {
        Some(ratio) => vec![&vue, &ratio.numerateur_vue, &ratio.denominateur_vue],
        None => vec![&vue],
    };
    let tables = requis::read(lecteur, &vues)?;
    Ok(Base { vue, population, tables, ratio, rapport: None, couverture: None })
}
