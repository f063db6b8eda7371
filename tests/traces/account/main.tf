variable "logging" {
  type     = bool
  nullable = false
}

resource "aws_cloudtrail" "old" {
  name           = "old"
  s3_bucket_name = "logs"
  enable_logging = false
}

resource "aws_cloudtrail" "new" {
  name           = "new"
  s3_bucket_name = "logs"
  enable_logging = var.logging
}
