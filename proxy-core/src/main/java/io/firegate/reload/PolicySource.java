package io.firegate.reload;

import io.firegate.policy.PolicyFile;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problem;
import java.util.List;

/** Where policy files come from. Blocks; called by one thread at a time. */
public interface PolicySource {
    /** What was read. */
    sealed interface Reading {
        /**
         * Every file, all of one moment.
         *
         * @param files in path order, which is the order of tiers; named by their path below the directory, so that a snapshot
         *     has the same name on every machine
         * @param digest equal for two readings exactly when names and bytes are
         * @param state what {@link PolicySource#state} said of that moment
         */
        record Files(List<PolicyFile> files, String digest, String state) implements Reading {
            public Files {
                files = List.copyOf(files);
            }
        }

        /** It cannot be read as it stands. */
        record Refused(List<Problem> problems, String state) implements Reading {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    /** A text that changes when a file does. Cheap: no file is opened. */
    String state();

    /** Reads every file. */
    Reading read();

    /** A file's name as a person would look for it. */
    String shown(String name);

    /** A problem of the compiler, with the file's name as a person would look for it. */
    default Problem shown(Problem problem) {
        return new Problem(
                problem.severity(),
                new Position(shown(problem.file()), problem.line(), problem.column()),
                problem.message(),
                problem.fix(),
                problem.sourceLine(),
                problem.caret());
    }
}
