//! Recognition of templates, nested stacks, and limits.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::value::Role;

const CHILD: &str = "
Parameters:
  Bucket: {Type: String}
  Multi: {Type: String, Default: 'false'}
Conditions:
  Many: !Equals [!Ref Multi, 'true']
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: !Ref Bucket
      IsMultiRegionTrail: !If [Many, true, false]
Outputs:
  Name: {Value: !Ref Trail}
";

const STORAGE: &str = "
Resources:
  Bucket: {Type: AWS::S3::Bucket}
Outputs:
  Name: {Value: !Ref Bucket}
";

#[test]
fn nested_stacks_get_parameters_and_give_outputs() {
    let parent = "
Parameters: {Multi: {Type: String}}
Resources:
  Storage:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./storage.yaml}
  Logging:
    Type: AWS::Serverless::Application
    Properties:
      Location: child.yaml
      Parameters: {Bucket: !GetAtt Storage.Outputs.Name, Multi: !Ref Multi}
  Own:
    Type: AWS::CloudTrail::Trail
    Properties: {TrailName: !GetAtt Logging.Outputs.Name}
";
    let files = [("parent.yaml", parent), ("storage.yaml", STORAGE), ("child.yaml", CHILD)];
    let unit = unit_of(&files, &Inputs::default());
    let world = World::default();
    let estate = unit.estate(&world);
    let trails = estate.resources(Kind::Trail);
    let addresses: Vec<&str> = trails.iter().map(|trail| trail.address.as_str()).collect();
    assert_eq!(addresses, ["Logging.Trail", "Own"]);
    assert_eq!(estate.resources(Kind::Bucket)[0].address, "Storage.Bucket");
    assert_eq!(estate.property(&trails[0], "S3BucketName").describe(), "Storage.Bucket.id");
    assert_eq!(estate.property(&trails[1], "TrailName").describe(), "Logging.Trail.Ref");
    let (question, multi) = answered(&estate.property(&trails[0], "IsMultiRegionTrail"), &world, true);
    assert_eq!(question, "Multi == \"true\"");
    assert_eq!(property_in(&unit, "IsMultiRegionTrail", &multi).describe(), "true");
    assert_eq!(unit.nested().len(), 2);
    assert_eq!(unit.notes(), []);
}

#[test]
fn what_a_parent_hands_in_is_a_hop_of_its_own() {
    let parent = "
Resources:
  Logging:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Bucket: my-logs}}
";
    let unit = unit_of(&[("parent.yaml", parent), ("child.yaml", CHILD)], &Inputs::default());
    let value = property_in(&unit, "S3BucketName", &World::default());
    let roles: Vec<_> = value.origin.hops().map(|hop| hop.role).collect();
    assert_eq!(roles, [Role::Expression, Role::Argument, Role::Expression]);
}

#[test]
fn a_stack_that_is_not_on_disk_is_a_missing_module() {
    let parent = "
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Far:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: https://s3.amazonaws.com/b/t.yaml, Parameters: {Logs: !Ref Bucket}}
  Gone:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: gone.yaml}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties: {S3BucketName: !GetAtt Far.Outputs.Name}
";
    let unit = unit_of(&[("parent.yaml", parent)], &Inputs::default());
    let value = property_in(&unit, "S3BucketName", &World::default());
    let Data::Open(input) = &value.data else { panic!("{value:?}") };
    assert_eq!(input.name, "Far.Outputs.Name");
    assert!(matches!(input.reason, crate::value::Reason::ModuleNotOnDisk { .. }));
    let world = World::default();
    let estate = unit.estate(&world);
    let absent = estate.resources(Kind::AbsentModule);
    assert_eq!(absent.len(), 2);
    assert_eq!(estate.property(&absent[0], "Arguments").describe(), "{Logs = Bucket.id}");
    assert_eq!(estate.property(&absent[0], "Source").describe(), "\"https://s3.amazonaws.com/b/t.yaml\"");
    assert_eq!(unit.notes().len(), 1, "{:?}", unit.notes());
}

#[test]
fn templates_that_nest_each_other_are_read_once() {
    let nests = |name: &str| {
        format!(
            "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {name}}}\n  Trail: {{Type: AWS::CloudTrail::Trail}}\n"
        )
    };
    let (a, b) = (nests("b.yaml"), nests("a.yaml"));
    let unit = unit_of(&[("a.yaml", &a), ("b.yaml", &b)], &Inputs::default());
    let world = World::default();
    assert_eq!(unit.estate(&world).resources(Kind::Trail).len(), 2);
    assert!(!unit.nested().is_empty());
    assert_eq!(unit.notes().len(), 1);
}

#[test]
fn a_parameter_and_an_output_that_need_each_other_end() {
    let parent = "
Resources:
  A:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: echo.yaml, Parameters: {X: !GetAtt B.Outputs.X}}
  B:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: echo.yaml, Parameters: {X: !GetAtt A.Outputs.X}}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties: {S3BucketName: !GetAtt A.Outputs.X}
";
    let echo =
        "Parameters: {X: {Type: String}}\nResources: {B: {Type: AWS::S3::Bucket}}\nOutputs: {X: {Value: !Ref X}}";
    let unit = unit_of(&[("parent.yaml", parent), ("echo.yaml", echo)], &Inputs::default());
    assert_eq!(property_in(&unit, "S3BucketName", &World::default()).describe(), "`X` depends on itself");
}

#[test]
fn conditions_that_double_at_every_step_are_evaluated_once_each() {
    let mut sections = "Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n".to_owned();
    for at in 1..60 {
        let before = at - 1;
        writeln!(sections, "  C{at}: !And [!Condition C{before}, !Condition C{before}]").unwrap();
    }
    let unit = unit(&trail_with(&sections, "!If [C59, a, b]"));
    let world = World::default();
    let (question, other) = answered(&property_in(&unit, "Probe", &world), &world, false);
    assert_eq!(question, "P == \"x\"");
    assert_eq!(property_in(&unit, "Probe", &other).describe(), "\"b\"");
}

#[test]
fn a_chain_of_any_length_ends() {
    let mut sections = "Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n".to_owned();
    for at in 1..5000 {
        let operand = format!("{{Condition: C{}}}", at - 1);
        writeln!(sections, "  C{at}: {}", if at % 2 == 0 { format!("!Not [{operand}]") } else { operand }).unwrap();
    }
    let text = trail_with(&sections, "!If [C4999, a, b]");
    let evaluated = std::thread::Builder::new().stack_size(64 * 1024 * 1024).spawn(move || {
        let unit = unit(&text);
        (property_in(&unit, "Probe", &World::default()), unit.notes())
    });
    let (value, notes) = evaluated.unwrap().join().unwrap();
    let Data::Pending(question) = &value.data else { panic!("{value:?}") };
    assert_eq!(question.input.name, "evaluation takes more than 1000 levels");
    assert!(notes.iter().any(|note| note.message == question.input.name), "{notes:?}");
}

#[test]
fn stacks_that_multiply_end() {
    let nests = |file: usize| {
        let next = file + 1;
        let nested = |id: &str| {
            format!("  {id}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {next}.yaml}}}}\n")
        };
        format!("Resources:\n  Trail: {{Type: AWS::CloudTrail::Trail}}\n{}{}", nested("A"), nested("B"))
    };
    let texts: Vec<(String, String)> = (0..40).map(|file| (format!("{file}.yaml"), nests(file))).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let unit = unit_of(&files, &Inputs::default());
    assert_eq!(unit.estate(&World::default()).resources(Kind::Trail).len(), 2_500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_damage_to_a_template_is_survived(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, ".{0,6}"), 1..6)) {
        let mut text = include_str!("everything.yaml").to_owned();
        for (at, length, inserted) in cuts {
            let characters: Vec<char> = text.chars().collect();
            let at = at.index(characters.len());
            let (before, after) = characters.split_at(at);
            text = before.iter().collect::<String>() + &inserted + &after.iter().skip(length).collect::<String>();
        }
        let directory = PathBuf::from("/project");
        let sources = Arc::new(Sources::new(directory.clone(), directory));
        sources.add("t.yaml", text);
        if let Loaded::Template(unit) = load(&sources, Path::new("t.yaml"), &Given::default(), &Arc::default()) {
            let world = World::default();
            let estate = unit.estate(&world);
            estate.rejected();
            let resources = [Kind::Trail, Kind::Bucket, Kind::AbsentModule].map(|kind| estate.resources(kind));
            for resource in resources.iter().flatten() {
                for name in ["S3BucketName", "EventSelectors", "BucketName", "Arguments"] {
                    estate.property(resource, name);
                }
            }
            unit.notes();
        }
    }
}

#[test]
fn a_template_is_recognised_by_its_resources() {
    let directory = PathBuf::from("/project");
    let sources = Arc::new(Sources::new(directory.clone(), directory));
    let kind = |name: &str, text: &str| {
        sources.add(name, text.to_owned());
        match load(&sources, Path::new(name), &Given::default(), &Arc::default()) {
            Loaded::Template(unit) if unit.errors().is_empty() => "template",
            Loaded::Template(_) => "template with errors",
            Loaded::NotATemplate => "nothing",
            Loaded::Broken(errors) if errors.iter().all(|error| error.span.is_some()) => "broken",
            Loaded::Broken(_) => "broken somewhere",
        }
    };
    for (at, (text, expected)) in [
        ("Resources: {T: {Type: AWS::CloudTrail::Trail}}", "template"),
        ("a: 1\n---\nResources: {T: {Type: Custom::Thing}}", "template"),
        ("{\"Resources\": {\"T\": {\"Type\": \"AWS::S3::Bucket\"}}}", "template"),
        ("Resources: {T: {Type: pods}}", "nothing"),
        ("Resources: [a]", "nothing"),
        ("Resources:\n  T: {Type: AWS::CloudTrail::Trail\n  U: [", "broken"),
        ("Resources:\n  T: {Type: AWS::S3::Bucket\n  U: [", "broken"),
        ("Resources:\n  T: {Type: pods\n  U: [", "nothing"),
        ("Resources:\n  T: {Type: AWS::CloudTrail::Trail}\n  U: [", "broken"),
        ("Resources: {T: {Type: AWS::CloudTrail::Trail}}\n---\nb: 1\n---\n[", "template with errors"),
        ("{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\",}}}", "template with errors"),
    ]
    .into_iter()
    .enumerate()
    {
        let extension = if text.ends_with(",}}}") { "json" } else { "yaml" };
        assert_eq!(kind(&format!("{at}.{extension}"), text), expected, "{text}");
    }
}
