package io.firegate.policy.fuzz;

import java.util.List;
import java.util.Random;

/** Texts that are nearly right: one of some, with a few pieces taken out, doubled, exchanged, or put in from a dictionary. */
final class Mutations {
    private final List<String> texts;
    private final List<String> dictionary;

    Mutations(List<String> texts, List<String> dictionary) {
        this.texts = texts;
        this.dictionary = dictionary;
    }

    String next(Random random) {
        StringBuilder text = new StringBuilder(texts.get(random.nextInt(texts.size())));
        for (int times = random.nextInt(6); times > 0; times--) {
            int at = random.nextInt(text.length() + 1);
            int to = Math.min(text.length(), at + random.nextInt(random.nextInt(8) == 0 ? 200 : 12));
            String piece = text.substring(at, to);
            switch (random.nextInt(6)) {
                case 0 -> text.delete(at, to);
                case 1 -> text.insert(at, piece);
                case 2 -> text.insert(random.nextInt(text.length() + 1), piece);
                case 3 -> text.insert(at, dictionary.get(random.nextInt(dictionary.size())));
                case 4 -> text.replace(at, to, dictionary.get(random.nextInt(dictionary.size())));
                default -> {
                    String other = texts.get(random.nextInt(texts.size()));
                    int from = random.nextInt(other.length() + 1);
                    text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(80)));
                }
            }
        }
        return text.toString();
    }
}
