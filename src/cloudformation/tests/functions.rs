//! Intrinsic functions, conditions and parameters.

use super::*;

const ENV: &str = "
Parameters:
  Env: {Type: String}
  Size: {Type: String, Default: big}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name}
Mappings:
  Buckets:
    dev: {Name: dev-logs, Same: x}
    prod: {Name: prod-logs, Same: x}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsBig: !Equals [!Ref Size, big]
  Never: !And [!Condition IsProd, !Not [!Condition IsBig]]
  Always: !Or [!Condition IsProd, !Condition IsBig]
";

#[test]
fn functions_have_the_values_cloudformation_gives_them() {
    for (value, expected) in [
        ("!Ref Size", "\"big\""),
        ("!Ref Env", "Env"),
        ("!Ref Names", "[\"a\", \"b\", \"c\"]"),
        ("!Ref Stored", "{{resolve:ssm:/name}}"),
        ("!Ref Bucket", "Bucket.id"),
        ("!Ref Key", "Key.Ref"),
        ("!Ref AWS::NoValue", "null"),
        ("!Ref AWS::Region", "AWS::Region"),
        ("!GetAtt Key.Arn", "Key.Arn"),
        ("!GetAtt [Key, Arn]", "Key.Arn"),
        ("!GetAtt Bucket.Arn", "\"arn:${AWS::Partition}:s3:::${Bucket.id}\""),
        ("!Sub 'x-${ Size }-${!Size}'", "\"x-big-${Size}\""),
        ("!Sub ['${A}-${Size}', {A: !Ref Size}]", "\"big-big\""),
        ("!Sub '${Bucket}'", "Bucket.id"),
        ("!Sub '${Bucket.Arn}/*'", "\"arn:${AWS::Partition}:s3:::${Bucket.id}/*\""),
        ("!Sub 'logs-${AWS::AccountId}'", "\"logs-${AWS::AccountId}\""),
        ("!Join ['-', [a, !Ref Size, 1, true]]", "\"a-big-1-true\""),
        ("!Join ['-', [a, !Ref AWS::NoValue]]", "\"a\""),
        ("!Join ['-', !Ref Names]", "\"a-b-c\""),
        ("!Select [1, !Ref Names]", "\"b\""),
        ("!Select ['1', !Split ['-', x-y]]", "\"y\""),
        ("!Select [5, !Split [':', !GetAtt Bucket.Arn]]", "Bucket.id"),
        ("!Select [2, !Split ['/', !Ref AWS::StackId]]", "Select(2, Split(\"/\", AWS::StackId))"),
        ("!Select [0, !Split [',', !Ref Env]]", "Select(0, Split(\",\", Env))"),
        ("!FindInMap [Buckets, prod, Name]", "\"prod-logs\""),
        ("!FindInMap [Buckets, !Ref Env, Same]", "\"x\""),
        ("!FindInMap [Buckets, test, Name, {DefaultValue: d}]", "\"d\""),
        ("!If [IsBig, a, b]", "\"a\""),
        ("!If [Never, a, b]", "\"b\""),
        ("!If [Always, a, b]", "\"a\""),
        ("!If [IsBig, !Ref AWS::NoValue, b]", "null"),
        ("!Cidr [10.0.0.0/16, 2, 8]", "[\"10.0.0.0/24\", \"10.0.1.0/24\"]"),
        ("{Fn::Length: !Ref Names}", "3"),
        ("{Fn::ToJsonString: {a: [1, 'x\"y', !Ref Key]}}", r#""{"a":[1,"x\"y",${json(Key.Ref)}]}""#),
        ("!ImportValue logs", "ImportValue(\"logs\")"),
        ("'{{resolve:ssm:/logs}}'", "{{resolve:ssm:/logs}}"),
        ("!GetAZs us-east-1", "GetAZs(\"us-east-1\")"),
        ("{Ref: Size, Other: 1}", "{Ref = \"Size\", Other = 1}"),
        ("012345678901", "\"012345678901\""),
        ("yes", "true"),
    ] {
        assert_eq!(describe(ENV, value), expected, "{value}");
    }
}

#[test]
fn the_same_template_is_worth_the_same_in_every_syntax() {
    let short = "!If [IsBig, !Sub ['${A}-${Bucket.Arn}', {A: !Select [0, !Split [',', 'x,y']]}], !Ref Env]";
    let long = "
Fn::If:
  - IsBig
  - Fn::Sub:
      - ${A}-${Bucket.Arn}
      - A:
          Fn::Select:
            - 0
            - Fn::Split: [',', 'x,y']
  - Ref: Env";
    let json = r#"{"Parameters": {"Env": {"Type": "String"}, "Size": {"Type": "String", "Default": "big"}},
        "Conditions": {"IsBig": {"Fn::Equals": [{"Ref": "Size"}, "big"]}},
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": {
        "S3BucketName": {"Fn::If": ["IsBig", {"Fn::Sub": ["${A}-${Bucket.Arn}",
        {"A": {"Fn::Select": [0, {"Fn::Split": [",", "x,y"]}]}}]}, {"Ref": "Env"}]}}}}}"#;
    let json = unit_of(&[("template.json", json)], &Inputs::default());
    let expected = "\"x-arn:${AWS::Partition}:s3:::${Bucket.id}\"";
    assert_eq!(describe(ENV, short), expected);
    assert_eq!(describe(ENV, long), expected);
    assert_eq!(property_in(&json, "S3BucketName", &World::default()).describe(), expected);
    assert_eq!(json.language(), crate::model::Language::CloudFormationJson);
}

#[test]
fn an_error_that_stands_in_every_world_is_an_open_value_with_a_note() {
    for (value, expected) in [
        ("!Ref Missing", "`Missing` is neither a parameter nor a resource of this template"),
        ("!GetAtt Missing.Arn", "`Missing` is not a resource of this template"),
        ("!If [Missing, a, b]", "`Missing` is not a condition of this template"),
        ("!Select [9, !Ref Names]", "Fn::Select: the list has 3 items and none at 9"),
        ("!FindInMap [Buckets, x, Name]", "the mapping `Buckets` has no entry for \"x\", \"Name\""),
        ("!Sub '${Names}'", "${Names} in Fn::Sub is a list, not a text"),
        ("!Frobnicate x", "Fn::Frobnicate is not evaluated"),
        ("!If [Own, a, b]", "`Own` depends on itself"),
    ] {
        let sections = format!("{ENV}  Own: !Not [!Condition Own]\n");
        let unit = unit(&trail_with(&sections, value));
        let notes: Vec<String> = unit.notes().into_iter().map(|note| note.message).collect();
        assert_eq!(notes, [expected], "{value}");
        let world = World::default();
        assert!(!unit.estate(&world).rejected(), "{value}");
    }
}

#[test]
fn an_open_parameter_is_asked_about_and_its_answer_is_used() {
    let unit = unit(&trail_with(ENV, "!FindInMap [Buckets, !Ref Env, Name]"));
    let world = World::default();
    let value = property_in(&unit, "Probe", &world);
    let (question, not_dev) = answered(&value, &world, false);
    assert_eq!(question, "Env == \"dev\"");
    let value = property_in(&unit, "Probe", &not_dev);
    let (question, prod) = answered(&value, &not_dev, true);
    assert_eq!(question, "Env == \"prod\"");
    assert_eq!(property_in(&unit, "Probe", &prod).describe(), "\"prod-logs\"");
    let (_, neither) = answered(&value, &not_dev, false);
    assert!(matches!(property_in(&unit, "Probe", &neither).data, Data::Failed(_)), "CloudFormation refuses it");
}

#[test]
fn a_list_with_an_item_that_may_vanish_waits_for_the_answer() {
    let unit = unit(&trail_with(ENV, "[a, !If [IsProd, b, !Ref AWS::NoValue]]"));
    let world = World::default();
    let value = property_in(&unit, "Probe", &world);
    let (question, dev) = answered(&value, &world, false);
    assert_eq!(question, "Env == \"prod\"");
    assert_eq!(property_in(&unit, "Probe", &dev).describe(), "[\"a\"]");
}

#[test]
fn a_region_that_is_one_literal_is_none_of_the_others() {
    let sections =
        "Conditions:\n  East: !Equals [!Ref AWS::Region, us-east-1]\n  West: !Equals [us-west-2, !Ref AWS::Region]\n";
    let unit = unit(&trail_with(sections, "!If [East, !If [West, both, east], other]"));
    let world = World::default();
    let (question, east) = answered(&property_in(&unit, "Probe", &world), &world, true);
    assert_eq!(question, "AWS::Region == \"us-east-1\"");
    assert_eq!(property_in(&unit, "Probe", &east).describe(), "\"east\"");
}

#[test]
fn a_resource_whose_condition_waits_may_exist() {
    let text = format!(
        "{ENV}Resources:\n  A: {{Type: AWS::CloudTrail::Trail, Condition: IsProd}}\n  B: {{Type: AWS::CloudTrail::Trail, Condition: Never}}\n  C: {{Type: AWS::CloudTrail::Trail, Condition: IsBig}}\n"
    );
    let unit = unit(&text);
    let existences = |world: &World| -> Vec<String> {
        let resources = unit.estate(world).resources(Kind::Trail);
        resources
            .iter()
            .map(|trail| match &trail.existence {
                Existence::Exists => trail.address.clone(),
                Existence::May(question) => format!("{}: {}", trail.address, question.describe()),
            })
            .collect()
    };
    assert_eq!(existences(&World::default()), ["A: Env == \"prod\"", "C"]);
    let resources = unit.estate(&World::default()).resources(Kind::Trail);
    let Existence::May(question) = &resources[0].existence else { panic!("{resources:?}") };
    assert_eq!(existences(&World::default().with(question.as_ref().clone(), false)), ["C"]);
}

#[test]
fn naming_a_resource_that_does_not_exist_is_refused_in_the_worlds_without_it() {
    let text = format!(
        "{ENV}Resources:\n  Key: {{Type: AWS::KMS::Key, Condition: IsProd}}\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{KMSKeyId: !Ref Key}}\n"
    );
    let unit = unit(&text);
    let world = World::default();
    let value = property_in(&unit, "KMSKeyId", &world);
    let (_, prod) = answered(&value, &world, true);
    assert_eq!(property_in(&unit, "KMSKeyId", &prod).describe(), "Key.Ref");
    let (_, other) = answered(&value, &world, false);
    assert!(matches!(property_in(&unit, "KMSKeyId", &other).data, Data::Failed(_)));
}

#[test]
fn a_missing_property_points_at_the_logical_id() {
    let text = trail_with("", "x");
    let unit = unit(&text);
    let value = property_in(&unit, "KMSKeyId", &World::default());
    assert!(value.is_null());
    let span = value.origin.nearest().and_then(|span| text.get(span.range()));
    assert_eq!(span, Some("Trail"));
}

#[test]
fn given_values_win_and_every_input_can_be_open() {
    let text = trail_with(
        "Parameters:\n  A: {Type: String, Default: x}\n  B: {Type: String, AllowedValues: [y, z]}",
        "!Sub '${A}-${B}'",
    );
    let files = [
        ("template.yaml", text.as_str()),
        ("list.json", r#"[{"ParameterKey": "A", "ParameterValue": "1"}, "B=y"]"#),
        ("pipeline.json", r#"{"Parameters": {"A": "2"}}"#),
        ("plain.yaml", "A: 3"),
    ];
    let with = |files_read: &[&str], parameters: &[(&str, &str)], open| {
        let inputs = Inputs {
            open,
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            parameter_files: files_read.iter().map(PathBuf::from).collect(),
            ..Inputs::default()
        };
        let unit = unit_of(&files, &inputs);
        assert_eq!(unit.errors(), []);
        property_in(&unit, "Probe", &World::default()).describe()
    };
    let default = OpenInputs::WithoutDefault;
    assert_eq!(with(&[], &[], default), "\"x-${B}\"");
    assert_eq!(with(&[], &[], OpenInputs::Any), "\"${A}-${B}\"");
    assert_eq!(with(&["list.json"], &[], default), "\"1-y\"");
    assert_eq!(with(&["list.json", "pipeline.json"], &[], OpenInputs::Any), "\"2-y\"");
    assert_eq!(with(&["plain.yaml"], &[("B", "z")], default), "\"3-z\"");
}

#[test]
fn a_world_beyond_a_parameters_constraints_or_the_rules_is_rejected() {
    let sections = "
Parameters:
  Env: {Type: String, AllowedPattern: '[a-z]+'}
  Other: {Type: String}
Rules:
  OnlyTogether:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: !Not [!Equals [!Ref Other, '']]
";
    let unit = unit(&trail_with(sections, "x"));
    let is = |name: &str, text: &str| {
        let input = crate::value::Input::derived(name, crate::value::Origin::default());
        Question::new(input, Ask::Is(Literal::Text(text.to_owned())))
    };
    let rejected = |answers: &[(&str, &str)]| {
        let world = answers.iter().fold(World::default(), |world, (name, text)| world.with(is(name, text), true));
        unit.estate(&world).rejected()
    };
    assert!(!rejected(&[]));
    assert!(!rejected(&[("Env", "dev")]));
    assert!(rejected(&[("Env", "DEV")]));
    assert!(!rejected(&[("Env", "prod")]));
    assert!(rejected(&[("Env", "prod"), ("Other", "")]));
}
