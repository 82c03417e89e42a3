#!/bin/sh
# Puts together what the image runs: DEST gets a Java runtime with just the modules firegate needs, its jars, Netty's native
# libraries unpacked, the options of the JVM and an AOT cache trained by a rehearsal of the gateway.
#
#   docker/assemble.sh proxy-core/target /opt/firegate
#
# Needs a JDK 25 in JAVA_HOME. Works in the Dockerfile and on any Linux machine. The cache is bound to DEST and to the times of
# the jars, so a copy must keep both.
set -eu

from=$(cd "$1" && pwd)
dest=$2
here=$(cd "$(dirname "$0")" && pwd)

# Modules no class names but reflection or configuration does; jdeps finds the rest.
#   jdk.unsupported  sun.misc.Signal for SIGTERM and SIGHUP
#   java.naming      logback
#   jdk.crypto.ec    elliptic curves in TLS, where it is still a module of its own
by_reflection=jdk.unsupported,java.naming,jdk.crypto.ec

# On another platform Netty goes without its native libraries: slower, and it works.
case $(uname -m) in
  x86_64) arch=x86_64 ;;
  aarch64) arch=aarch_64 ;;
  *) arch=none ;;
esac

rm -rf "$dest"
mkdir -p "$dest/lib" "$dest/native"

for jar in "$from"/proxy-core-*.jar "$from"/lib/*.jar; do
  case $jar in
    *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
    */AmazonCorrettoCryptoProvider-*-linux-$arch.jar)
      cp -p "$jar" "$dest/lib/"
      (cd "$dest/native" && "$JAVA_HOME/bin/jar" xf "$jar" com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so)
      mv "$dest"/native/com/amazon/corretto/crypto/provider/*.so "$dest/native/"
      rm -r "$dest/native/com"
      ;;
    *-linux-x86_64.jar | *-linux-aarch_64.jar | *-osx-*.jar | *-windows-*.jar)
      case $jar in
        *-linux-$arch.jar) (cd "$dest/native" && "$JAVA_HOME/bin/jar" xf "$jar" META-INF/native) ;;
      esac
      ;;
    *) cp -p "$jar" "$dest/lib/" ;;
  esac
done
# Netty looks on the path of native libraries given below before it unpacks into a temporary directory, and Corretto is told to, so no path need be writable.
if [ -d "$dest/native/META-INF" ]; then
  mv "$dest"/native/META-INF/native/*.so "$dest/native/"
  rm -r "$dest/native/META-INF"
fi

# Nothing that only tests, the demo or the build may use.
if ls "$dest/lib" | grep -E '^(src-test-fixtures|e2e|benchmarks|junit|assertj|archunit|jmh|google-cloud-firestore)'; then
  echo "assemble.sh: these do not belong into the product" >&2
  exit 1
fi

class_path=$(ls "$dest"/lib/*.jar | LC_ALL=C sort | paste -s -d : -)

modules=$("$JAVA_HOME/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps --recursive \
  --class-path "$class_path" "$dest"/lib/proxy-*.jar)
# Not compressed: registries compress layers anyway, and classes come faster from a file that is mapped as it is.
"$JAVA_HOME/bin/jlink" --add-modules "$modules,$by_reflection" --output "$dest/runtime" \
  --strip-java-debug-attributes --no-header-files --no-man-pages

# Which collector runs is left to the JVM: the serial one below two processors or 1792 MiB, G1 above.
cat >"$dest/run.options" <<OPTIONS
-XX:AOTCache=$dest/firegate.aot
-XX:+UseCompactObjectHeaders
-XX:+ExitOnOutOfMemoryError
-XX:-UsePerfData
--enable-native-access=ALL-UNNAMED
-Djava.library.path=$dest/native
-Dcom.amazon.corretto.crypto.provider.useExternalLib=true
-cp $class_path
io.firegate.cli.Main
OPTIONS
# For commands that end at once.
{
  echo "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
  cat "$dest/run.options"
} >"$dest/command.options"

# The times of the jars are part of the cache: written once, before the rehearsal.
sed "s|^-XX:AOTCache=.*|-XX:AOTCacheOutput=$dest/firegate.aot|" "$dest/run.options" >"$dest/rehearsal.options"
"$JAVA_HOME/bin/java" "$here/Rehearsal.java" "$dest/runtime/bin/java" -Xlog:aot=error "@$dest/rehearsal.options"
rm "$dest/rehearsal.options"
[ -s "$dest/firegate.aot" ] || {
  echo "assemble.sh: the rehearsal left no AOT cache" >&2
  exit 1
}
