package io.firegate.auth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EmulatorCredentialTest {
    @Test
    void isTheOwnerForEverAndDoesNotPrintItsValue() {
        Credential credential = new EmulatorCredential("local").current();
        assertThat(credential.name()).isEqualTo("local");
        assertThat(credential.authorization()).isEqualTo("Bearer owner");
        assertThat(credential.expiresAt()).isEqualTo(Instant.MAX);
        assertThat(credential.toString()).contains("local").doesNotContain("owner");
    }
}
