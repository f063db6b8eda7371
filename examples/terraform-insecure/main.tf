# A trail as it grows in a hurry. What to see:
#
#   CloudTrail.1  records one Region, and writes only
#   CloudTrail.2  no KMS key
#   CloudTrail.3  passes: it does log
#   CloudTrail.4  no digests: the log files could be edited unnoticed
#   CloudTrail.5  no log group, so no alarms
#   CloudTrail.6  the bucket (bucket.tf) can be read by anyone who uses HTTPS
#   CloudTrail.7  nobody knows who reads the bucket

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_cloudtrail" "main" {
  name                       = "account-activity"
  s3_bucket_name             = aws_s3_bucket.trail.id
  enable_log_file_validation = false

  event_selector {
    read_write_type           = "WriteOnly" # "reads are only noise"
    include_management_events = true
  }

  depends_on = [aws_s3_bucket_policy.trail]
}
