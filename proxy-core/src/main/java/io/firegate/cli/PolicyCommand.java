package io.firegate.cli;

final class PolicyCommand {
    PolicyCommand(Surroundings s) {}
}
