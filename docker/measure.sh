#!/usr/bin/env bash
# Start to first OK and resident memory of the image's runtime, for docs/container.md:
#
#   docker/test.sh && docker/measure.sh [ROUNDS [REQUESTS]]      the image docker/test.sh left
#
# Each round starts a gateway on a read-only root, asks until the first GetDocument is answered, then asks REQUESTS (3,000) times over one
# connection: by REST over HTTP/1.1, because curl 7.88 cannot use an h2c connection twice. Needs an engine whose containers are processes of this machine. Variables: docker/stack.sh; JDK_JAVA_OPTIONS is
# handed to the gateway's JVM, to compare options.
set -euo pipefail
# shellcheck source=docker/stack.sh
. "$(dirname "$0")/stack.sh"

rounds=${1:-5}
requests=${2:-3000}
if [ -n "${JDK_JAVA_OPTIONS:-}" ]; then run_flags+=(--env JDK_JAVA_OPTIONS); fi

# CPU seconds of the gateway's process so far.
cpu_seconds() { awk -v ticks="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); printf "%.2f", ($12 + $13) / ticks }' "/proc/$1/stat"; }

# The middle one of the numbers in column $1 of the rounds.
median() { cut -d' ' -f"$1" "$work/rounds" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

find_engine
trap clean_up EXIT
start_surroundings
for ((i = 0; i < requests; i++)); do
  printf 'url = "http://%s/v1/projects/clinic-prod/databases/(default)/documents/patients/p1"\noutput = /dev/null\n' "$address"
done >"$work/urls"
for ((round = 1; round <= rounds; round++)); do
  first_ok
  [ -n "$pid" ] || die "the gateway's process is not on this machine: $engine runs elsewhere"
  line="$start_seconds $run_seconds $(cpu_seconds "$pid") $(rss_mib "$pid")"
  curl -s --fail --globoff -H "authorization: Bearer $token" -K "$work/urls"
  line="$line $(rss_mib "$pid")"
  printf '%s\n' "$line" >>"$work/rounds"
  say "round $round: first OK $start_seconds s, with the engine $run_seconds s; CPU, RSS, RSS after $requests requests:" \
    "$(cut -d' ' -f3- <<<"$line")"
  remove gateway
done
say "medians of $rounds: first OK $(median 1) s (engine included $(median 2) s), CPU $(median 3) s," \
  "RSS $(median 4) MiB, after $requests requests $(median 5) MiB"
