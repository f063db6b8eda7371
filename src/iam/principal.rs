//! Who a statement is about.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use crate::value::{Ask, Claim, Data, Decided, Part, Reason, Value, World, any, every};

use super::document::Selector;
use super::fixed::{is_evaluated, is_fixed, settled, values};

/// The kinds of principal a policy can name.
const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

/// What Terraform's data source makes of `type = "*"` beside other principals. Where it is taken at all, it is everyone.
const EVERY_KIND: &str = "*";

/// Whether this is a kind of principal, or may be one: what an input decides stands as `${…}`. Where small letters are
/// taken, they mean the same; where they are not, nothing is deployed.
pub(super) fn is_kind(kind: &str) -> bool {
    is_unknown(kind) || kind == EVERY_KIND || KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

fn is_unknown(kind: &str) -> bool {
    kind.starts_with("${")
}

/// Whether the statement is about anyone but fixed principals. `NotPrincipal` always is.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn is_open_to_all(principal: &Selector, world: &World) -> Decided<bool> {
    match principal {
        Selector::AllBut(_) => Ok(true),
        Selector::Only(value) => match &value.data {
            Data::Map(_, kinds) => any(kinds.iter().flat_map(|(kind, named)| {
                let is_open = |value: &Value| is_named(kind, value, world).map(|named| !named);
                values(named).into_iter().map(move |value| value.may_be(&is_open))
            })),
            _ => is_fixed(value, world).map(|fixed| !fixed),
        },
    }
}

/// Whether the statement is about everyone: `"*"` or `{"AWS": "*"}`, also where the kind is not known.
///
/// # Errors
/// [`crate::value::Stop`] while it waits for an answer that may make it so.
pub(super) fn is_everyone(principal: &Selector, world: &World) -> Decided<bool> {
    let Selector::Only(value) = principal else { return Ok(false) };
    let is_all = |value: &Value| Ok(is_evaluated(value, world)? && value.as_str() == Some("*"));
    match &value.data {
        Data::Map(_, kinds) => {
            let of_all = kinds.iter().filter(|(kind, _)| is_unknown(kind) || kind.eq_ignore_ascii_case("AWS"));
            any(of_all.flat_map(|(_, named)| values(named)).map(|value| value.may_be(&is_all)))
        }
        _ => is_all(value),
    }
}

/// Whether `value` names one principal of its kind, or is a list that names none.
fn is_named(kind: &str, value: &Value, world: &World) -> Decided<bool> {
    if let Data::Open(input) = &value.data
        && value.is_open_list()
        && world.ask(input, Ask::Empty)?
    {
        return Ok(true);
    }
    if is_unknown(kind) {
        return every([is_fixed(value, world), is_of_any_kind(kind, value, world)]);
    }
    if kind == EVERY_KIND {
        return Ok(false);
    }
    if !kind.eq_ignore_ascii_case("Federated") {
        return is_fixed(value, world);
    }
    // Whoever has an account with a web identity provider is federated; a provider declared in the account by its ARN
    // admits whom the account's own roles admit.
    let provider = settled(value, world)?;
    if is_web_identity(&provider) { Ok(false) } else { is_fixed(&provider, world) }
}

/// Whether `value` names one principal whatever its kind is. Of anything but an ARN or the number of an account it is asked:
/// it may be the domain of a web identity provider.
fn is_of_any_kind(kind: &str, value: &Value, world: &World) -> Decided<bool> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_named = match &value.data {
        Data::Number(_) => true,
        Data::Text(text) => match text.parts() {
            [Part::Literal(text)] => text.starts_with("arn:") || is_account(text),
            parts => matches!(parts.first(), Some(Part::Literal(text)) if text.starts_with("arn:")),
        },
        _ => false,
    };
    if is_named {
        return Ok(true);
    }
    let reason = Reason::Elsewhere(kind.to_owned());
    let subject = format!("{} of the kind {kind}", value.describe());
    world.decide(&Claim::new("is one principal").of(&subject, reason, value.origin.clone()))
}

/// A provider that is named by its domain: all that is known of it has neither an ARN's beginning nor its provider.
fn is_web_identity(value: &Value) -> bool {
    let Data::Text(text) = &value.data else { return false };
    let provider = |part: &Part| matches!(part, Part::Literal(text) if text.contains(":saml-provider/") || text.contains(":oidc-provider/"));
    let begins_known = matches!(text.parts().first(), Some(Part::Literal(_)));
    begins_known && !text.parts().iter().any(provider)
}
