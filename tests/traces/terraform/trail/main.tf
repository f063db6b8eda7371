variable "bucket" {}

variable "key" {
  default = null
}

variable "digests" {
  type = bool
}

resource "aws_cloudtrail" "this" {
  name                       = "audit"
  s3_bucket_name             = var.bucket
  kms_key_id                 = var.key
  enable_log_file_validation = var.digests
}
