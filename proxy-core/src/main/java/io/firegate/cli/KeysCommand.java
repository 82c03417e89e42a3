package io.firegate.cli;

import io.firegate.auth.federation.ExposedFile;
import io.firegate.auth.federation.IssuerKeys;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code firegate keys}: the keys of firegate as an issuer. */
@Command(
        name = "keys",
        description = "Make, show and rotate the keys of credentials of kind gateway-issuer",
        synopsisSubcommandLabel = "COMMAND")
final class KeysCommand {
    private final Surroundings surroundings;

    KeysCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    private interface Work {
        void on(IssuerKeys keys) throws IssuerKeys.Unusable;
    }

    @Command(
            name = "show",
            description =
                    "Print the public keys as the JWK Set to upload to Google; which one signs is said on standard error",
            mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "DIR", description = "the directory of the keys") Path dir) {
        return with(dir, keys -> {
            surroundings.out().println(keys.jwkSet());
            stand(keys);
        });
    }

    @Command(
            name = "new",
            description =
                    "Make a key and print the JWK Set to upload; the first one signs at once, a later one from `keys use` on",
            mixinStandardHelpOptions = true)
    int make(@Parameters(paramLabel = "DIR", description = "the directory of the keys, made when missing") Path dir) {
        return with(dir, keys -> {
            String kid = keys.create();
            surroundings.out().println(keys.jwkSet());
            stand(keys);
            if (!kid.equals(keys.active())) {
                surroundings
                        .err()
                        .println("next: upload this set, wait until every provider has it, then firegate keys use "
                                + dir + " " + kid);
            }
        });
    }

    @Command(
            name = "use",
            description = "Sign with this key from now on; a running gateway takes it up by itself",
            mixinStandardHelpOptions = true)
    int use(
            @Parameters(paramLabel = "DIR", description = "the directory of the keys") Path dir,
            @Parameters(paramLabel = "KID", description = "the key's id") String kid) {
        return with(dir, keys -> {
            keys.use(kid);
            stand(keys);
        });
    }

    @Command(
            name = "retire",
            description =
                    "Delete a key that does not sign, ten minutes or more after it last did, and print the JWK Set to upload",
            mixinStandardHelpOptions = true)
    int retire(
            @Parameters(paramLabel = "DIR", description = "the directory of the keys") Path dir,
            @Parameters(paramLabel = "KID", description = "the key's id") String kid) {
        return with(dir, keys -> {
            keys.retire(kid);
            surroundings.out().println(keys.jwkSet());
            stand(keys);
        });
    }

    private void stand(IssuerKeys keys) throws IssuerKeys.Unusable {
        for (String kid : keys.ids()) {
            surroundings.err().println(kid + (kid.equals(keys.active()) ? " signs" : " is published"));
        }
        for (ExposedFile exposed : keys.exposed()) {
            surroundings.err().println("warning: others may use " + exposed.file() + ": " + exposed.fix());
        }
    }

    private int with(Path dir, Work work) {
        try {
            work.on(new IssuerKeys(surroundings.directory().resolve(dir)));
            return ExitCode.OK.code();
        } catch (IssuerKeys.Unusable e) {
            surroundings.err().println(e.getMessage());
            return ExitCode.INVALID.code();
        }
    }
}
