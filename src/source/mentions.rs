//! Byte search before parsing: most files of an estate have nothing to do with a trail.

use std::sync::LazyLock;

use memchr::memmem::Finder;

static TERRAFORM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"cloudtrail"));
static TEMPLATE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"AWS::CloudTrail::Trail"));

/// Whether a Terraform text or plan may declare a trail, or call a module that is there to make one.
#[must_use]
pub fn mentions_trail_in_terraform(text: &[u8]) -> bool {
    TERRAFORM.find(text).is_some()
}

/// Whether a CloudFormation text may declare a trail. What it nests or includes is another text.
#[must_use]
pub fn mentions_trail_in_template(text: &[u8]) -> bool {
    TEMPLATE.find(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trails_are_found_by_their_type() {
        assert!(mentions_trail_in_terraform(b"resource \"aws_cloudtrail\" \"this\" {}"));
        assert!(mentions_trail_in_terraform(b"module \"x\" { source = \"acme/cloudtrail/aws\" }"));
        assert!(!mentions_trail_in_terraform(b"resource \"aws_s3_bucket\" \"this\" {}"));
        assert!(mentions_trail_in_template(b"Type: AWS::CloudTrail::Trail"));
        assert!(!mentions_trail_in_template(b"Service: cloudtrail.amazonaws.com"));
    }
}
