variable "ls" {
  type    = list(string)
  default = []
}
variable "ln" {
  type    = list(number)
  default = []
}
variable "la" {
  type    = list(any)
  default = []
}
variable "an" { default = [] }
variable "ss" {
  type    = set(string)
  default = []
}
variable "sa" {
  type    = set(any)
  default = []
}
variable "ms" {
  type    = map(string)
  default = {}
}
variable "ma" {
  type    = map(any)
  default = {}
}
variable "mo" {
  type    = map(object({ a = string }))
  default = {}
}
variable "lo" {
  type    = list(object({ a = optional(string) }))
  default = []
}
variable "lls" {
  type    = list(list(string))
  default = []
}
variable "llsf" {
  type    = list(list(string))
  default = [[]]
}
variable "nul" {
  type    = string
  default = null
}
variable "nuln" {
  type    = number
  default = null
}
variable "obj" {
  type    = object({ a = optional(string), l = optional(list(string)) })
  default = {}
}
variable "anynul" { default = null }
