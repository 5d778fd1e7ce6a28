//! Three values: true, false, and « not judged » for want of data (`reference.md` §2: a comparison
//! with an empty value is never true, and the object is not evaluated by that part of the rule).

/// The verdict of a rule, or of a part of it; `None` when the data to judge are missing.
pub(crate) type Tri = Option<bool>;

/// All parts hold: one false part settles it, otherwise every part must have been judged.
pub(crate) fn all(parts: &[Tri]) -> Tri {
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    if parts.contains(&None) { None } else { Some(true) }
}

/// Some part holds: judged as soon as one part could be.
pub(crate) fn any(parts: &[Tri]) -> Tri {
    if parts.contains(&Some(true)) {
        return Some(true);
    }
    parts.contains(&Some(false)).then_some(false)
}

/// `a ≤ b`.
pub(crate) fn le<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Tri {
    Some(a? <= b?)
}

/// `a < b`.
pub(crate) fn lt<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Tri {
    Some(a? < b?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_never_true_and_never_false() {
        assert_eq!(le(Some(1), Some(1)), Some(true));
        assert_eq!(lt(Some(1), Some(1)), Some(false));
        assert_eq!(lt(None, Some(1)), None);
        assert_eq!(all(&[Some(true), None]), None);
        assert_eq!(all(&[Some(false), None]), Some(false));
        assert_eq!(any(&[Some(false), None]), Some(false));
        assert_eq!(any(&[Some(true), None]), Some(true));
        assert_eq!(any(&[None, None]), None);
    }
}
