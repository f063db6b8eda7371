# Answers about functions lead to the variables that their expressions name.
variable "env" {
  type = string
}

variable "names" {
  type = list(string)
}

locals {
  stage = upper(var.env)
}

resource "aws_cloudtrail" "main" {
  name                       = "main"
  s3_bucket_name             = "logs"
  enable_log_file_validation = local.stage == "PROD"
  cloud_watch_logs_group_arn = join("", var.names)
  kms_key_id                 = lookup({ prod = "alias/trail" }, var.env, null)
}
