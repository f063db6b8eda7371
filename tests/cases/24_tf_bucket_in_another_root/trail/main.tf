resource "aws_cloudtrail" "t" {
  name = "ttt"
  s3_bucket_name = "shared-logs-x"
}
