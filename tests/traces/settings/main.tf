variable "env" {
  type = string
}

variable "buckets" {
  type = map(object({ logging = bool }))
}

variable "reader" {
  default = "*"
}

locals {
  settings = {
    prod = { encrypt = true }
    dev  = { encrypt = false }
  }
  own = local.settings[var.env]
}

resource "aws_s3_bucket" "logs" {
  for_each = var.buckets
  bucket   = each.key
}

resource "aws_s3_bucket_logging" "logs" {
  for_each      = { for name, bucket in var.buckets : name => bucket if bucket.logging }
  bucket        = aws_s3_bucket.logs[each.key].id
  target_bucket = "access-logs"
  target_prefix = each.key
}

resource "aws_s3_bucket_policy" "logs" {
  for_each = var.buckets
  bucket   = aws_s3_bucket.logs[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = [var.reader] }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.logs[each.key].arn}/*"
    }]
  })
}

resource "aws_cloudtrail" "trail" {
  for_each       = var.buckets
  name           = each.key
  s3_bucket_name = aws_s3_bucket.logs[each.key].id
  kms_key_id     = local.own.encrypt ? "alias/trail" : null
}
