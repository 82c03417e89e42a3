#!/usr/bin/env bash
# Builds the image, runs it as an operator would, calls it, and looks inside it. Needs a container engine and curl:
#
#   docker/test.sh
#   REQUIRE_ENGINE=1 docker/test.sh                                       no engine is a failure, for CI
#   CONTAINER_BUILD_FLAGS="--build-arg JARS=prebuilt" docker/test.sh      after `mvn package`: the jars of the target folders
#
# More variables: docker/stack.sh
set -euo pipefail
# shellcheck source=docker/stack.sh
. "$(dirname "$0")/stack.sh"

passed=0
# check WHAT COMMAND...
check() {
  local what=$1
  shift
  if ! "$@" >"$work/said" 2>&1; then
    cat "$work/said" >&2
    die "FAILED: $what"
  fi
  passed=$((passed + 1))
  say "ok: $what"
}

# exits CODE COMMAND...: the command ends with just that code.
exits() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" = "$expected" ] || { echo "exit code $code instead of $expected: $*"; return 1; }
}

# says TEXT COMMAND...: the command's output holds the text, whatever its exit code.
says() {
  local text=$1 said
  shift
  said=$("$@" 2>&1) || true
  case $said in
    *"$text"*) ;;
    *) echo "no \"$text\" in: $said"; return 1 ;;
  esac
}

inside() { "$engine" exec "$stack-gateway" "$@"; }
ask() { "$engine" exec "$stack-clinic" demo ask "$@"; }
fresh() { "$engine" run --rm --network none ${run_flags[@]+"${run_flags[@]}"} "$@"; }

find_engine
trap clean_up EXIT
say "engine: $("$engine" --version)"
build_images
start_surroundings
first_ok

check "a permitted call answers the document" says "Ada Osei" ask --as ward-nurse get patients/p1
check "a permitted call exits 0" exits 0 ask --as ward-nurse get patients/p1
check "a denied call is PERMISSION_DENIED" says "PERMISSION_DENIED" ask --as ward-nurse get staff/s1
# Without a body: they are answered before one is read, and a client that still sends it is told to stop. Curl 7.88 once came back with nothing
# from such a call, on a busy machine.
check "a call without a token is UNAUTHENTICATED" says "grpc-status: 16" post
check "a call with a bad token is UNAUTHENTICATED" says "grpc-status: 16" post -H "authorization: Bearer x.y.z"
check "the record is on standard output" says '"outcome"' "$engine" logs "$stack-gateway"

check "healthcheck: ready is 0" exits 0 inside firegate healthcheck
check "healthcheck: alive is 0" exits 0 inside firegate healthcheck --live
check "healthcheck: started is 0" exits 0 inside firegate healthcheck --url http://127.0.0.1:9901/startupz
check "healthcheck: nobody there is 5" exits 5 inside firegate healthcheck --url http://127.0.0.1:1/readyz
check "the image names its health check" says '"healthcheck"' "$engine" image inspect "$image"

check "process 1 is the JVM itself" says java inside cat /proc/1/comm
check "it runs as 65532" says "$(printf 'Uid:\t65532\t65532\t65532\t65532')" inside cat /proc/1/status
check "it has no capability" says "$(printf 'CapEff:\t0000000000000000')" inside cat /proc/1/status
check "its root is read-only, /tmp included" exits 1 inside sh -c 'touch /probe || touch /tmp/probe || touch /opt/firegate/probe'
check "Netty's native transport is in use all the same" says 'transport="epoll"' "$engine" logs "$stack-gateway"
check "so is its native TLS" says 'tls="BoringSSL"' "$engine" logs "$stack-gateway"
check "and Corretto's RSA" says 'rsa="AmazonCorrettoCryptoProvider' "$engine" logs "$stack-gateway"
check "the AOT cache is in use" exits 0 fresh --entrypoint /opt/firegate/runtime/bin/java "$image" \
  -XX:AOTMode=on @/opt/firegate/command.options --version
check "no configuration is exit code 3" exits 3 fresh "$image"
check "and names the file" says /etc/firegate/gateway.yaml fresh "$image"

# shellcheck disable=SC2016 # expanded in the container
check "no compiler, no build tool, no jlink" exits 0 fresh --entrypoint sh "$image" -c '
  for tool in javac jlink jar jshell mvn gcc cc curl wget git; do ! command -v $tool || exit 1; done
  [ -z "$(find / -xdev \( -name javac -o -name "mvn*" -o -name "*.jmod" \) -print)" ]'
check "no fixture, demo, test or benchmark" exits 0 fresh --entrypoint sh "$image" -c '
  ! ls /opt/firegate/lib | grep -E "fixtures|e2e|bench|junit|assertj|archunit|jmh|grpc-|^google-cloud"
  ! grep -lE "io/firegate/(fixtures|e2e|bench)" /opt/firegate/lib/*.jar'
check "no program may change its user" exits 0 fresh --entrypoint sh "$image" -c \
  '[ -z "$(find / -xdev -type f -perm /6000 -print)" ]'

say "image: $("$engine" image inspect --format '{{.Size}}' "$image" | awk '{ printf "%.0f MB", $1 / 1e6 }')"
say "first OK: ${start_seconds:-?} s after the start of the JVM, $run_seconds s with the engine's work"
if [ -n "$pid" ]; then say "resident: $(rss_mib "$pid") MiB"; fi

"$engine" stop --time 40 "$stack-gateway" >/dev/null
check "SIGTERM ends it with 0" says 0 "$engine" inspect --format '{{.State.ExitCode}}' "$stack-gateway"
check "after a drain" says stopped "$engine" logs "$stack-gateway"
say "docker/test.sh: $passed checks passed"
