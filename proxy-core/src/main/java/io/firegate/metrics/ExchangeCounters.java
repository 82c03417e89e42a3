package io.firegate.metrics;

import io.firegate.audit.OutcomeLine;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.method.FirestoreMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is counted for each request. Safe for any thread; every call is an array access and an addition, without allocation, because it
 * stands in the path of each request. Series that never happened are not shown.
 */
@SuppressWarnings("EnumOrdinal") // the numbers never leave the process: they are places in an array
public final class ExchangeCounters {
    private static final FirestoreMethod[] METHODS = FirestoreMethod.values();
    private static final GrpcStatus[] STATUSES = GrpcStatus.values();
    private static final OutcomeLine.Source[] SOURCES = OutcomeLine.Source.values();
    private static final TokenProblem[] TOKEN_PROBLEMS = TokenProblem.values();

    /** One more than there are: the last is for what is none. */
    private static final int METHOD_COUNT = METHODS.length + 1;

    private final LongAdder[] decisions = adders(METHOD_COUNT * Reasons.COUNT);
    private final LongAdder[] ends = adders(METHOD_COUNT * STATUSES.length * SOURCES.length);
    private final Latency[] whole = latencies();
    private final Latency[] upstream = latencies();
    private final LongAdder tokensGood = new LongAdder();
    private final LongAdder[] tokensBad = adders(TOKEN_PROBLEMS.length);

    /** A token was accepted. */
    public void tokenAccepted() {
        tokensGood.increment();
    }

    /**
     * A decision was made.
     *
     * @param method null when the path names none
     * @param reason the word of a closed vocabulary; null for a permit
     */
    public void decided(@Nullable FirestoreMethod method, @Nullable Enum<?> reason) {
        decisions[indexOf(method) * Reasons.COUNT + Reasons.indexOf(reason)].increment();
        if (reason instanceof TokenProblem) {
            tokensBad[reason.ordinal()].increment();
        }
    }

    /**
     * An exchange has ended.
     *
     * @param method null when the path names none
     * @param upstreamNanos since the request was forwarded; negative when it was not
     */
    public void ended(
            @Nullable FirestoreMethod method,
            GrpcStatus status,
            OutcomeLine.Source source,
            long wholeNanos,
            long upstreamNanos) {
        int index = indexOf(method);
        ends[(index * STATUSES.length + status.ordinal()) * SOURCES.length + source.ordinal()].increment();
        whole[index].took(wholeNanos);
        if (upstreamNanos >= 0) {
            upstream[index].took(upstreamNanos);
        }
    }

    List<Sample> decisions() {
        Map<List<String>, Long> sums = new TreeMap<>(Sample.LABELS_ORDER);
        for (int i = 0; i < decisions.length; i++) {
            long sum = decisions[i].sum();
            if (sum > 0) {
                int reason = i % Reasons.COUNT;
                sums.merge(
                        List.of(methodAt(i / Reasons.COUNT), Reasons.verdictOf(reason), Reasons.nameOf(reason)),
                        sum,
                        Long::sum);
            }
        }
        List<Sample> samples = new ArrayList<>();
        sums.forEach((labels, sum) -> samples.add(Sample.counted(labels, sum)));
        return samples;
    }

    List<Sample> ends() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < ends.length; i++) {
            long sum = ends[i].sum();
            if (sum > 0) {
                int pair = i / SOURCES.length;
                samples.add(Sample.counted(
                        List.of(
                                methodAt(pair / STATUSES.length),
                                STATUSES[pair % STATUSES.length].name(),
                                SOURCES[i % SOURCES.length].word()),
                        sum));
            }
        }
        return samples;
    }

    List<Sample> tokens() {
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.counted(List.of("OK"), tokensGood.sum()));
        for (TokenProblem problem : TOKEN_PROBLEMS) {
            long sum = tokensBad[problem.ordinal()].sum();
            if (sum > 0) {
                samples.add(Sample.counted(List.of(problem.name()), sum));
            }
        }
        return samples;
    }

    /** By method; the whole time of an exchange. */
    Map<String, Latency> wholeDurations() {
        return byMethod(whole);
    }

    /** By method; the upstream's part. */
    Map<String, Latency> upstreamDurations() {
        return byMethod(upstream);
    }

    private static Map<String, Latency> byMethod(Latency[] latencies) {
        Map<String, Latency> used = new TreeMap<>();
        for (int i = 0; i < latencies.length; i++) {
            if (latencies[i].seconds() > 0) {
                used.put(methodAt(i), latencies[i]);
            }
        }
        return used;
    }

    private static int indexOf(@Nullable FirestoreMethod method) {
        return method == null ? METHODS.length : method.ordinal();
    }

    private static String methodAt(int index) {
        return index == METHODS.length ? "other" : METHODS[index].rpcName();
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    private static Latency[] latencies() {
        Latency[] latencies = new Latency[METHOD_COUNT];
        for (int i = 0; i < latencies.length; i++) {
            latencies[i] = new Latency();
        }
        return latencies;
    }
}
