#!/bin/sh
# `demo` inside the demo's image: `demo ask --as ward-nurse get patients/p1`, `demo token --as ward-nurse`, `demo --help`
exec java --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '/opt/demo/*' \
  io.firegate.e2e.demo.DemoMain "$@"
