# One module, called twice, and an input that nobody has answered. What to see:
#
#   module.audit   everything it needs is handed to it; CloudTrail.2 passes if var.kms_key_arn is set and fails if it is
#                  null: unknown, naming the variable. `--var kms_key_arn=…` decides it.
#   module.team    a regional trail for one team. It may be narrow, because module.audit satisfies CloudTrail.1 for the
#                  account; but CloudTrail.4 fails outside production, and var.environment has the default "dev".

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the audit trail; null for none."
  type        = string
  nullable    = true
}

variable "environment" {
  type    = string
  default = "dev"

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment is dev, staging or prod."
  }
}

module "audit" {
  source = "./modules/trail"

  name         = "audit"
  bucket_name  = "example-audit-trail"
  multi_region = true
  validate     = true
  kms_key_arn  = var.kms_key_arn
}

module "team" {
  source = "./modules/trail"

  name         = "team"
  bucket_name  = "example-team-trail"
  multi_region = false
  validate     = var.environment == "prod"
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1f0c9a52-7d8e-4b3a-9c61-2e5d4f6a7b8c"
}
