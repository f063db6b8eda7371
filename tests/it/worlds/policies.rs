//! Bucket policies whose documents, statements and principals are there under conditions, in the ways in which Terraform lets
//! one write that.

use std::fmt::Write as _;

use super::random::Random;

/// Writes the policy of a bucket. The conditions are few, so that what one of them adds meets what it adds elsewhere.
pub struct Policies<'a> {
    pub random: &'a mut Random,
    pub conditions: Vec<String>,
}

impl Policies<'_> {
    /// The resources and data sources of the policy of the bucket `aws_s3_bucket.b0`.
    pub fn write(&mut self, text: &mut String) {
        let sources = self.random.below(4);
        for at in 0..sources {
            let (count, statements) = (self.condition(), self.statements(at));
            let _ = writeln!(
                text,
                "data \"aws_iam_policy_document\" \"d{at}\" {{\n  count = {count} ? 1 : 0\n{statements}}}"
            );
            self.conditions.push(count);
        }
        let (merged, statements) = (self.merged(sources), self.statements(0));
        let _ = writeln!(text, "data \"aws_iam_policy_document\" \"all\" {{\n{merged}{statements}}}");
        let count = if self.random.one_in(3) { format!("count = {} ? 1 : 0", self.condition()) } else { String::new() };
        let policy = self.policy();
        let _ = writeln!(
            text,
            "resource \"aws_s3_bucket_policy\" \"b0\" {{\n  {count}\n  bucket = aws_s3_bucket.b0.id\n  policy = {policy}\n}}"
        );
    }

    fn condition(&mut self) -> String {
        self.random.pick(&self.conditions).clone()
    }

    /// Other documents, which are there where the condition holds that is the last of as many.
    fn merged(&mut self, sources: usize) -> String {
        if sources == 0 {
            return String::new();
        }
        let kind =
            *self.random.pick(&["source_policy_documents", "source_policy_documents", "override_policy_documents"]);
        let is_flat = self.random.one_in(3);
        let first = self.conditions.len() - sources;
        let documents = (0..sources).map(|at| {
            let condition = self.conditions[first + at].clone();
            let condition =
                if self.random.one_in(4) { format!("({condition} && {})", self.condition()) } else { condition };
            let json = format!("data.aws_iam_policy_document.d{at}[0].json");
            match self.random.below(6) {
                _ if is_flat => format!("{condition} ? [{json}] : []"),
                0 => format!("try({json}, \"\")"),
                1 => format!("one(data.aws_iam_policy_document.d{at}[*].json)"),
                2 => format!("join(\"\", data.aws_iam_policy_document.d{at}[*].json)"),
                3 => format!("{condition} ? {json} : null"),
                _ => format!("{condition} ? {json} : \"\""),
            }
        });
        let documents = documents.collect::<Vec<_>>().join(", ");
        let list = if is_flat { format!("concat({documents})") } else { format!("compact([{documents}])") };
        format!("  {kind} = {list}\n")
    }

    /// The statements of a document. What is merged with them are other documents: of names that two sources share, Terraform
    /// stops in every world.
    fn statements(&mut self, document: usize) -> String {
        (0..self.random.below(3)).map(|at| self.block(&format!("a{document}{at}"))).collect()
    }

    fn block(&mut self, name: &str) -> String {
        let (effect, principal) = (self.effect(), self.identifiers());
        let sid = if self.random.one_in(2) { format!("sid = \"{name}\"") } else { String::new() };
        let body = |resource: &str, sid: &str| {
            format!(
                "    {sid}\n    effect = \"{effect}\"\n    actions = [\"s3:GetObject\"]\n    \
                 resources = [\"arn:aws:s3:::b0/{resource}\"]\n    principals {{\n      type = \"AWS\"\n      \
                 identifiers = {principal}\n    }}\n"
            )
        };
        let dynamic = |each: String, resource: &str, sid: &str| {
            let body = body(resource, sid);
            format!("  dynamic \"statement\" {{\n    for_each = {each}\n    content {{\n{body}    }}\n  }}\n")
        };
        let (one, other) = (self.condition(), self.condition());
        match self.random.below(6) {
            0 => dynamic(format!("{one} ? [1] : []"), "*", &sid),
            1 => {
                let words = format!("toset(compact([{one} ? \"x/*\" : \"\", {other} ? \"y/*\" : null]))");
                dynamic(words, "${statement.value}", "")
            }
            2 => {
                let words = format!("[for word, on in {{ x = {one}, y = {other} }} : word if on]");
                dynamic(words, "${statement.value}/*", "")
            }
            3 => {
                let words = format!("concat({one} ? [\"x/*\"] : [], {other} ? [] : [\"y/*\"])");
                dynamic(words, "${statement.value}", "")
            }
            _ => format!("  statement {{\n{}  }}\n", body("*", &sid)),
        }
    }

    fn effect(&mut self) -> &'static str {
        ["Allow", "Allow", "Deny"][self.random.below(3)]
    }

    /// A principal: everybody, or somebody.
    fn somebody(&mut self) -> &'static str {
        let all = ["\"*\"", "\"111122223333\"", "\"444455556666\"", "\"arn:aws:iam::777788889999:root\""];
        all[self.random.below(all.len())]
    }

    fn identifiers(&mut self) -> String {
        let (one, other, condition) = (self.somebody(), self.somebody(), self.condition());
        match self.random.below(8) {
            0 => format!("concat([{one}], {condition} ? [{other}] : [])"),
            1 => format!("compact([{one}, {condition} ? {other} : null])"),
            2 => format!("[{condition} ? {one} : {other}]"),
            3 => format!("{condition} ? [{one}] : [{other}, \"999900001111\"]"),
            _ => format!("[{one}]"),
        }
    }

    /// The argument of the resource: the data source, or a document that is written there.
    fn policy(&mut self) -> String {
        let all = "data.aws_iam_policy_document.all.json".to_owned();
        match self.random.below(6) {
            0 => format!("{} ? {all} : {}", self.condition(), self.encoded()),
            1 | 2 => self.encoded(),
            _ => all,
        }
    }

    fn encoded(&mut self) -> String {
        let (first, second, third) = (self.object(), self.object(), self.object());
        let (one, other) = (self.condition(), self.condition());
        let statements = match self.random.below(4) {
            0 => format!("concat([{first}], {one} ? [{second}] : [], {other} ? [{third}] : [])"),
            1 => {
                format!("[for s in [{{ on = {one}, is = {first} }}, {{ on = {other}, is = {second} }}] : s.is if s.on]")
            }
            2 => format!("flatten([[{first}], {one} ? [{second}] : [], [{other} ? [{third}] : []]])"),
            _ => format!("[for s in concat({one} ? [\"x\"] : [\"y\"], [\"z\"]) : merge({first}, {{ Sid = s }})]"),
        };
        format!("jsonencode({{ Version = \"2012-10-17\", Statement = {statements} }})")
    }

    fn object(&mut self) -> String {
        let (effect, identifiers) = (self.effect(), self.identifiers());
        format!(
            "{{ Effect = \"{effect}\", Principal = {{ AWS = {identifiers} }}, Action = \"s3:GetObject\", \
             Resource = \"arn:aws:s3:::b0/*\" }}"
        )
    }
}
