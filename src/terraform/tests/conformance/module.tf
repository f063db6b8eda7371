locals {
  l      = ["a", "b"]
  o      = { x = 1, y = { z = true } }
  m      = tomap({ k = "v" })
  nul    = null
  s      = "str"
  people = [{ name = "ann", age = 3, team = "t" }, { name = "bob", age = 4, team = "t" }]
  deep   = { a = { b = [{ c = "deep" }] } }
  typed  = tolist([1, "2"])
}
variable "typed" {
  type = object({ name = string, tags = optional(map(string), { a = "b" }), opt = optional(number), nested = optional(object({ x = optional(bool, true) }), {}) })
  default = { name = 1, extra = "dropped" }
}
variable "lst" {
  type    = list(string)
  default = [1, true]
}
variable "setv" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "mp" {
  type    = map(number)
  default = { a = "1" }
}
variable "anyv" {
  type    = any
  default = [1, "a"]
}
variable "num" { default = 1.0 }
variable "boolv" {
  type    = bool
  default = "true"
}
variable "tup" {
  type    = tuple([string, number])
  default = [1, "2"]
}
variable "objlist" {
  type    = list(object({ a = string, b = optional(string, "dflt") }))
  default = [{ a = "x" }, { a = "y", b = null }]
}
variable "nonnull" {
  type     = string
  nullable = false
  default  = "d"
}
variable "defnull" {
  type    = string
  default = null
}
variable "optlist" {
  type    = list(any)
  default = [1, "a"]
}
module "m" {
  source = "./m"
  v      = "in"
  n      = "3"
}
module "each" {
  source   = "./m"
  for_each = { x = "one", y = "two" }
  v        = "${each.key}-${each.value}"
}
module "cnt" {
  source = "./m"
  count  = 2
  v      = count.index
}
resource "terraform_data" "a" { input = "A" }
resource "terraform_data" "c" {
  count = 2
  input = "c${count.index}"
}
resource "terraform_data" "e" {
  for_each = toset(["y", "x"])
  input    = each.value
}
resource "terraform_data" "none" {
  count = 0
  input = "n"
}
