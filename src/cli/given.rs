//! `--var` and `--var-file` in the order of the command line, as Terraform takes them: of several values the last counts.
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::model::GivenVariable;

/// The values that the command line gives to Terraform variables.
#[derive(Debug, Clone)]
pub(super) struct Given(pub Vec<GivenVariable>);

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let values = matches.get_many::<String>("var").into_iter().flatten().map(|text| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            GivenVariable::Value(name.trim().to_owned(), value.to_owned())
        });
        let files = matches.get_many::<PathBuf>("var_file").into_iter().flatten().cloned().map(GivenVariable::File);
        let places = |id: &str| matches.indices_of(id).into_iter().flatten();
        let mut given: Vec<(usize, GivenVariable)> =
            places("var").zip(values).chain(places("var_file").zip(files)).collect();
        given.sort_by_key(|(place, _)| *place);
        Ok(Self(given.into_iter().map(|(_, given)| given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        let var = Arg::new("var").long("var").value_name("NAME=VALUE").action(ArgAction::Append);
        let file = Arg::new("var_file").long("var-file").value_name("FILE").action(ArgAction::Append);
        command.arg(var.value_parser(assignment).help("Give a Terraform variable a value")).arg(
            file.value_parser(value_parser!(PathBuf))
                .help("Give Terraform variables the values in a .tfvars or .tfvars.json file"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn assignment(text: &str) -> Result<String, String> {
    if text.contains('=') { Ok(text.to_owned()) } else { Err("write NAME=VALUE".to_owned()) }
}
