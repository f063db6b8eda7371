variable "key" {
  type = string
}

variable "digests" {
  type    = bool
  default = false
}

locals {
  key = var.key
}

resource "aws_s3_bucket" "logs" {
  bucket = "audit-logs"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Write"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/*"
      },
    ]
  })
}

module "trail" {
  source  = "./trail"
  bucket  = aws_s3_bucket.logs.id
  key     = local.key
  digests = var.digests
}

resource "aws_cloudtrail" "regional" {
  name           = "regional"
  s3_bucket_name = "central-logs"
}
