//! Tests only: what the product is compared with.
//!
//! [`oracle`] is a second implementation of every rule and indicator, slow and literal, written
//! from `reference.md` alone; [`generator`] writes regions made to hit every boundary. The product
//! and the oracle are made by different hands from the same page: where they differ, one is wrong.
//! [`postgres`] gives each test a base of its own.

pub mod generator;
pub mod oracle;
pub mod postgres;
