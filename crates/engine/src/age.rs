//! `age(birth, day)`: the largest n with birth + n years ≤ day, 29 February counting as the 28th
//! in common years (`reference.md` §2). Null when either is.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int32Array};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use jiff::civil::{Date, date};
use mallette_domain::calendrier;

/// The function, to be registered in a session.
pub(crate) fn function() -> ScalarUDF {
    create_udf(
        "age",
        vec![DataType::Date32, DataType::Date32],
        DataType::Int32,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let [births, days] = arrays.as_slice() else {
                return Err(DataFusionError::Execution("age attend deux dates".to_owned()));
            };
            let ages: Int32Array = births
                .as_primitive::<Date32Type>()
                .iter()
                .zip(days.as_primitive::<Date32Type>())
                .map(|(birth, day)| Some(calendrier::age(to_date(birth?)?, to_date(day?)?)))
                .collect();
            Ok(ColumnarValue::Array(Arc::new(ages) as ArrayRef))
        }),
    )
}

/// The day of a `Date32`; none beyond the calendar.
pub(crate) fn to_date(days: i32) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    date(1970, 1, 1).checked_add(span).ok()
}

/// Days since 1 January 1970, the engine's own form of a date.
pub(crate) fn to_days(day: Date) -> i32 {
    date(1970, 1, 1).until(day).map_or(0, |span| span.get_days())
}
