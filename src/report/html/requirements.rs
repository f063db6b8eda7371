//! The requirements of standards, and how the controls that serve them stand.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{STANDINGS, Standing, escaped};
use crate::report::Context;

/// The controls that serve each requirement, by standard and number.
type Mapping<'a> = BTreeMap<&'a str, BTreeMap<Vec<Piece<'a>>, (&'a str, Vec<&'a str>)>>;

pub(super) fn section(page: &mut String, context: &Context) {
    let mapping = mapping(context);
    if mapping.is_empty() {
        return;
    }
    page.push_str(
        "<section aria-labelledby=\"requirements\">\n<h2 id=\"requirements\">Requirements</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"requirements\" tabindex=\"0\">\n\
         <table class=\"requirements\">\n<thead>\n<tr><th scope=\"col\">Requirement</th>\
         <th scope=\"col\">Controls</th><th scope=\"col\">Verdicts</th></tr>\n</thead>\n",
    );
    for (framework, requirements) in mapping {
        let _ = writeln!(page, "<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"3\">{}</th></tr>", escaped(framework));
        for (number, controls) in requirements.values() {
            let links: Vec<String> =
                controls.iter().map(|id| format!("<a href=\"#control-{0}\">{0}</a>", escaped(id))).collect();
            let (number, links) = (escaped(number), links.join(", "));
            let verdicts = verdicts(controls, context);
            let _ = writeln!(page, "<tr><th scope=\"row\">{number}</th><td>{links}</td><td>{verdicts}</td></tr>");
        }
        page.push_str("</tbody>\n");
    }
    page.push_str("</table>\n</div>\n</section>\n");
}

fn mapping<'a>(context: &Context<'a>) -> Mapping<'a> {
    let mut mapping: Mapping = BTreeMap::new();
    for control in context.controls {
        for (framework, numbers) in &control.requirements {
            for number in numbers {
                let of_framework = mapping.entry(framework).or_default();
                let (_, controls) = of_framework.entry(pieces(number)).or_insert((number, Vec::new()));
                controls.push(&control.id);
            }
        }
    }
    mapping
}

/// A piece of a requirement's number: `AU-6(3)` stands before `AU-12`, `10.2.1` after `3.4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Number(u32),
    Word(&'a str),
}

fn pieces(number: &str) -> Vec<Piece<'_>> {
    let words = number.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_or(Piece::Word(word), Piece::Number)).collect()
}

/// How many verdicts of each kind the controls have.
fn verdicts(controls: &[&str], context: &Context) -> String {
    let count = |standing: Standing| {
        let of_controls = context.report.findings.iter().filter(|finding| controls.contains(&finding.control.as_str()));
        of_controls.filter(|finding| Standing::of(finding) == standing).count()
    };
    let counts = STANDINGS.into_iter().map(|standing| (standing, count(standing))).filter(|(_, count)| *count > 0);
    counts.map(|(standing, count)| format!("{count} {}", standing.chip())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_in_the_order_of_their_numbers() {
        let mut numbers = ["AU-12", "AU-6(3)", "AU-6(1)", "AU-2", "AC-6(9)"];
        numbers.sort_by_key(|number| pieces(number));
        assert_eq!(numbers, ["AC-6(9)", "AU-2", "AU-6(1)", "AU-6(3)", "AU-12"]);
    }
}
