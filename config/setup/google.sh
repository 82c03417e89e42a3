#!/usr/bin/env bash
# Google's side of firegate with the gcloud command: pool, provider with its condition, an account for each credential with a role on one
# database. Can be run again. docs/setup-entra-google.md says what each step is for.
#
#   gcloud auth login
#   TENANT=... PROXY_IDENTITY=... FEDERATION_CLIENT_ID=... PROJECT=clinic-prod POOL_PROJECT=clinic-identity config/setup/google.sh
set -euo pipefail
: "${TENANT:?id of the Entra tenant}"
: "${PROXY_IDENTITY:?object id of the identity firegate runs as}"
: "${FEDERATION_CLIENT_ID:?what entra.sh printed}"
: "${PROJECT:?the Google project of the database}"
: "${POOL_PROJECT:=$PROJECT}"
: "${DATABASE:=(default)}"
: "${CREDENTIALS:=clinical-admin=roles/datastore.user clinical-staff=roles/datastore.user}"
: "${JWKS:=}"                                # what `firegate keys show` printed, for credentials of kind gateway-issuer
: "${ISSUER:=https://firegate.example.org}"
condition="title=one-database,expression=resource.name==\"projects/$PROJECT/databases/$DATABASE\""

# Makes a thing unless it is there: ensure KIND NAME [create's own arguments] -- [arguments of both]
ensure() {
  local kind=$1 name=$2 own=()
  shift 2
  while [ "$1" != -- ]; do
    own+=("$1")
    shift
  done
  shift
  # shellcheck disable=SC2086
  gcloud iam $kind describe "$name" "$@" >/dev/null 2>&1 || gcloud iam $kind ${CREATE:-create} "$name" "${own[@]}" "$@"
}

gcloud services enable iam.googleapis.com sts.googleapis.com iamcredentials.googleapis.com "--project=$POOL_PROJECT"
number=$(gcloud projects describe "$POOL_PROJECT" --format='value(projectNumber)')
pools=projects/$number/locations/global/workloadIdentityPools

ensure workload-identity-pools firegate -- --location=global "--project=$POOL_PROJECT"
CREATE=create-oidc ensure "workload-identity-pools providers" proxy \
  "--issuer-uri=https://login.microsoftonline.com/$TENANT/v2.0" "--allowed-audiences=$FEDERATION_CLIENT_ID" \
  --attribute-mapping=google.subject=assertion.oid \
  "--attribute-condition=assertion.tid==\"$TENANT\" && assertion.oid==\"$PROXY_IDENTITY\"" \
  -- --location=global --workload-identity-pool=firegate "--project=$POOL_PROJECT"

if [ -n "$JWKS" ]; then
  ensure workload-identity-pools firegate-callers -- --location=global "--project=$POOL_PROJECT"
  CREATE=create-oidc ensure "workload-identity-pools providers" firegate \
    "--issuer-uri=$ISSUER" "--jwk-json-path=$JWKS" \
    --attribute-mapping=google.subject=assertion.sub,attribute.credential=assertion.credential,attribute.tenant=assertion.tid,attribute.app=assertion.azp \
    "--attribute-condition=assertion.tid==\"$TENANT\"" \
    -- --location=global --workload-identity-pool=firegate-callers "--project=$POOL_PROJECT"
fi

for entry in $CREDENTIALS; do
  name=${entry%%=*} role=${entry#*=}
  account=firegate-$name@$PROJECT.iam.gserviceaccount.com
  gcloud iam service-accounts describe "$account" "--project=$PROJECT" >/dev/null 2>&1 ||
    gcloud iam service-accounts create "firegate-$name" "--project=$PROJECT"
  gcloud projects add-iam-policy-binding "$PROJECT" "--role=$role" "--member=serviceAccount:$account" "--condition=$condition" >/dev/null
  gcloud iam service-accounts add-iam-policy-binding "$account" --role=roles/iam.workloadIdentityUser \
    "--member=principal://iam.googleapis.com/$pools/firegate/subject/$PROXY_IDENTITY" "--project=$PROJECT" >/dev/null
  if [ -n "$JWKS" ]; then
    gcloud projects add-iam-policy-binding "$PROJECT" "--role=$role" \
      "--member=principalSet://iam.googleapis.com/$pools/firegate-callers/attribute.credential/$name" "--condition=$condition" >/dev/null
  fi
  echo "credentials.$name.account: $account"
done
echo "workloadIdentity.audience: //iam.googleapis.com/$pools/firegate/providers/proxy"
[ -z "$JWKS" ] || echo "credentials.N.audience (gateway-issuer): //iam.googleapis.com/$pools/firegate-callers/providers/firegate"
