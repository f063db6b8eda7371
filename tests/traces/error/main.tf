variable "env" {
  default = "test"
}

locals {
  keys = {
    prod = "alias/prod"
    dev  = "alias/dev"
  }
}

resource "aws_cloudtrail" "trail" {
  name           = "trail"
  s3_bucket_name = "logs"
  kms_key_id     = local.keys[var.env]
}
