//! From an indicator being defined to the file of every indicator. Columns come from the closed list of the
//! fields, values are literals that nothing can leave.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::{Compte, EbaucheIndicateur, FAMILLE_REDIGEE, PREMIER_JOUR};
use crate::POUR;
use crate::redaction::{Champs, Reproche};

impl EbaucheIndicateur {
    /// The text of its file, after the definitions `before` it.
    ///
    /// # Errors
    /// As [`EbaucheIndicateur::compile`].
    pub fn to_toml(
        &self,
        code: &str,
        champs: &Champs,
        before: &[&Self],
    ) -> Result<String, Vec<Reproche>> {
        let mut reproches = self.check_words();
        let before = if self.follows() { before } else { &[] };
        let first = before.first().copied().unwrap_or(self);
        let mut file = Table::new();
        let mut put = |key: &str, value: &str| file.insert(key.to_owned(), value.into());
        put("code", code);
        put("titre", self.titre.trim());
        put("calcul", &self.calcul);
        put("sens", self.direction());
        put("source", &self.told_source());
        put("definition", &first.whole_definition(champs));
        let famille = self.famille.trim();
        put("famille", if famille.is_empty() { FAMILLE_REDIGEE } else { famille });
        if let Some(unite) = self.unit() {
            put("unite", unite);
        }
        if let Ok(Some(floor)) = self.floor() {
            file.insert("plancher".to_owned(), floor.into());
        }
        first.put_exclusions(&mut file, champs);
        let counted = match (self.is_rapport(), self.is_couverture()) {
            (true, _) => self.put_parts(&mut file),
            (_, true) => self.put_series(&mut file),
            _ => self.put_counted(&mut file, champs, before),
        };
        reproches.extend(counted.err().into_iter().flatten());
        if reproches.is_empty() { Ok(file.to_string()) } else { Err(reproches) }
    }

    /// Where it comes from: never more than what the network says of itself.
    fn told_source(&self) -> String {
        match self.source.trim() {
            "" => "Indicateur défini par le réseau".to_owned(),
            source => format!("Indicateur défini par le réseau : {source}"),
        }
    }

    /// What is not counted: what was said of it, and the lines too recent for what counts on from a date.
    fn put_exclusions(&self, file: &mut Table, champs: &Champs) {
        let said = Some(self.exclusion.trim()).filter(|said| !said.is_empty()).map(str::to_owned);
        let recent =
            self.awaited(champs).into_iter().filter(|recent| Some(recent) != said.as_ref());
        let all: Vec<Value> = said.iter().cloned().chain(recent).map(Value::from).collect();
        if !all.is_empty() {
            file.insert("exclusions".to_owned(), Value::Array(all));
        }
    }

    /// The two indicators of a ratio.
    fn put_parts(&self, file: &mut Table) -> Result<(), Vec<Reproche>> {
        let mut reproches = Vec::new();
        for (key, place, code) in [
            ("numerateur", "Au-dessus de la barre", &self.numerateur),
            ("denominateur", "Au-dessous de la barre", &self.denominateur),
        ] {
            if code.is_empty() {
                reproches.push(Reproche::new(place, "choisir un indicateur."));
            }
            file.insert(key.to_owned(), code.as_str().into());
        }
        reproches.extend(self.check_single());
        if reproches.is_empty() { Ok(()) } else { Err(reproches) }
    }

    /// The count, and the series that it stands over or under.
    fn put_series(&self, file: &mut Table) -> Result<(), Vec<Reproche>> {
        let mut reproches = Vec::new();
        if self.numerateur.is_empty() {
            reproches.push(Reproche::new("Ce qui est compté", "choisir un indicateur."));
        }
        let serie = self.serie.trim();
        if serie.is_empty() {
            let quoi = "écrire le nom de la série, tel qu'il est importé.";
            reproches.push(Reproche::new("Série du contexte", quoi));
        }
        let typed = self.pour.trim();
        let pour = if typed.is_empty() { Some(1) } else { typed.parse::<i64>().ok() };
        match pour.filter(|pour| POUR.into_iter().any(|known| i64::from(known) == *pour)) {
            Some(pour) if pour > 1 && self.unite == "pour_cent" => {
                let quoi = "un pourcentage est déjà pour cent. Choisir 1, ou un nombre.";
                reproches.push(Reproche::new("Pour", quoi));
            }
            Some(pour) => {
                file.insert("pour".to_owned(), pour.into());
            }
            None => reproches.push(Reproche::new("Pour", "choisir l'un des nombres de la liste.")),
        }
        file.insert("compte".to_owned(), self.numerateur.as_str().into());
        file.insert("serie".to_owned(), Value::Array(vec![serie.into()]));
        reproches.extend(self.check_single());
        if reproches.is_empty() { Ok(()) } else { Err(reproches) }
    }

    /// That what is made of other indicators has no definition of its own to change one day.
    fn check_single(&self) -> Option<Reproche> {
        let quoi = "ce qui est fait d'autres indicateurs n'a qu'une définition : donner un premier jour à ce \
                    dont il est fait, ou le définir pour toutes les périodes.";
        self.follows().then(|| Reproche::new(PREMIER_JOUR, quoi))
    }

    /// What is counted, by this definition and by those before it.
    fn put_counted(
        &self,
        file: &mut Table,
        champs: &Champs,
        before: &[&Self],
    ) -> Result<(), Vec<Reproche>> {
        let vue = self.view(champs)?;
        // Everything that is wrong at once: who corrects one thing need not meet the next.
        let date = match (self.dated(vue), self.counted(champs), self.check_follows(before)) {
            (Ok(date), Ok(_), Ok(())) => date,
            (date, counted, follows) => {
                let wrong = counted.err().into_iter().chain(follows.err()).flatten();
                return Err(date.err().into_iter().chain(wrong).collect());
            }
        };
        let (mut tables, mut liens) = (BTreeSet::new(), BTreeSet::new());
        let mut parametres: BTreeMap<String, Value> = BTreeMap::new();
        let mut versions = Vec::new();
        for (rank, known) in before.iter().copied().chain([self]).enumerate() {
            let compte = known.counted(champs)?;
            let mut own = Table::new();
            put_sides(&mut own, &compte);
            tables.extend(compte.tables);
            liens.extend(compte.liens.iter().map(ToString::to_string));
            for (name, value) in compte.parametres {
                match parametres.get(&name) {
                    Some(other) if *other != value => {
                        let quoi = format!(
                            "le paramètre « {name} » n'a pas la même valeur dans une définition \
                             précédente. Lui donner un autre nom."
                        );
                        return Err(vec![Reproche::new("Paramètres", quoi)]);
                    }
                    _ => parametres.insert(name, value),
                };
            }
            let depuis = known.first_day().map_err(|reproche| vec![reproche])?;
            match depuis.filter(|_| rank > 0) {
                None => file.extend(own),
                Some(depuis) => {
                    own.insert("depuis".to_owned(), depuis.to_string().into());
                    own.insert("definition".to_owned(), known.whole_definition(champs).into());
                    known.put_exclusions(&mut own, champs);
                    versions.push(Value::Table(own));
                }
            }
        }
        let list =
            |names: BTreeSet<String>| Value::Array(names.into_iter().map(Value::from).collect());
        file.insert("vue".to_owned(), vue.nom.as_str().into());
        file.insert("date".to_owned(), date.into());
        file.insert("tables".to_owned(), list(tables));
        if !liens.is_empty() {
            file.insert("liens".to_owned(), list(liens));
        }
        file.insert("parametres".to_owned(), Value::Table(parametres.into_iter().collect()));
        if !versions.is_empty() {
            file.insert("versions".to_owned(), Value::Array(versions));
        }
        Ok(())
    }

    /// That it counts the same lines in the same way as those it follows, and after them.
    fn check_follows(&self, before: &[&Self]) -> Result<(), Vec<Reproche>> {
        let of = |one: &Self| one.first_day().map_err(|reproche| vec![reproche]);
        let (Some(depuis), place) = (of(self)?, PREMIER_JOUR) else { return Ok(()) };
        let Some(last) = before.last() else {
            let quoi =
                "la première définition vaut pour toutes les périodes : laisser ce jour vide.";
            return Err(vec![Reproche::new(place, quoi)]);
        };
        if of(last)?.is_some_and(|known| depuis <= known) {
            let quoi = "il faut un jour après celui de la définition précédente.";
            return Err(vec![Reproche::new(place, quoi)]);
        }
        let same = before.iter().all(|known| {
            let of = |one: &Self| [&one.vue, &one.calcul, &one.date, &one.unite].map(Clone::clone);
            of(known) == of(self)
        });
        if !same {
            let quoi = "depuis un jour, seules changent les conditions et la mesure. Pour compter d'autres \
                        lignes, autrement ou à une autre date, laisser ce jour vide (toutes les périodes \
                        sont alors recalculées), ou définir un autre indicateur.";
            return Err(vec![Reproche::new(place, quoi)]);
        }
        Ok(())
    }
}

fn put_sides(file: &mut Table, compte: &Compte) {
    file.insert("population".to_owned(), compte.population.as_str().into());
    let sides = [("condition", &compte.condition), ("mesure", &compte.mesure)];
    for (key, side) in sides {
        if let Some(side) = side {
            file.insert(key.to_owned(), side.as_str().into());
        }
    }
}
