package io.firegate.config;

import io.firegate.policy.yaml.Position;

/** Where a value came from. Prints as {@code config explain} shows it. */
public sealed interface Origin {
    /** Written nowhere: the value firegate takes by itself. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** A place in the configuration file. */
    record File(Position position) implements Origin {
        @Override
        public String toString() {
            return position.toString();
        }
    }

    /** An environment variable, by its name. */
    record Environment(String variable) implements Origin {
        @Override
        public String toString() {
            return "environment " + variable;
        }
    }

    /** A {@code --set} option, by the key it sets. */
    record CommandLine(String key) implements Origin {
        @Override
        public String toString() {
            return "--set " + key;
        }
    }
}
