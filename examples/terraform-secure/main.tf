# A trail with everything around it. All seven controls pass, for every value of the variable.
#
#   main.tf     the trail
#   bucket.tf   its bucket, and the bucket that records who reads it
#   key.tf      the key that encrypts its log files
#   logs.tf     the log group, and the role that lets CloudTrail write there

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "name" {
  description = "The trail's name; the buckets, the key and the log group are named after it."
  type        = string
  default     = "account-activity"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  # Written out, because the policies that name the trail must exist before the trail does.
  trail_arn = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/${var.name}"
}

resource "aws_cloudtrail" "main" {
  name                       = var.name
  s3_bucket_name             = aws_s3_bucket.trail.id
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.trail.arn

  # CloudTrail wants the log stream wildcard, which the attribute comes without.
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail.arn

  depends_on = [aws_s3_bucket_policy.trail]
}
