//! Who asks, for the tests of the wall.

use std::collections::BTreeSet;

use jiff::civil::date;
use mallette_domain::acces::{Acces, Habilitation, Role};

/// What is open on a day of the tests to who holds that role alone.
pub(crate) fn acces(role: Role, centre: Option<&str>) -> Acces {
    of_conseiller(role, centre, None)
}

/// The same, of a conseiller of I-MILO.
pub(crate) fn of_conseiller(role: Role, centre: Option<&str>, conseiller: Option<&str>) -> Acces {
    let held = Habilitation {
        role,
        structure_id: centre.map(str::to_owned),
        conseiller_id: conseiller.map(str::to_owned),
        debut: None,
        fin: None,
    };
    Acces::on(date(2026, 11, 25), &[held], BTreeSet::new())
}
