package io.firegate.e2e.demo;

import java.nio.file.Path;
import java.util.List;

/** What the demo tells about itself: its parts at the start, commands to copy at the end. */
final class Invitation {
    private final Page page;
    private final Demo demo;
    private final Clinic clinic;
    private final Path policy;

    Invitation(Page page, Demo demo, Clinic clinic, Path policy) {
        this.page = page;
        this.demo = demo;
        this.clinic = clinic;
        this.policy = policy;
    }

    /** Where everything is. */
    void parts() {
        page.heading("Running:");
        page.entry("gateway", demo.address() + " (plaintext HTTP/2, this machine only)");
        page.entry("emulator", demo.emulatorBackend());
        page.entry("issuer", demo.issuerAddress() + " (stands in for Microsoft Entra ID)");
        page.entry("google", demo.google().described());
        page.entry("policy", policy.toString());
        page.entry("record", demo.auditFile().toString());
    }

    /** What to try. */
    void commands() {
        page.heading("Now you. It stays up until Ctrl-C; in another terminal:");
        for (Clinic.Person person : clinic.people()) {
            page.heading("  " + person.name() + ", " + person.is());
            for (String attempt : person.tries()) {
                page.line("    ./firegate demo ask --as " + person.name() + " " + attempt);
            }
        }
        page.heading("  the same without an SDK: one gRPC call by curl");
        page.line("    curl -s -i --http2-prior-knowledge --output - \\");
        page.line("      -H 'content-type: application/grpc' -H 'te: trailers' \\");
        page.line("      -H \"authorization: Bearer $(./firegate demo token --as "
                + clinic.people().get(0).name() + ")\" \\");
        page.line("      --data-binary @" + demo.grpcBody() + " \\");
        page.line("      http://" + demo.address() + "/google.firestore.v1.Firestore/GetDocument");
        page.heading("  how it is");
        for (String path : List.of("readyz", "metrics")) {
            page.line("    curl -s http://" + demo.adminAddress() + "/" + path);
        }
        page.heading("  what it decided");
        page.line("    tail -f " + demo.auditFile());
        page.heading("  change the policy: a saved change is in force at once, a faulty one is refused");
        page.line("    ${EDITOR:-vi} " + policy + "/*.yaml");
        page.line("");
    }
}
