//! A verdict with its evidence: the lines of code it rests on, what it depends on, what would change it.

use std::fmt::Write;

use super::{Numbered, Standing, escaped, inline};
use crate::finding::{Case, Finding};
use crate::report::Context;
use crate::report::place::{control, path_and_line, subject};
use crate::report::snippet::snippet;
use crate::report::suppressed::why;
use crate::source::Span;

/// A verdict that needs a reader.
pub(super) fn article(page: &mut String, (number, finding): Numbered, context: &Context) {
    let standing = Standing::of(finding);
    let (class, severity) = (standing.class(), finding.severity.as_str());
    let _ = write!(
        page,
        "<article id=\"r{number}\" class=\"finding {class}\" aria-labelledby=\"h{number}\">\n\
         <h3 id=\"h{number}\">{} {} <span class=\"severity\">{severity}</span> <code>{}</code></h3>\n<p>{}</p>\n",
        standing.chip(),
        escaped(&finding.control),
        escaped(subject(finding)),
        inline(&finding.message)
    );
    evidence(page, finding, context);
    cases(page, &finding.cases, context);
    page.push_str("<dl>\n");
    let control = control(finding, context);
    let suppressed = finding.suppressed.as_ref().map(|suppression| inline(&why(suppression, context)));
    let location = |unit: &str| format!("<code>{}</code>", escaped(unit));
    let facts = [
        ("Suppressed", suppressed),
        ("To mend it", finding.help.as_deref().map(inline)),
        ("Required", control.map(|control| inline(&control.title))),
        ("Why", control.map(|control| inline(&control.why)).filter(|why| !why.is_empty())),
        ("Unit", Some(location(&finding.unit))),
        ("Account", finding.account.as_deref().map(escaped)),
        ("Name", finding.name.as_deref().map(location)),
    ];
    for (term, description) in facts {
        if let Some(description) = description {
            let _ = writeln!(page, "<dt>{term}</dt><dd>{description}</dd>");
        }
    }
    for note in &finding.notes {
        let _ = writeln!(page, "<dt>Note</dt><dd>{}</dd>", inline(&note.message));
    }
    page.push_str("</dl>\n</article>\n");
}

/// The place of the finding and what is related, a line of code each.
fn evidence(page: &mut String, finding: &Finding, context: &Context) {
    let own = (finding.location, "here");
    let related = finding.related.iter().map(|label| (label.span, label.message.as_str()));
    page.push_str("<div class=\"scroll\"><table class=\"evidence\">\n<tbody>\n");
    for (span, role) in std::iter::once(own).chain(related) {
        let (place, code) = (escaped(&path_and_line(span, context)), code(span, context));
        let role = inline(role);
        let _ = writeln!(page, "<tr><th scope=\"row\">{place}</th><td>{code}</td><td>{role}</td></tr>");
    }
    page.push_str("</tbody>\n</table></div>\n");
}

/// The line of code with the place marked; nothing of a file whose lines may hold secrets.
fn code(span: Span, context: &Context) -> String {
    let Some(snippet) = snippet(span, context.sources) else { return String::new() };
    let [before, marked, after] = [&snippet.before, &snippet.marked, &snippet.after].map(|text| escaped(text));
    format!("<code>{before}<mark>{marked}</mark>{after}</code>")
}

/// The inputs that decide, and the verdict each time.
fn cases(page: &mut String, cases: &[Case], context: &Context) {
    if cases.is_empty() {
        return;
    }
    page.push_str("<table class=\"cases\">\n<thead>\n<tr><th scope=\"col\">When</th><th scope=\"col\">Verdict</th></tr>\n</thead>\n<tbody>\n");
    for case in cases {
        let when: Vec<String> =
            case.when.iter().map(|(name, condition)| context.conditions.say(name, condition)).collect();
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td></tr>",
            escaped(&when.join(&context.conditions.and)),
            case.verdict.as_str()
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

/// What passed, a row each, with the line that says so.
pub(super) fn passed(page: &mut String, findings: &[Numbered], context: &Context) {
    page.push_str(
        "<section aria-labelledby=\"passed\">\n<h2 id=\"passed\">Passed</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"passed\" tabindex=\"0\">\n<table>\n<thead>\n<tr>\
         <th scope=\"col\">Control</th><th scope=\"col\">Subject</th><th scope=\"col\">What holds</th>\
         <th scope=\"col\">Where</th></tr>\n</thead>\n<tbody>\n",
    );
    for (number, finding) in findings {
        let (id, subject) = (escaped(&finding.control), escaped(subject(finding)));
        let (message, place) = (inline(&finding.message), escaped(&path_and_line(finding.location, context)));
        let _ = writeln!(
            page,
            "<tr id=\"r{number}\"><th scope=\"row\">{id}</th><td><code>{subject}</code></td><td>{message}</td>\
             <td class=\"where\">{place}<br/>{}</td></tr>",
            code(finding.location, context)
        );
    }
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}
