//! `Fn::ForEach`, `AWS::Include` and macros.

use super::*;

fn names(unit: &CloudFormationUnit) -> Vec<(String, String)> {
    let world = World::default();
    let estate = unit.estate(&world);
    let named =
        |trail: &crate::model::Resource| (trail.address.clone(), estate.property(trail, "TrailName").describe());
    estate.resources(Kind::Trail).iter().map(named).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(address, name)| ((*address).to_owned(), (*name).to_owned())).collect()
}

#[test]
fn a_loop_gives_a_resource_for_every_item() {
    let unit = unit(
        "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'A,B'}
Resources:
  Fn::ForEach::Outer:
    - Name
    - !Ref Names
    - Fn::ForEach::Inner:
        - Address
        - [10.0, '2']
        - Trail${Name}x&{Address}:
            Type: AWS::CloudTrail::Trail
            Properties:
              TrailName: !Sub '${Name}-${Address}-${AWS::Region}'
              S3BucketName: !Ref Name
",
    );
    let expected = [
        ("TrailAx100", "\"A-10.0-${AWS::Region}\""),
        ("TrailAx2", "\"A-2-${AWS::Region}\""),
        ("TrailBx100", "\"B-10.0-${AWS::Region}\""),
        ("TrailBx2", "\"B-2-${AWS::Region}\""),
    ];
    assert_eq!(names(&unit), pairs(&expected));
    assert_eq!(property_in(&unit, "S3BucketName", &World::default()).describe(), "\"A\"");
    assert_eq!(unit.notes(), []);
}

#[test]
fn a_loop_over_what_is_not_known_gives_one_resource_for_all() {
    let unit = unit(
        "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList}
Resources:
  Fn::ForEach::Trails:
    - Name
    - !Ref Names
    - Trail${Name}: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: !Sub 't-${Name}'}}
",
    );
    assert_eq!(names(&unit), pairs(&[("Trail*", "\"t-${Names[*]}\"")]));
    assert_eq!(unit.notes().len(), 1);
}

#[test]
fn included_files_are_read_where_they_are_on_disk() {
    let template = "
Transform: {Name: AWS::Include, Parameters: {Location: more.yaml}}
Resources:
  Own:
    Type: AWS::CloudTrail::Trail
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./properties.json}}
      S3BucketName: x
  Far:
    Type: AWS::CloudTrail::Trail
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://bucket/x.yaml'}}
      S3BucketName: x
";
    let files = [
        ("template.yaml", template),
        ("properties.json", r#"{"TrailName": {"Ref": "AWS::StackName"}}"#),
        ("more.yaml", "Resources:\n  More: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: !Sub more}}"),
    ];
    let unit = unit_of(&files, &Inputs::default());
    let expected = [("Own", "AWS::StackName"), ("Far", "Far.TrailName"), ("More", "\"more\"")];
    assert_eq!(names(&unit), pairs(&expected));
    assert_eq!(unit.notes().len(), 1, "{:?}", unit.notes());
}

#[test]
fn a_file_that_includes_itself_ends() {
    let template = "
Resources:
  Trail: {Type: AWS::CloudTrail::Trail}
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: self.yaml}}
";
    let again = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: self.yaml}}";
    let unit = unit_of(&[("template.yaml", template), ("self.yaml", again)], &Inputs::default());
    assert_eq!(names(&unit), pairs(&[("Trail", "null")]));
}

#[test]
fn unknown_macros_are_noted() {
    let unit =
        unit("Transform: [AWS::Serverless-2016-10-31, Mine]\nResources:\n  Trail: {Type: AWS::CloudTrail::Trail}\n");
    let notes: Vec<String> = unit.notes().into_iter().map(|note| note.message).collect();
    assert_eq!(notes, ["the transform Mine is not run: the template is judged as it is written"]);
}
