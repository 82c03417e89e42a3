variable "tenant_id" {
  description = "The Entra tenant whose people call."
  type        = string
}

variable "database_project" {
  description = "The Google project of the database."
  type        = string
}

variable "database" {
  description = "The database's id."
  type        = string
  default     = "(default)"
}

variable "pool_project" {
  description = "The Google project of the workload identity pools; Google advises one of its own."
  type        = string
}

variable "credentials" {
  description = "What each credential of gateway.yaml may do: its name, and a role of Firestore's."
  type        = map(string)
  default = {
    "clinical-admin" = "roles/datastore.user"
    "clinical-staff" = "roles/datastore.user"
  }
}

variable "proxy_identity" {
  description = "Object id of the identity firegate runs as in Entra: a managed identity, or a service principal."
  type        = string
}

variable "jwks_file" {
  description = "What `firegate keys show` prints, for credentials of kind gateway-issuer; empty for none."
  type        = string
  default     = ""
}

variable "issuer" {
  description = "`issuer` of the credentials of kind gateway-issuer."
  type        = string
  default     = "https://firegate.example.org"
}
