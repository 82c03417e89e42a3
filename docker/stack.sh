# The containers that docker/test.sh and docker/measure.sh work with; sourced by both.
#
# ENGINE                 docker or podman; otherwise the first of the two that answers
# CONTAINER_BUILD_FLAGS  more flags for every build, split at blanks: --build-arg JARS=prebuilt, or what the engine here needs
# CONTAINER_RUN_FLAGS    more flags for every run
# IMAGE, DEMO_IMAGE      the names of the images
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
image=${IMAGE:-firegate:test}
demo_image=${DEMO_IMAGE:-firegate-demo:test}
emulator_image=gcr.io/google.com/cloudsdktool/google-cloud-cli:emulators
stack=firegate-$$
call_path=google.firestore.v1.Firestore/GetDocument
read -r -a build_flags <<<"${CONTAINER_BUILD_FLAGS:-}"
read -r -a run_flags <<<"${CONTAINER_RUN_FLAGS:-}"
work=$(mktemp -d)

say() { printf '%s\n' "$*"; }
die() {
  printf 'docker/%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Sets `engine`, or ends the script: with 0 unless REQUIRE_ENGINE=1, because a machine without an engine is no fault of the image.
find_engine() {
  local candidate
  for candidate in ${ENGINE:-docker podman}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" info >/dev/null 2>&1; then
      engine=$candidate
      return
    fi
  done
  [ "${REQUIRE_ENGINE:-0}" != 1 ] || die "no container engine answers (tried: ${ENGINE:-docker podman})"
  say "SKIPPED: no container engine answers (tried: ${ENGINE:-docker podman}); REQUIRE_ENGINE=1 makes that a failure"
  exit 0
}

build_images() {
  local revision
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
  "$engine" build ${build_flags[@]+"${build_flags[@]}"} --build-arg "REVISION=$revision" -t "$image" \
    -f "$root/docker/Dockerfile" "$root"
  "$engine" build ${build_flags[@]+"${build_flags[@]}"} -t "$demo_image" -f "$root/docker/demo.Dockerfile" "$root"
}

start() {
  local name=$1
  shift
  "$engine" run --detach --name "$stack-$name" ${run_flags[@]+"${run_flags[@]}"} "$@" >/dev/null
}

# Issuer with the sample clinic, and the emulator. The first owns the network, so that the gateway may come and go.
start_surroundings() {
  start clinic -p 127.0.0.1::8080 "$demo_image" \
    clinic --issuer-port 9080 --gateway 127.0.0.1:8080 --emulator 127.0.0.1:8085
  start emulator --network "container:$stack-clinic" "$emulator_image" \
    gcloud emulators firestore start --host-port=127.0.0.1:8085
  await 180 "the sample clinic" "$engine" exec "$stack-clinic" test -f /tmp/firegate/demo.properties
  address=$("$engine" port "$stack-clinic" 8080/tcp | head -n 1)
  token=$("$engine" exec "$stack-clinic" demo token --as ward-nurse)
  grpc_body "projects/clinic-prod/databases/(default)/documents/patients/p1" >"$work/get-p1.grpc"
}

# As strict as an operator would have it: nothing to write to, no capability, no way to more rights.
start_gateway() {
  local strict=(--read-only --cap-drop ALL --security-opt no-new-privileges)
  # Podman makes /tmp writable under --read-only unless told not to; Docker does not.
  if [ "$engine" = podman ]; then strict+=(--read-only-tmpfs=false); fi
  start gateway --network "container:$stack-clinic" "${strict[@]}" \
    -v "$root/docker/demo/gateway.yaml:/etc/firegate/gateway.yaml:ro" -v "$root/config/policy:/etc/firegate/policy:ro" \
    "$image"
}

remove() {
  local name
  for name in "$@"; do "$engine" rm --force "$stack-$name" >/dev/null 2>&1 || true; done
}

clean_up() {
  remove gateway emulator clinic
  rm -rf "$work"
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      "$engine" logs --tail 20 "$stack-clinic" >&2 || true
      "$engine" logs --tail 20 "$stack-gateway" >&2 || true
      die "$what is not there"
    fi
    sleep 0.2
  done
}

# The body of a GetDocument call: compressed flag, length, message.
grpc_body() {
  local name=$1
  printf '\0\0\0\0'
  printf "\\x$(printf %x $((${#name} + 2)))\\x0a\\x$(printf %x ${#name})"
  printf %s "$name"
}

# One gRPC call by curl, headers and trailers on standard output; arguments are more options, the body among them.
post() {
  curl -sS -m 10 --http2-prior-knowledge -X POST -D - -o /dev/null -H 'content-type: application/grpc' -H 'te: trailers' \
    "$@" "http://$address/$call_path"
}

# The GetDocument call.
call() { post --data-binary "@$work/get-p1.grpc" "$@"; }

permitted() {
  local answer
  answer=$(call -H "authorization: Bearer $token") || return 1
  case $answer in *"grpc-status: 0"*) ;; *) return 1 ;; esac
}

rss_mib() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

# Seconds since 1970; whole ones where `date` knows no others.
now() { date +%s.%N | sed 's/N$/0/'; }

# Starts a gateway and waits for its first answered call. Sets `run_seconds`, the engine's work included, and where containers are
# processes of this machine `pid` and `start_seconds`, from the start of the JVM; elsewhere these stay empty.
first_ok() {
  local asked answered read_at end=$((SECONDS + 120))
  asked=$(now)
  start_gateway
  until permitted; do
    if [ $SECONDS -ge $end ]; then await 0 "the first OK" false; fi
  done
  answered=$(now)
  run_seconds=$(awk -v a="$asked" -v b="$answered" 'BEGIN { printf "%.2f", b - a }')
  start_seconds=
  pid=$("$engine" inspect --format '{{.State.Pid}}' "$stack-gateway")
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != java ]; then
    pid=
    return
  fi
  read_at=$(now)
  # Field 22 of stat: clock ticks from boot to the start of the process.
  start_seconds=$(awk -v since="$answered" -v read_at="$read_at" -v uptime="$(cut -d' ' -f1 /proc/uptime)" \
    -v ticks="$(getconf CLK_TCK)" \
    '{ sub(/^.*\) /, ""); printf "%.2f", since - read_at + uptime - $20 / ticks }' "/proc/$pid/stat")
}
