# Google's side: who may come (pools and providers), and what each credential may do (accounts, roles with a condition).

data "google_project" "pool" {
  project_id = var.pool_project
}

resource "google_project_service" "pool" {
  for_each = toset(["iam.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com"])

  project = var.pool_project
  service = each.value
}

# Firegate itself, by its Entra token for the federation application and for nothing else.
resource "google_iam_workload_identity_pool" "firegate" {
  project                   = var.pool_project
  workload_identity_pool_id = "firegate"
  display_name              = "firegate itself"

  depends_on = [google_project_service.pool]
}

resource "google_iam_workload_identity_pool_provider" "proxy" {
  project                            = var.pool_project
  workload_identity_pool_id          = google_iam_workload_identity_pool.firegate.workload_identity_pool_id
  workload_identity_pool_provider_id = "proxy"

  attribute_mapping = {
    "google.subject" = "assertion.oid"
  }

  # Without it every principal of the tenant that gets a token for the application is let in.
  attribute_condition = "assertion.tid==\"${var.tenant_id}\" && assertion.oid==\"${var.proxy_identity}\""

  oidc {
    issuer_uri        = "https://login.microsoftonline.com/${var.tenant_id}/v2.0"
    allowed_audiences = [azuread_application.federation.client_id]
  }
}

resource "google_service_account" "tier" {
  for_each = var.credentials

  project      = var.database_project
  account_id   = "firegate-${each.key}"
  display_name = "firegate, ${each.key}"
}

resource "google_project_iam_member" "tier" {
  for_each = var.credentials

  project = var.database_project
  role    = each.value
  member  = google_service_account.tier[each.key].member

  condition {
    title      = "one-database"
    expression = "resource.name==\"projects/${var.database_project}/databases/${var.database}\""
  }
}

resource "google_service_account_iam_member" "proxy" {
  for_each = var.credentials

  service_account_id = google_service_account.tier[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.firegate.name}/subject/${var.proxy_identity}"
}

# The callers, by firegate's word: only with credentials of kind gateway-issuer. A pool of its own, so that the two never share a name.
resource "google_iam_workload_identity_pool" "callers" {
  count = var.jwks_file == "" ? 0 : 1

  project                   = var.pool_project
  workload_identity_pool_id = "firegate-callers"
  display_name              = "callers, by firegate's word"

  depends_on = [google_project_service.pool]
}

resource "google_iam_workload_identity_pool_provider" "firegate" {
  count = var.jwks_file == "" ? 0 : 1

  project                            = var.pool_project
  workload_identity_pool_id          = google_iam_workload_identity_pool.callers[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "firegate"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.credential" = "assertion.credential"
    "attribute.tenant"     = "assertion.tid"
    "attribute.app"        = "assertion.azp"
  }

  attribute_condition = "assertion.tid==\"${var.tenant_id}\""

  oidc {
    issuer_uri = var.issuer
    jwks_json  = file(var.jwks_file)
  }
}

resource "google_project_iam_member" "callers" {
  for_each = var.jwks_file == "" ? {} : var.credentials

  project = var.database_project
  role    = each.value
  member  = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.callers[0].name}/attribute.credential/${each.key}"

  condition {
    title      = "one-database"
    expression = "resource.name==\"projects/${var.database_project}/databases/${var.database}\""
  }
}
