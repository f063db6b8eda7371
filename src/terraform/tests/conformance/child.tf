variable "v" { type = string }
variable "n" {
  type     = number
  default  = 1
  nullable = false
}
output "echo" { value = "echo ${var.v}" }
output "sum" { value = var.n + 1 }
output "where" { value = path.module }
