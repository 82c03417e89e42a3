package io.firegate.firestore.enforce;

import org.jspecify.annotations.Nullable;

/** Lets every message out as it came, and keeps back the words of an error. Remembers nothing, so one is enough. */
final class WordlessEnd extends AnswerExaminer {
    static final AnswerExaminer EXAMINER = new WordlessEnd();

    private WordlessEnd() {}

    @Override
    public boolean leavesUntouched() {
        return true;
    }

    @Override
    public Examined examine(byte[] message) {
        return new Examined.Send(message);
    }

    @Override
    public @Nullable AnswerEnd end(int status, String text) {
        return AnswerEnd.withoutWords(status, text);
    }
}
