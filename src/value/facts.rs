//! What answers about one input say together: which values are left, and whether any is.
//!
//! Knows domains and questions only; how inputs hang together is [`super::World`]'s to say.

use unicode_segmentation::UnicodeSegmentation;

use super::{Ask, Domain, Keys, Literal, Number};

/// What is known about one input.
pub(super) type Facts<'a> = Vec<(&'a Ask, bool)>;

/// The texts that Terraform converts to a boolean.
/// <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>
const TRUTHS: [(&str, bool); 4] = [("true", true), ("1", true), ("false", false), ("0", false)];

/// The values of a domain that agree with the facts, where they are finitely many.
pub(super) fn candidates(domain: &Domain, facts: &Facts) -> Option<Vec<Literal>> {
    let only = facts.iter().find_map(|(ask, answer)| match (ask, answer) {
        (Ask::Is(literal), true) => Some(literal.clone()),
        (Ask::Null, true) => Some(Literal::Null),
        _ => None,
    });
    let is_truth = facts.iter().any(|(ask, _)| **ask == Ask::WorthTrue);
    let become_text = facts.iter().find_map(|(ask, answer)| match (ask, answer) {
        (Ask::Becomes(text), true) => Some(Literal::Text(text.clone())),
        _ => None,
    });
    let values = match (&domain.values, only) {
        (Some(values), _) => values.clone(),
        (None, Some(only)) if domain.allows(&only) => vec![only],
        (None, Some(_)) => Vec::new(),
        (None, None) if is_truth => {
            let texts = TRUTHS.map(|(text, _)| domain.own(Literal::Text(text.to_owned())));
            let others = texts.iter().filter_map(Literal::written_out).filter(|other| match other {
                Literal::Number(_) => domain.keys == Keys::Converted,
                _ => matches!(domain.keys, Keys::Untyped | Keys::Converted),
            });
            texts.iter().cloned().chain(others).filter(|text| domain.allows(text)).collect()
        }
        (None, None) => {
            let text = become_text?;
            let values = [text.written_out(), Some(text)].into_iter().flatten();
            values.filter(|value| domain.allows(value)).collect()
        }
    };
    let agrees = |literal: &Literal| facts.iter().all(|(ask, answer)| is(literal, ask, domain) == Some(*answer));
    Some(values.into_iter().filter(agrees).collect())
}

/// Whether a value of the domain gives all these answers.
pub(super) fn is_possible(domain: &Domain, facts: &Facts) -> bool {
    if let Some(candidates) = candidates(domain, facts) {
        return !candidates.is_empty();
    }
    if facts.iter().any(|(ask, answer)| facts.contains(&(*ask, !answer))) {
        return false;
    }
    let is_said =
        |answer: bool, asked: fn(&Ask) -> bool| facts.iter().any(|(ask, given)| *given == answer && asked(ask));
    let is_asked = |asked: fn(&Ask) -> bool| facts.iter().any(|(ask, _)| asked(ask));
    let is_set = is_asked(|ask| *ask == Ask::True)
        || is_said(true, |ask| matches!(ask, Ask::Fixed | Ask::Holds(_) | Ask::LongerThan(_)));
    // Both tools refuse to look into null, whatever they would find.
    let is_number = is_asked(|ask| matches!(ask, Ask::Above(_) | Ask::Below(_)));
    let null = !domain.never_null
        && !is_set
        && !is_number
        && !is_asked(|ask| matches!(ask, Ask::Holds(_) | Ask::LongerThan(_) | Ask::Listed))
        && !is_said(false, is_null)
        && !is_said(true, is_empty);
    let may_be_empty = !domain.never_empty && !is_set && !is_number && !is_said(true, is_null);
    let is_list = |answer: bool| is_said(answer, |ask| *ask == Ask::Listed);
    let empty = may_be_empty && !is_said(false, is_empty) && !is_list(true);
    // A collection without elements is not the empty text.
    let may_hold_none = domain.keys == Keys::Untyped && !is_list(false) && !is_said(false, |ask| *ask == Ask::Empty);
    let no_elements = may_be_empty && may_hold_none;
    let more = !is_said(true, is_null) && !is_said(true, is_empty) && can_be_more(domain, facts);
    let too_wide = domain.never_wide && is_said(false, |ask| *ask == Ask::Fixed);
    null || empty || no_elements || (more && !too_wide)
}

/// Whether something that is neither null nor empty gives all these answers. There are more texts, fixed and not, and more
/// numbers between two others, than answers could exclude.
fn can_be_more(domain: &Domain, facts: &Facts) -> bool {
    if !has_numbers(domain, facts) {
        return false;
    }
    let sizes = |wanted: bool| {
        facts.iter().filter_map(move |(ask, answer)| match ask {
            Ask::LongerThan(count) if *answer == wanted => Some(*count),
            _ => None,
        })
    };
    let held = facts.iter().filter(|(ask, answer)| *answer && matches!(ask, Ask::Holds(_))).count();
    let least = sizes(true).max().map_or(1, |count| count + 1).max(held);
    let is_list = facts.contains(&(&Ask::Listed, true));
    let is_collection = is_list || facts.iter().any(|(ask, _)| matches!(ask, Ask::Holds(_)));
    let is_boolean = facts.iter().any(|(ask, _)| matches!(ask, Ask::True));
    let is_number = facts.iter().any(|(ask, _)| matches!(ask, Ask::Above(_) | Ask::Below(_)));
    let is_wide = facts.iter().any(|(ask, answer)| *ask == &Ask::Fixed && !answer);
    sizes(false).min().is_none_or(|most| least <= most)
        && !(is_boolean && (is_collection || is_wide))
        && !(is_list && is_number)
}

/// Whether a number lies between the bounds that the facts set. Between two different ones there are always others.
fn has_numbers(domain: &Domain, facts: &Facts) -> bool {
    let zero = (domain.keys == Keys::Count).then(|| Number::from(0_usize));
    let bounds = |ends: [fn(&Ask) -> Option<&Number>; 2]| {
        let bounds = facts.iter().filter_map(move |(ask, answer)| {
            let [strict, inclusive] = ends;
            strict(ask).filter(|_| *answer).or_else(|| inclusive(ask).filter(|_| !answer))
        });
        bounds.collect::<Vec<_>>()
    };
    let low = bounds([above, below]).into_iter().chain(&zero).max();
    let high = bounds([below, above]).into_iter().min();
    let Some((low, high)) = low.zip(high) else { return true };
    let only = Literal::Number(low.clone());
    low < high
        || (low == high && facts.iter().all(|(ask, answer)| is(&only, ask, domain).is_none_or(|said| said == *answer)))
}

fn above(ask: &Ask) -> Option<&Number> {
    if let Ask::Above(number) = ask { Some(number) } else { None }
}

fn below(ask: &Ask) -> Option<&Number> {
    if let Ask::Below(number) = ask { Some(number) } else { None }
}

/// Whether `literal` answers `ask` with yes; `None` where the question makes no sense for it: whatever asks it is
/// refused by the real tool.
fn is(literal: &Literal, ask: &Ask, domain: &Domain) -> Option<bool> {
    match ask {
        Ask::Null => Some(*literal == Literal::Null),
        Ask::Empty => Some(*literal == Literal::Text(String::new())),
        Ask::True | Ask::So(_) => literal.as_text().to_ascii_lowercase().parse().ok(),
        Ask::WorthTrue => match literal {
            Literal::Null => None,
            // A number is no boolean, though the text that it becomes may be.
            Literal::Number(_) if domain.keys == Keys::Untyped => None,
            _ => TRUTHS.iter().find(|(text, _)| *text == literal.as_text()).map(|(_, truth)| *truth),
        },
        Ask::Is(other) => Some(domain.is_same(literal, other)),
        Ask::Becomes(text) => Some(*literal != Literal::Null && literal.as_text() == *text),
        Ask::Fixed => match literal {
            Literal::Text(text) => Some(super::is_fixed(text)),
            _ => Some(*literal != Literal::Null),
        },
        // Texts and other scalars are no lists and hold nothing; nobody looks into null.
        Ask::Listed | Ask::Holds(_) => (*literal != Literal::Null).then_some(false),
        Ask::LongerThan(count) => match literal {
            Literal::Text(text) => Some(text.graphemes(true).count() > *count),
            // A number has no length: it is its text that is asked.
            Literal::Number(_) if domain.keys.is_number() || domain.keys == Keys::Converted => {
                Some(literal.as_text().len() > *count)
            }
            _ => None,
        },
        Ask::Above(number) => Number::parse(&literal.as_text()).ok().map(|value| value > *number),
        Ask::Below(number) => Number::parse(&literal.as_text()).ok().map(|value| value < *number),
    }
}

fn is_null(ask: &Ask) -> bool {
    matches!(ask, Ask::Null | Ask::Is(Literal::Null))
}

fn is_empty(ask: &Ask) -> bool {
    match ask {
        Ask::Empty => true,
        Ask::Is(Literal::Text(text)) => text.is_empty(),
        _ => false,
    }
}
