variable "log" { type = bool }
resource "aws_s3_bucket" "b" { bucket = "shared-logs-x" }
resource "aws_s3_bucket_logging" "b" {
  count         = var.log ? 1 : 0
  bucket        = aws_s3_bucket.b.id
  target_bucket = "zz"
  target_prefix = "a"
}
