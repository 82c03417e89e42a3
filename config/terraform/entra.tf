# Entra's side: the API people get tokens for, and an application that is only the audience of firegate's own token.

resource "random_uuid" "scope" {}

resource "random_uuid" "role" {}

resource "azuread_application" "api" {
  display_name            = "firegate"
  sign_in_audience        = "AzureADMyOrg"
  group_membership_claims = ["ApplicationGroup"]

  api {
    requested_access_token_version = 2

    oauth2_permission_scope {
      id                         = random_uuid.scope.result
      value                      = "Data.Access"
      type                       = "User"
      admin_consent_display_name = "Use the database"
      admin_consent_description  = "Use the database with the rights the policy gives the person."
    }
  }

  app_role {
    id                   = random_uuid.role.result
    value                = "Firestore.Admin"
    display_name         = "Administrator"
    description          = "May administer the database."
    allowed_member_types = ["Application", "User"]
  }

  optional_claims {
    access_token {
      name = "idtyp"
    }
    access_token {
      name = "acct"
    }
    access_token {
      name = "xms_cc"
    }
  }
}

resource "azuread_service_principal" "api" {
  client_id                    = azuread_application.api.client_id
  app_role_assignment_required = true
}

resource "azuread_application" "federation" {
  display_name     = "firegate towards Google"
  sign_in_audience = "AzureADMyOrg"

  api {
    requested_access_token_version = 2
  }
}

resource "azuread_application_identifier_uri" "federation" {
  application_id = azuread_application.federation.id
  identifier_uri = "api://${azuread_application.federation.client_id}"
}

resource "azuread_service_principal" "federation" {
  client_id                    = azuread_application.federation.client_id
  app_role_assignment_required = true
}

# The one who may have its tokens: assignment without a role of the application's own.
resource "azuread_app_role_assignment" "proxy" {
  app_role_id         = "00000000-0000-0000-0000-000000000000"
  principal_object_id = var.proxy_identity
  resource_object_id  = azuread_service_principal.federation.object_id
}
