# A condition comes through locals and the call of a module before it chooses a value.
variable "env" {
  type = string
}

variable "audited" {
  type     = bool
  default  = true
  nullable = false
}

locals {
  is_prod = var.env == "prod"
  strict  = local.is_prod && var.audited
}

module "trail" {
  source  = "./module"
  encrypt = local.strict
}
