package io.firegate.cli;

import io.firegate.config.GatewayConfig;
import io.firegate.config.HostPort;
import io.firegate.policy.yaml.Problem;
import io.firegate.reload.PolicyStore;
import java.time.InstantSource;
import java.util.List;

/** Builds the data path from a checked configuration and starts it: the seam between the command line and the gateway. */
@FunctionalInterface
public interface GatewayStarter {
    /**
     * What a gateway is built from.
     *
     * @param config the settings in force
     * @param policies the policy in force, now and later
     * @param clock the only source of wall-clock time
     */
    record Parts(GatewayConfig config, PolicyStore policies, InstantSource clock) {}

    /** A gateway that runs. */
    interface Gateway {
        /** Stops taking work, lets running calls finish within their limit, and returns when everything is closed. */
        void stop();

        /** Cuts a running {@link #stop} short: calls that have not finished are given up. Any thread; returns at once. */
        void hurry();
    }

    /** What became of a start. */
    sealed interface Started {
        /** It serves. */
        record Running(Gateway gateway) implements Started {}

        /**
         * An address is taken; nothing is left open.
         *
         * @param setting the key that names the address, {@code listeners.0.address}
         */
        record AddressInUse(String setting, HostPort address) implements Started {}

        /** A setting turned out to be unusable, such as a certificate file without a certificate; nothing is left open. */
        record Refused(List<Problem> problems) implements Started {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Starts; returns when every listener is open or none is. */
    Started start(Parts parts);
}
