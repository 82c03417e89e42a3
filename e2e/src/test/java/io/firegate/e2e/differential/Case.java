package io.firegate.e2e.differential;

import com.google.protobuf.Message;
import io.firegate.e2e.differential.PlainPolicy.Person;
import java.util.List;
import java.util.stream.Collectors;

/** What somebody asks, one after the other, in a transaction or not. */
record Case(Person person, boolean rest, boolean transaction, List<Message> requests) {
    @Override
    public String toString() {
        return person + (rest ? " over REST" : " over gRPC") + (transaction ? " in a transaction" : "") + "\n"
                + requests.stream()
                        .map(request -> Messages.rpc(request) + " " + Messages.json(request, RandomRequests.DATABASE))
                        .collect(Collectors.joining("\n"));
    }
}
