package io.firegate.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the program's own jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"firegate " + (version == null ? "(built without a jar)" : version)};
    }
}
