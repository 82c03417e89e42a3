output "workload_identity" {
  description = "`workloadIdentity` of gateway.yaml, on an Azure machine."
  value = {
    source   = "entra-managed-identity"
    audience = "//iam.googleapis.com/${google_iam_workload_identity_pool_provider.proxy.name}"
    resource = azuread_application_identifier_uri.federation.identifier_uri
  }
}

output "accounts" {
  description = "`account` of each credential of gateway.yaml."
  value       = { for name, account in google_service_account.tier : name => account.email }
}

output "audience" {
  description = "`tenants.N.audiences` of gateway.yaml."
  value       = azuread_application.api.client_id
}

output "callers_audience" {
  description = "`audience` of the credentials of kind gateway-issuer."
  value       = var.jwks_file == "" ? "" : "//iam.googleapis.com/${google_iam_workload_identity_pool_provider.firegate[0].name}"
}

output "project_number" {
  description = "The number of the pools' project, as it stands in every audience."
  value       = data.google_project.pool.number
}
