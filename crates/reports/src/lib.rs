//! Results as files: XLSX workbooks and CSV, from one neutral description of a table.

pub mod bloc;
pub mod classeur;
pub mod csv;
pub mod graphique;
pub mod provenance;
