# What an event selector logs comes out of a local's list, and a grant is there for what a loop over a literal keeps.
variable "env" { type = string }

locals {
  is_prod   = var.env == "prod"
  selectors = local.is_prod ? [{ type = "All" }] : [{ type = "WriteOnly" }]
  grants    = [for uri in ["http://acs.amazonaws.com/groups/global/AllUsers"] : uri if !local.is_prod]
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
  dynamic "grant" {
    for_each = local.grants
    content {
      type        = "Group"
      uri         = grant.value
      permissions = ["READ"]
    }
  }
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::logs/*"]
    principals {
      type        = "AWS"
      identifiers = local.is_prod ? ["123456789012"] : ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

resource "aws_cloudtrail" "main" {
  name                  = "main"
  s3_bucket_name        = aws_s3_bucket.logs.id
  is_multi_region_trail = true
  dynamic "event_selector" {
    for_each = local.selectors
    content {
      read_write_type = event_selector.value.type
    }
  }
}
