variable "logging" {
  type = map(string)
}

locals {
  blocks = length(var.logging) > 0 ? [var.logging] : []
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"

  dynamic "logging" {
    for_each = local.blocks
    content {
      target_bucket = logging.value.target
    }
  }
}

resource "aws_cloudtrail" "audit" {
  name           = "audit"
  s3_bucket_name = aws_s3_bucket.logs.id
}
