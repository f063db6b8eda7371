# Answers and defaults say which resources there are: the trail, what logs the requests to its bucket, what closes that.
variable "create" {
  type = bool
}

variable "log" {
  type = bool
}

variable "block" {
  type    = bool
  default = true
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

resource "aws_s3_bucket_logging" "logs" {
  count         = var.log ? 1 : 0
  bucket        = aws_s3_bucket.logs.id
  target_bucket = "access"
  target_prefix = "logs/"
}

resource "aws_s3_bucket_public_access_block" "logs" {
  count              = var.block ? 1 : 0
  bucket             = aws_s3_bucket.logs.id
  ignore_public_acls = true
}

resource "aws_s3_bucket_acl" "logs" {
  bucket = aws_s3_bucket.logs.id
  acl    = "public-read"
}

module "trail" {
  source = "./trail"
  count  = var.create ? 1 : 0
  bucket = aws_s3_bucket.logs.id
}
