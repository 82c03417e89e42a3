#!/usr/bin/env bash
# Entra's side of firegate with the az command: the API people get tokens for, and an application that is only the audience of firegate's
# own token towards Google. Can be run again. docs/setup-entra-google.md says what each step is for.
#
#   az login --tenant TENANT
#   PROXY_IDENTITY=<object id of the identity firegate runs as> config/setup/entra.sh
set -euo pipefail
: "${PROXY_IDENTITY:?object id of the identity firegate runs as: az identity show -g GROUP -n NAME --query principalId -o tsv}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The client id of an application by its name; empty when there is none.
application() { az ad app list --filter "displayName eq '$1'" --query '[0].appId' -o tsv; }

# Makes an application unless it is there, and its service principal, which only assigned principals get tokens for.
ensure() {
  local id
  id=$(application "$1")
  [ -n "$id" ] || id=$(az ad app create --display-name "$1" --sign-in-audience AzureADMyOrg --query appId -o tsv)
  az ad sp show --id "$id" --query id -o tsv >/dev/null 2>&1 || az ad sp create --id "$id" --query id -o tsv >/dev/null
  az ad sp update --id "$id" --set appRoleAssignmentRequired=true
  printf '%s\n' "$id"
}

api=$(ensure firegate)
federation=$(ensure "firegate towards Google")

# The two ids are this script's own: a role or scope keeps its id when it is run again.
cat >"$work/api.json" <<'JSON'
{
  "groupMembershipClaims": "ApplicationGroup",
  "optionalClaims": { "accessToken": [{ "name": "idtyp" }, { "name": "acct" }, { "name": "xms_cc" }] },
  "appRoles": [{
    "id": "5a1d2a4c-0c0e-4a65-9f6e-6d1f3f0b7a01", "value": "Firestore.Admin", "displayName": "Administrator",
    "description": "May administer the database.", "allowedMemberTypes": ["Application", "User"], "isEnabled": true
  }],
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [{
      "id": "5a1d2a4c-0c0e-4a65-9f6e-6d1f3f0b7a02", "value": "Data.Access", "type": "User", "isEnabled": true,
      "adminConsentDisplayName": "Use the database",
      "adminConsentDescription": "Use the database with the rights the policy gives the person."
    }]
  }
}
JSON
cat >"$work/federation.json" <<JSON
{ "identifierUris": ["api://$federation"], "api": { "requestedAccessTokenVersion": 2 } }
JSON
az rest --method PATCH --uri "https://graph.microsoft.com/v1.0/applications(appId='$api')" --body "@$work/api.json"
az rest --method PATCH --uri "https://graph.microsoft.com/v1.0/applications(appId='$federation')" --body "@$work/federation.json"

# Only firegate's identity gets tokens for the federation application.
resource=$(az ad sp show --id "$federation" --query id -o tsv)
az rest --method POST --uri "https://graph.microsoft.com/v1.0/servicePrincipals/$resource/appRoleAssignedTo" \
  --body "{\"principalId\":\"$PROXY_IDENTITY\",\"resourceId\":\"$resource\",\"appRoleId\":\"00000000-0000-0000-0000-000000000000\"}" \
  >/dev/null 2>&1 || echo "the identity is assigned already, or its object id is wrong" >&2

echo "tenants.0.audiences: [$api]"
echo "workloadIdentity.resource: api://$federation"
echo "for google.sh: FEDERATION_CLIENT_ID=$federation"
