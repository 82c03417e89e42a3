package io.firegate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the existence of documents in a collection and below it is no secret. */
class OpensTest {
    private static final PolicySnapshot SNAPSHOT = compile("""
            version: 1
            tiers:
              all:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: all, path: "/{x=**}", allow: [read, collections] }
              several:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: users, path: "/users/{u}/{x=**}", allow: [read], history: true }
                  - { id: vitals, path: "/{x=**}/vitals/{v}", allow: [read] }
                  - { id: one, path: "/logs/{l}", allow: [read] }
                  - { id: gets, path: "/gets/{g}/{x=**}", allow: [get] }
                  - { id: lists, path: "/lists/{g}/{x=**}", allow: [list] }
                  - { id: split-get, path: "/split/{g}/{x=**}", allow: [get] }
                  - { id: split-list, path: "/split/{h}/{y=**}", allow: [list] }
                  - { id: boxes, path: "/boxes/{b}/{x=**}", allow: [read] }
                  - { id: box-items, path: "/boxes/{b}/items/{i}", allow: [read] }
                  - { id: halls, path: "/halls/{h}/{x=**}", allow: [read] }
                  - { id: hall-one, path: "/halls/one/doors/{d}", allow: [get, list] }
                  - { id: below, path: "/deep/{d}/far/{f}/{x=**}", allow: [read] }
                  - { id: writes, path: "/boats/{b}/{x=**}", allow: [read] }
                  - { id: boat, path: "/boats/{b}/sails/{s}", allow: [update] }
                  - { id: sealed, path: "/vault/{v}/{x=**}", allow: [read] }
            bindings: []
            deny:
              paths: ["/vault/gold/bars/one", "/users/u/secret/{d}"]
            """);

    static PolicySnapshot compile(String text) {
        Compilation compilation = PolicyCompiler.compile(List.of(new PolicyFile("p.yaml", text.getBytes(UTF_8))), null);
        assertThat(compilation).as(compilation.toString()).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).snapshot();
    }

    @ParameterizedTest
    @CsvSource({
        // One rule for everything; what is denied is not part of it, nor is what lies around it.
        "all, '', other, false, true",
        "all, '', users, false, false",
        "all, users/u, other, false, true",
        "all, users/u, secret, false, false",
        "all, users/u/secret/s, x, false, true",
        "all, users/v, secret, false, true",
        "all, '', vault, false, false",
        "all, vault/gold, bars, false, false",
        "all, vault/gold, coins, false, true",
        "all, vault/gold/bars/two, marks, false, true",
        "all, vault/gold/bars/one, marks, false, true",
        "all, '', '', false, false",
        "all, other/o, '', false, true",
        // The past needs history: true.
        "all, '', other, true, false",
        // A path that is denied somewhere below; beside it, a rule that begins with ** has no say against one that does
        // not.
        "several, '', users, false, false",
        "several, users/v, notes, true, true",
        // A rule for the documents alone does not cover what is below them.
        "several, '', logs, false, false",
        "several, logs/l, x, false, false",
        // get alone, list alone, and both from two rules.
        "several, '', gets, false, false",
        "several, '', lists, false, false",
        "several, '', split, false, false",
        // A more specific rule, for all documents or for one, takes a part away.
        "several, '', boxes, false, false",
        "several, '', halls, false, false",
        "several, '', deep, false, false",
        // No tier of this name.
        "nobody, '', other, false, false",
    })
    void everythingInACollectionAndBelowIt(
            String tier, String parent, String collectionId, boolean history, boolean open) {
        assertThat(SNAPSHOT.opens(tier, ResourcePath.parse(parent).orElseThrow(), collectionId, history))
                .isEqualTo(open);
    }

    private static final PolicySnapshot PLAIN = compile("""
            version: 1
            tiers:
              plain:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: users, path: "/users/{u}/{x=**}", allow: [read], history: true }
                  - { id: boxes, path: "/boxes/{b}/{x=**}", allow: [read] }
                  - { id: box-items, path: "/boxes/{b}/items/{i}", allow: [read] }
                  - { id: halls, path: "/halls/{h}/{x=**}", allow: [read] }
                  - { id: hall-one, path: "/halls/one/doors/{d}", allow: [read] }
                  - { id: deep, path: "/deep/{d}/far/{f}/{x=**}", allow: [read] }
                  - { id: boats, path: "/boats/{b}/{x=**}", allow: [read] }
                  - { id: boat, path: "/boats/{b}/sails/{s}", allow: [update] }
                  - { id: rows, path: "/rows/{r}/{x=**}", allow: [read], where: doc.open == true }
                  - { id: columns, path: "/columns/{c}/{x=**}", allow: [read], fields: { hide: [ssn] } }
                  - { id: faces, path: "/faces/{f}/{x=**}", allow: [read], fields: { show: [name] } }
              tails:
                databases: ["p/d"]
                credential: c
                rules:
                  - { id: all, path: "/{x=**}", allow: [read] }
                  - { id: tail, path: "/{x=**}/a/{a}/b/{b}/c/{c}", allow: [read] }
            bindings: []
            """);

    @ParameterizedTest
    @CsvSource({
        "plain, '', users, false, true",
        "plain, '', users, true, true",
        "plain, users/u, notes, true, true",
        "plain, users/u, '', true, true",
        "plain, '', boxes, false, false",
        "plain, boxes/b, items, false, false",
        "plain, boxes/b, lids, false, true",
        "plain, boxes/b/items/i, lids, false, true",
        "plain, boxes/b, lids, true, false",
        "plain, '', halls, false, false",
        "plain, halls/one, doors, false, false",
        "plain, halls/one, walls, false, true",
        "plain, halls/two, doors, false, true",
        "plain, halls/two, '', false, true",
        "plain, halls/one, '', false, false",
        "plain, '', deep, false, false",
        "plain, deep/d, far, false, true",
        "plain, deep/d, near, false, false",
        // A rule that grants neither get nor list has no say.
        "plain, '', boats, false, true",
        // Of rows or fields that are kept back nobody knows whether they are all.
        "plain, '', rows, false, false",
        "plain, rows/r, x, false, false",
        "plain, '', columns, false, false",
        "plain, '', faces, false, false",
        // Far below a long parent another rule decides.
        "tails, '', z, false, false",
        "tails, u/1/v/2/w/3, z, false, false",
        "tails, '', a, false, false",
    })
    void withoutDeniedPaths(String tier, String parent, String collectionId, boolean history, boolean open) {
        assertThat(PLAIN.opens(tier, ResourcePath.parse(parent).orElseThrow(), collectionId, history))
                .isEqualTo(open);
    }
}
