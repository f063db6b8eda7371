variable "bucket" {
  type = string
}

resource "aws_cloudtrail" "this" {
  name           = "audit"
  s3_bucket_name = var.bucket
}
