//! What a check has to say: where, what is wrong and what to do.

use std::fmt;
use std::process::ExitCode;

/// Whether a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Printed; the run still passes.
    Warning,
    /// The run fails.
    Error,
}

/// One thing found by a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Whether it fails the run.
    pub(crate) level: Level,
    /// Path from the root of the repository.
    pub(crate) path: String,
    /// Line in that file, from 1.
    pub(crate) line: usize,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

impl Finding {
    /// A finding that fails the run.
    pub(crate) fn error(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Error, path: path.into(), line, message: message.into() }
    }

    /// A finding that is only shown.
    pub(crate) fn warning(
        path: impl Into<String>,
        line: usize,
        message: impl Into<String>,
    ) -> Self {
        Self { level: Level::Warning, ..Self::error(path, line, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(f, "{}:{}: {level}: {}", self.path, self.line, self.message)
    }
}

/// Prints every finding, the warnings first, and says whether the run passes.
pub(crate) fn report(findings: &[Finding]) -> ExitCode {
    let (errors, warnings): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.level == Level::Error);
    for finding in warnings.iter().chain(&errors) {
        println!("{finding}");
    }
    println!("xtask: {} errors, {} warnings", errors.len(), warnings.len());
    if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
