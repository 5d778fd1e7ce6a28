//! What a person may type in SQL, looked at before anything is planned: only what is listed here passes.
//! No file, no write, no other table than the views of the perimeter, no function that could grow without
//! bound: a closed list is looked at, not a list of dangers.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement as DFStatement};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArguments, ObjectName, ObjectNamePart, Query, Select, SetExpr,
    Statement, TableFactor, UnaryOperator, Value, ValueWithSpan, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Whitespace};
use mallette_domain::table::TABLES;

use crate::EngineError;

/// Longest text.
const MAX_TEXTE: usize = 4000;
/// Tables and views named in one query, which is what joins grow with.
const MAX_RELATIONS: usize = 12;

/// Functions that may be called: none reads outside of its arguments, none makes a text longer than them.
const FONCTIONS: &[&str] = &[
    "age",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "char_length",
    "character_length",
    "coalesce",
    "contains",
    "count",
    "date_part",
    "date_trunc",
    "dense_rank",
    "ends_with",
    "first_value",
    "greatest",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "nullif",
    "ntile",
    "percentile_cont",
    "rank",
    "right",
    "row_number",
    "rtrim",
    "starts_with",
    "stddev",
    "strpos",
    "substr",
    "substring",
    "sum",
    "trim",
    "upper",
];

/// Those of one row: what a rule may call.
const D_UNE_LIGNE: &[&str] = &[
    "age",
    "btrim",
    "char_length",
    "character_length",
    "coalesce",
    "contains",
    "date_part",
    "date_trunc",
    "ends_with",
    "greatest",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "nullif",
    "right",
    "rtrim",
    "starts_with",
    "strpos",
    "substr",
    "substring",
    "trim",
    "upper",
];

fn refused(why: impl Into<String>) -> EngineError {
    EngineError::Refusee(why.into())
}

fn check_text(sql: &str) -> Result<(), EngineError> {
    if sql.len() > MAX_TEXTE {
        return Err(refused(format!("elle dépasse {MAX_TEXTE} signes.")));
    }
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize();
    let tokens = tokens.map_err(|_| refused("elle ne se lit pas : un texte n'est pas fermé."))?;
    let comment = |token: &Token| {
        use Whitespace::{MultiLineComment, SingleLineComment};
        matches!(token, Token::Whitespace(SingleLineComment { .. } | MultiLineComment(_)))
    };
    if tokens.iter().any(comment) {
        return Err(refused("elle contient un commentaire (-- ou /* */). Le retirer."));
    }
    Ok(())
}

/// One reading query over these views and nothing else.
///
/// # Errors
/// Why it is refused, in French.
pub(crate) fn check_query(sql: &str, vues: &[&str]) -> Result<DFStatement, EngineError> {
    check_text(sql)?;
    let unreadable = || refused("elle ne se lit pas comme du SQL. La vérifier mot à mot.");
    let mut parser = DFParserBuilder::new(sql).build().map_err(|_| unreadable())?;
    let mut statements = parser.parse_statements().map_err(|_| unreadable())?;
    let (Some(statement), 0) = (statements.pop_front(), statements.len()) else {
        return Err(refused("il faut une seule requête, qui commence par SELECT ou WITH."));
    };
    let DFStatement::Statement(inner) = &statement else { return Err(not_a_reading()) };
    let Statement::Query(query) = &**inner else { return Err(not_a_reading()) };
    let mut garde = Garde::new(vues.iter().map(|vue| (*vue).to_owned()).collect(), FONCTIONS);
    match query.visit(&mut garde) {
        ControlFlow::Break(why) => Err(refused(why)),
        ControlFlow::Continue(()) => Ok(statement),
    }
}

fn not_a_reading() -> EngineError {
    refused(
        "seule une lecture (SELECT) est permise : rien ne s'écrit, ne se règle ni ne se crée ici.",
    )
}

/// One condition over the columns of a row.
///
/// # Errors
/// Why it is refused, in French.
pub(crate) fn check_condition(sql: &str, columns: &BTreeSet<String>) -> Result<(), EngineError> {
    check_text(sql)?;
    let unreadable = || refused("la condition ne se lit pas comme du SQL. La vérifier mot à mot.");
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect).try_with_sql(sql).map_err(|_| unreadable())?;
    let expr = parser.parse_expr().map_err(|_| unreadable())?;
    if parser.peek_token().token != Token::EOF {
        return Err(unreadable());
    }
    let mut garde = Garde::new(BTreeSet::new(), D_UNE_LIGNE);
    garde.columns = Some(columns);
    match expr.visit(&mut garde) {
        ControlFlow::Break(why) => Err(refused(why)),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Walks everything that was typed.
struct Garde<'a> {
    vues: BTreeSet<String>,
    fonctions: &'a [&'static str],
    /// The only columns of a condition; a query may name any of its views'.
    columns: Option<&'a BTreeSet<String>>,
    relations: usize,
}

impl<'a> Garde<'a> {
    fn new(vues: BTreeSet<String>, fonctions: &'a [&'static str]) -> Self {
        Self { vues, fonctions, columns: None, relations: 0 }
    }

    fn check_column(&self, name: &str) -> ControlFlow<String> {
        match self.columns {
            Some(columns) if !columns.contains(&name.to_lowercase()) => stop(format!(
                "« {name} » n'est pas un champ de ces lignes. Les champs sont dans la liste."
            )),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn stop(why: impl Into<String>) -> ControlFlow<String> {
    ControlFlow::Break(why.into())
}

/// The name of something that has one part only.
fn single(name: &ObjectName) -> Option<String> {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => Some(ident.value.to_lowercase()),
        _ => None,
    }
}

impl Visitor for Garde<'_> {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        if self.columns.is_some() {
            return stop("une condition ne contient pas de sous-requête.");
        }
        if let Some(with) = &query.with {
            if with.recursive {
                return stop("WITH RECURSIVE n'est pas permis : elle pourrait ne jamais finir.");
            }
            for cte in &with.cte_tables {
                let name = cte.alias.name.value.to_lowercase();
                let taken =
                    self.vues.contains(&name) || TABLES.iter().any(|table| table.name == name);
                if taken {
                    return stop(format!(
                        "« {name} » est déjà le nom d'une table. En choisir un autre."
                    ));
                }
                self.vues.insert(name);
            }
        }
        let extra = !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty();
        let body = matches!(
            &*query.body,
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::SetOperation { .. }
        );
        if extra || !body {
            return stop("seule une lecture (SELECT) est permise.");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        let extra = select.into.is_some()
            || !select.lateral_views.is_empty()
            || !select.connect_by.is_empty()
            || select.top.is_some();
        if extra {
            stop("SELECT INTO et ses variantes ne sont pas permis.")
        } else {
            ControlFlow::Continue(())
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        match factor {
            TableFactor::Table { name, args: None, .. } => {
                self.relations += 1;
                if self.relations > MAX_RELATIONS {
                    return stop(format!("elle lit plus de {MAX_RELATIONS} tables."));
                }
                match single(name) {
                    Some(known) if self.vues.contains(&known) => ControlFlow::Continue(()),
                    _ => stop(format!(
                        "« {name} » n'est pas une table d'ici. Celles que l'on peut lire sont dans la liste."
                    )),
                }
            }
            TableFactor::Derived { lateral: false, .. } | TableFactor::NestedJoin { .. } => {
                ControlFlow::Continue(())
            }
            _ => stop("une fonction ne peut pas tenir lieu de table."),
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<String> {
        match &value.value {
            Value::Number(..) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => {
                ControlFlow::Continue(())
            }
            _ => stop("une valeur s'écrit entre apostrophes, en chiffres, ou true, false, NULL."),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match expr {
            Expr::Identifier(ident) => self.check_column(&ident.value),
            Expr::CompoundIdentifier(_) if self.columns.is_some() => {
                stop("un champ se nomme seul, sans table devant.")
            }
            Expr::Function(function) => {
                let name = single(&function.name).unwrap_or_default();
                let plain = matches!(function.parameters, FunctionArguments::None)
                    && !matches!(function.args, FunctionArguments::Subquery(_));
                if !plain || !self.fonctions.contains(&name.as_str()) {
                    return stop(format!(
                        "la fonction « {} » n'est pas permise. Permises : {}.",
                        function.name,
                        self.fonctions.join(", ")
                    ));
                }
                if self.columns.is_some() && (function.over.is_some() || function.filter.is_some())
                {
                    return stop("une condition se juge ligne à ligne, sans OVER ni FILTER.");
                }
                ControlFlow::Continue(())
            }
            Expr::BinaryOp { op, .. } => check_operator(op),
            Expr::UnaryOp { op, .. } => match op {
                UnaryOperator::Not | UnaryOperator::Minus | UnaryOperator::Plus => {
                    ControlFlow::Continue(())
                }
                other => stop(format!("l'opérateur « {other} » n'est pas permis.")),
            },
            Expr::CompoundIdentifier(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::Cast { .. }
            | Expr::Extract { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Nested(_)
            | Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::Interval(_)
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..) => ControlFlow::Continue(()),
            other => stop(format!("« {other} » n'est pas une écriture permise ici.")),
        }
    }
}

fn check_operator(op: &BinaryOperator) -> ControlFlow<String> {
    use BinaryOperator::{
        And, Divide, Eq, Gt, GtEq, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or, Plus,
    };
    match op {
        And | Divide | Eq | Gt | GtEq | Lt | LtEq | Minus | Modulo | Multiply | NotEq | Or
        | Plus => ControlFlow::Continue(()),
        // Joining texts again and again would double them each time.
        BinaryOperator::StringConcat => {
            stop("mettre des textes bout à bout (||) n'est pas permis.")
        }
        other => stop(format!("l'opérateur « {other} » n'est pas permis.")),
    }
}
