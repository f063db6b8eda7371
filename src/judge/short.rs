//! Names of questions as people read them: what is claimed of a policy whose text is a whole document is said of the policy.
//!
//! Knows names and claims; the whole name stays the one by which an input is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Case, Condition};

/// How many bytes of a name people read.
const MAX_NAME: usize = 200;

/// Short names for long ones, where they still tell them from all others beside them.
pub struct ShortNames<'a>(BTreeMap<&'a str, String>);

impl<'a> ShortNames<'a> {
    /// Those of the inputs in some cases.
    #[must_use]
    pub fn of_cases(cases: &'a [Case]) -> Self {
        let met: BTreeMap<&str, &Condition> =
            cases.iter().flat_map(|case| &case.when).map(|(name, met)| (name.as_str(), met)).collect();
        let mut short = BTreeMap::new();
        let mut taken: BTreeSet<String> = met.keys().map(|name| (*name).to_owned()).collect();
        for (name, met) in met {
            let shortened = shortened(name, met).filter(|shortened| taken.insert(shortened.clone()));
            short.extend(shortened.map(|shortened| (name, shortened)));
        }
        Self(short)
    }

    /// What people call an input.
    #[must_use]
    pub fn of<'n>(&'n self, name: &'n str) -> &'n str {
        self.0.get(name).map_or(name, String::as_str)
    }
}

/// The claim without the text that it is made of: `the policy of aws_s3_bucket.b is public`.
fn shortened(name: &str, met: &Condition) -> Option<String> {
    let Condition::So(claim, _) = met else { return None };
    let subject = claim.subject(name).filter(|_| name.len() > MAX_NAME)?;
    let (thing, _) = subject.strip_suffix(')')?.split_once(" (")?;
    // A key in quotes may hold a parenthesis too.
    let is_whole = thing.matches('"').count() % 2 == 0;
    is_whole.then(|| format!("{thing} {claim}"))
}

#[cfg(test)]
mod tests {
    use super::ShortNames;
    use crate::finding::{Case, Condition, Verdict};
    use crate::value::Claim;

    fn names(names: &[&str]) -> Vec<String> {
        let met = Condition::So(Claim::new("is public"), true);
        let when = names.iter().map(|name| ((*name).to_owned(), met.clone())).collect();
        let cases = [Case { when, verdict: Verdict::Fail }];
        let short = ShortNames::of_cases(&cases);
        names.iter().map(|name| short.of(name).to_owned()).collect()
    }

    #[test]
    fn what_is_claimed_of_a_document_is_said_of_the_policy() {
        let long = |bucket: &str| format!("the policy of {bucket} (replace(\"{}\", var.a)) is public", "x".repeat(200));
        for (bucket, expected) in [
            ("aws_s3_bucket.b", "the policy of aws_s3_bucket.b is public"),
            ("aws_s3_bucket.b[\"a\"]", "the policy of aws_s3_bucket.b[\"a\"] is public"),
        ] {
            assert_eq!(names(&[&long(bucket)]), [expected]);
        }
        let odd = long("aws_s3_bucket.b[\"a (b)\"]");
        assert_eq!(names(&[&odd]), [odd.as_str()], "a key that holds a parenthesis");
        let readable = "the policy of b (var.policy) is public";
        assert_eq!(names(&[readable]), [readable]);
    }

    #[test]
    fn names_that_would_be_one_stay_two() {
        let [one, other] = ["x", "y"].map(|text| format!("the policy of b (\"{}\") is public", text.repeat(200)));
        assert_eq!(names(&[&one, &other]), ["the policy of b is public".to_owned(), other]);
    }
}
