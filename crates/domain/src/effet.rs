//! On which day what a rule caught counts for an indicator that its correction moves.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// For each rule, for each indicator that its correction moves under a condition that the data decide: one day
/// for each object of its list, in the order of that list; none for an object that never counts.
pub type JoursEffets = BTreeMap<String, BTreeMap<String, Vec<Option<Date>>>>;
