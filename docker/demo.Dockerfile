# The other half of the demo stack, for trying and for tests: an Entra-like issuer, the sample clinic's data, and `demo ask`, a
# client with the official SDK. Never part of the product's image. See docker/compose.yaml.
#
#   docker build -f docker/demo.Dockerfile -t firegate-demo .
#
# --build-arg JARS=prebuilt  takes e2e/target as `mvn package` left it
ARG JDK=docker.io/library/eclipse-temurin:25-jdk

FROM ${JDK} AS build
ARG JARS=build
WORKDIR /src
RUN if [ "$JARS" = build ]; then \
      apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*; \
    fi
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    if [ "$JARS" = build ]; then \
      mvn -B -q -ntp -pl e2e -am -Dmaven.test.skip=true clean package; \
    fi
RUN mkdir -p /opt/demo && cp e2e/target/e2e-*.jar e2e/target/lib/*.jar /opt/demo/

FROM ${JDK}
COPY --from=build /opt/demo /opt/demo
COPY --chmod=0755 docker/demo/demo.sh /usr/local/bin/demo
# `demo ask` finds the running demo by a note in this directory.
ENV XDG_CACHE_HOME=/tmp
USER 65532:65532
ENTRYPOINT ["demo"]
CMD ["clinic"]
