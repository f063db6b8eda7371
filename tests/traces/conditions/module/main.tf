variable "encrypt" {
  type = bool
}

resource "aws_cloudtrail" "this" {
  name           = "audit"
  s3_bucket_name = "logs"
  kms_key_id     = var.encrypt ? "alias/trail" : null
}
