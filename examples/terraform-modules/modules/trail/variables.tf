variable "name" {
  type = string
}

variable "bucket_name" {
  type = string
}

variable "multi_region" {
  type    = bool
  default = true
}

variable "validate" {
  type    = bool
  default = true
}

variable "kms_key_arn" {
  type    = string
  default = null
}

variable "access_log_bucket" {
  description = "Where access to the trail's bucket is logged."
  type        = string
  default     = "example-access-logs"
}
