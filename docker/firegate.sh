#!/bin/sh
# `firegate` inside the image, for probes and people; the image's entry point does without it.
case ${1:-} in
  run) options=run ;;
  *) options=command ;;
esac
exec /opt/firegate/runtime/bin/java @/opt/firegate/$options.options "$@"
