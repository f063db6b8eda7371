# What Terraform refuses casts no vote, and a trace says so: a number of instances that is null. What a validation excludes is no
# case either.
variable "enabled" { type = bool }

variable "env" {
  type = string
  validation {
    condition     = contains(["dev", "prod"], var.env)
    error_message = "Only dev and prod."
  }
}

resource "aws_cloudtrail" "main" {
  count                      = var.enabled ? 1 : null
  name                       = "main"
  s3_bucket_name             = "logs"
  enable_log_file_validation = var.env == "prod"
}

# An error that a count reads leads to where it is written.
locals {
  settings = { prod = { log = true } }
  current  = local.settings["dev"]
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

resource "aws_s3_bucket_logging" "logs" {
  count         = local.current.log ? 1 : 0
  bucket        = aws_s3_bucket.logs.id
  target_bucket = "access"
  target_prefix = ""
}
