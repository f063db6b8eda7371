variable "env" {
  type = string
}

locals {
  is_logged = var.env == "prod"
}

module "audit" {
  source  = "./module"
  logging = local.is_logged ? { target = "access" } : {}
}
