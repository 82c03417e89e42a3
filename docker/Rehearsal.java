import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a gateway through what it does first in production, so that the JVM can write down which classes that takes: start, probes,
 * permitted and refused calls, SIGTERM. Firestore is a few canned frames. Without any library, for the image build.
 *
 * <p>{@code java Rehearsal.java <command of the JVM up to the main class>}; fails when the gateway does not behave.
 */
final class Rehearsal {
    private static final int ROUNDS = 20;
    private static final int ANSWER_WITHIN_MILLIS = 60_000;
    private static final int EXIT_WITHIN_SECONDS = 300;

    private static final String TENANT = "00000000-0000-4000-8000-000000000001";
    private static final String AUDIENCE = "00000000-0000-4000-8000-000000000002";
    private static final String GROUP = "00000000-0000-4000-8000-000000000003";
    private static final String PERSON = "00000000-0000-4000-8000-000000000004";
    private static final String DATABASE = "projects/rehearsal/databases/(default)";
    private static final String DOCUMENTS = DATABASE + "/documents";

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final byte[] PREFACE = text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private Rehearsal() {}

    public static void main(String[] jvm) throws Exception {
        KeyPair key = newKey();
        Path directory = Files.createTempDirectory("rehearsal");
        int port = freePort();
        int adminPort = freePort();
        try (ServerSocket firestore = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answerAll(firestore));
            configure(directory, port, adminPort, firestore.getLocalPort(), key);
            List<String> command = new ArrayList<>(List.of(jvm));
            command.addAll(List.of("run", "--config", directory.resolve("gateway.yaml").toString()));
            Process gateway = new ProcessBuilder(command).inheritIO().start();
            try {
                awaitReady(adminPort, gateway);
                for (int i = 0; i < ROUNDS; i++) {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        callEach(socket, token(key));
                    }
                }
                // SIGTERM; the JVM writes the cache on its way out.
                gateway.destroy();
                if (!gateway.waitFor(EXIT_WITHIN_SECONDS, TimeUnit.SECONDS) || gateway.exitValue() != 0) {
                    throw new IllegalStateException("the gateway did not stop as it should");
                }
            } finally {
                gateway.destroyForcibly();
            }
        }
    }

    private static void callEach(Socket socket, String token) throws IOException {
        socket.setSoTimeout(ANSWER_WITHIN_MILLIS);
        OutputStream out = socket.getOutputStream();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        out.write(PREFACE);
        writeFrame(out, SETTINGS, 0, 0, new byte[0]);
        byte[] get = field(1, text(DOCUMENTS + "/seen/d"));
        byte[] getOther = field(1, text(DOCUMENTS + "/unseen/d"));
        byte[] query = join(field(1, text(DOCUMENTS)), field(2, field(2, field(2, text("seen")))));
        byte[] commit = join(field(1, text(DATABASE)), field(2, field(1, field(1, text(DOCUMENTS + "/seen/d")))));
        expect(true, ask(in, out, 1, "GetDocument", token, get));
        expect(false, ask(in, out, 3, "GetDocument", token, getOther));
        expect(false, ask(in, out, 5, "GetDocument", "", get));
        expect(true, ask(in, out, 7, "RunQuery", token, query));
        expect(true, ask(in, out, 9, "Commit", token, commit));
    }

    private static void expect(boolean message, boolean got) {
        if (message != got) {
            throw new IllegalStateException(message ? "a permitted call was refused" : "a call was not refused");
        }
    }

    /** One call; true when a message came back. */
    private static boolean ask(DataInputStream in, OutputStream out, int stream, String rpc, String token, byte[] message)
            throws IOException {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        header(headers, ":method", "POST");
        header(headers, ":scheme", "http");
        header(headers, ":path", "/google.firestore.v1.Firestore/" + rpc);
        header(headers, ":authority", "127.0.0.1");
        header(headers, "te", "trailers");
        header(headers, "content-type", "application/grpc");
        if (!token.isEmpty()) {
            header(headers, "authorization", "Bearer " + token);
        }
        writeFrame(out, HEADERS, END_HEADERS, stream, headers.toByteArray());
        writeFrame(out, DATA, END_STREAM, stream, grpc(message));
        boolean answered = false;
        while (true) {
            Frame frame = readFrame(in);
            answer(out, frame);
            if (frame.type == GOAWAY) {
                throw new IllegalStateException("the gateway closed the connection");
            }
            if (frame.stream == stream) {
                answered |= frame.type == DATA && frame.payload.length > 0;
                // RST_STREAM after a refusal ends it as well.
                if (frame.type == 3 || (frame.type <= HEADERS && (frame.flags & END_STREAM) != 0)) {
                    return answered;
                }
            }
        }
    }

    private static void answerAll(ServerSocket firestore) {
        while (true) {
            try {
                Socket socket = firestore.accept();
                Thread.ofPlatform().daemon().start(() -> answerConnection(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** An empty message and status OK for every request. */
    private static void answerConnection(Socket accepted) {
        try (Socket socket = accepted) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            in.readFully(new byte[PREFACE.length]);
            writeFrame(out, SETTINGS, 0, 0, new byte[0]);
            while (true) {
                Frame frame = readFrame(in);
                answer(out, frame);
                if (frame.type == DATA && (frame.flags & END_STREAM) != 0) {
                    ByteArrayOutputStream headers = new ByteArrayOutputStream();
                    header(headers, ":status", "200");
                    header(headers, "content-type", "application/grpc");
                    ByteArrayOutputStream trailers = new ByteArrayOutputStream();
                    header(trailers, "grpc-status", "0");
                    writeFrame(out, HEADERS, END_HEADERS, frame.stream, headers.toByteArray());
                    writeFrame(out, DATA, 0, frame.stream, grpc(new byte[0]));
                    writeFrame(out, HEADERS, END_HEADERS | END_STREAM, frame.stream, trailers.toByteArray());
                }
            }
        } catch (EOFException | SocketException gone) {
            // The gateway hung up, as it may.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Frame(int type, int flags, int stream, byte[] payload) {}

    private static Frame readFrame(DataInputStream in) throws IOException {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[lengthAndType >>> 8];
        in.readFully(payload);
        return new Frame(lengthAndType & 0xff, flags, stream, payload);
    }

    /** What the protocol demands an answer to. */
    private static void answer(OutputStream out, Frame frame) throws IOException {
        if ((frame.type == SETTINGS || frame.type == PING) && frame.flags == 0) {
            writeFrame(out, frame.type, ACK, 0, frame.type == PING ? frame.payload : new byte[0]);
        }
    }

    private static void writeFrame(OutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
        out.write(frame.array());
        out.flush();
    }

    /** HPACK: literal without indexing, new name, no Huffman coding (RFC 7541 section 6.2.2). */
    private static void header(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        for (String text : List.of(name, value)) {
            int length = text.length();
            if (length < 127) {
                out.write(length);
            } else {
                out.write(127);
                out.writeBytes(varint(length - 127));
            }
            out.writeBytes(text(text));
        }
    }

    private static byte[] grpc(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** A length-delimited protobuf field. */
    private static byte[] field(int number, byte[] value) {
        return join(new byte[] {(byte) (number << 3 | 2)}, varint(value.length), value);
    }

    private static byte[] varint(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        for (; rest > 127; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void awaitReady(int adminPort, Process gateway) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + "/readyz");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_WITHIN_MILLIS);
        while (!gateway.waitFor(20, TimeUnit.MILLISECONDS)) {
            try {
                HttpURLConnection probe = (HttpURLConnection) uri.toURL().openConnection();
                if (probe.getResponseCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not yet.
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the gateway is not ready after " + ANSWER_WITHIN_MILLIS + " ms");
            }
        }
        throw new IllegalStateException("the gateway ended with code " + gateway.exitValue());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static KeyPair newKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String token(KeyPair key) {
        long now = Instant.now().getEpochSecond();
        String claims = """
                {"aud":"%s","iss":"https://login.microsoftonline.com/%s/v2.0","iat":%d,"nbf":%d,"exp":%d,"azp":"%s",\
                "azpacr":"1","oid":"%s","sub":"%s","tid":"%s","ver":"2.0","scp":"Data.Access","groups":["%s"],"uti":"%d"}"""
                .formatted(
                        AUDIENCE, TENANT, now, now, now + 3600, PERSON, PERSON, PERSON, TENANT, GROUP, System.nanoTime());
        String signed = encode(text("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"rehearsal\"}")) + "." + encode(text(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.getPrivate());
            signature.update(text(signed));
            return signed + "." + encode(signature.sign());
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String encode(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return encode(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static void configure(Path directory, int port, int adminPort, int firestorePort, KeyPair key)
            throws IOException {
        RSAPublicKey published = (RSAPublicKey) key.getPublic();
        Files.writeString(directory.resolve("jwks.json"), """
                {"keys":[{"kty":"RSA","use":"sig","kid":"rehearsal","issuer":"https://login.microsoftonline.com/%s/v2.0",\
                "n":"%s","e":"%s"}]}
                """.formatted(TENANT, encode(published.getModulus()), encode(published.getPublicExponent())));
        Files.createDirectory(directory.resolve("policy"));
        Files.writeString(directory.resolve("policy").resolve("rehearsal.yaml"), """
                version: 1
                tiers:
                  everyone:
                    databases: ["rehearsal/(default)"]
                    credential: local
                    rules:
                      - { id: seen, path: "/seen/{d}", allow: [read, write] }
                bindings:
                  - tier: everyone
                    groups: [%s]
                """.formatted(GROUP));
        Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: [ { address: "127.0.0.1:%d" } ]
                admin: { address: "127.0.0.1:%d" }
                tenants:
                  - id: %s
                    audiences: [%s]
                    scope: Data.Access
                    keys: { file: jwks.json }
                upstream: { emulator: "127.0.0.1:%d" }
                credentials: { local: { kind: emulator } }
                policy: { dir: policy }
                audit: { file: audit.jsonl }
                """.formatted(port, adminPort, TENANT, AUDIENCE, firestorePort));
    }
}
