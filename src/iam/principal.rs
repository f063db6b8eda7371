//! Who a statement is about.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use crate::value::{Data, Decided, Part, Value, World, any};

use super::document::Selector;
use super::fixed::{is_fixed, settled, values};

/// The kinds of principal a policy can name.
pub(super) const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

/// Whether the statement is about anyone but fixed principals. `NotPrincipal` always is.
///
/// # Errors
/// [`crate::value::Stop`] when an input decides it.
pub(super) fn is_open_to_all(principal: &Selector, world: &World) -> Decided<bool> {
    match principal {
        Selector::AllBut(_) => Ok(true),
        Selector::Only(value) => match &value.data {
            Data::Map(_, kinds) => any(kinds.iter().flat_map(|(kind, named)| {
                values(named).into_iter().map(|value| is_named(kind, value, world).map(|named| !named))
            })),
            _ => is_fixed(value, world).map(|fixed| !fixed),
        },
    }
}

/// Whether the statement is certainly about everyone: `"*"` or `{"AWS": "*"}`.
pub(super) fn is_everyone(principal: &Selector) -> bool {
    let Selector::Only(value) = principal else { return false };
    match &value.data {
        Data::Map(_, kinds) => {
            kinds.get("AWS").is_some_and(|named| values(named).into_iter().any(|value| value.as_str() == Some("*")))
        }
        _ => value.as_str() == Some("*"),
    }
}

/// Whether `value` names one principal of its kind.
fn is_named(kind: &str, value: &Value, world: &World) -> Decided<bool> {
    if kind != "Federated" {
        return is_fixed(value, world);
    }
    // Whoever has an account with a web identity provider is federated; a provider declared in the account by its ARN
    // admits whom the account's own roles admit.
    let provider = settled(value, world)?;
    if is_web_identity(&provider) { Ok(false) } else { is_fixed(&provider, world) }
}

/// A provider that is named by its domain: all that is known of it has neither an ARN's beginning nor its provider.
fn is_web_identity(value: &Value) -> bool {
    let Data::Text(text) = &value.data else { return false };
    let provider = |part: &Part| matches!(part, Part::Literal(text) if text.contains(":saml-provider/") || text.contains(":oidc-provider/"));
    let begins_known = matches!(text.parts().first(), Some(Part::Literal(_)));
    begins_known && !text.parts().iter().any(provider)
}
