package io.github.wan4j.models.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Repairs UTF-8 that was read as Latin-1 or Windows-1252, also several times over. Text is touched only where it decodes as
 * UTF-8 <em>and</em> would be implausible otherwise: {@code CAFÉ™} could be read as an odd letter, but means what it says.
 */
final class Mojibake {
    private Mojibake() {}

    static String repair(String line) {
        String text = line;
        while (true) {
            String repaired = repairOnce(text);
            if (repaired.equals(text)) {
                return text;
            }
            text = repaired;
        }
    }

    /** If all of the text decodes, one implausible place is evidence for all of it; otherwise each run stands for itself. */
    private static String repairOnce(String text) {
        List<Garble> garbles = garbles(text);
        if (Windows1252.isOneEncoding(text) && coverAll(garbles, text)) {
            return anyImplausible(garbles, text) ? decode(garbles, text) : text;
        }
        garbles.removeIf(Garble::isLossy);
        List<Garble> repairable = new ArrayList<>();
        for (List<Garble> run : runs(garbles)) {
            if (!followsGarbage(text, run.get(0).start()) && anyImplausible(run, text)) {
                repairable.addAll(run);
            }
        }
        return decode(repairable, text);
    }

    private static List<Garble> garbles(String text) {
        List<Garble> garbles = new ArrayList<>();
        for (int i = 0; i < text.length(); ) {
            Garble garble = Garble.at(text, i);
            if (garble == null) {
                i++;
            } else {
                garbles.add(garble);
                i = garble.end();
            }
        }
        return garbles;
    }

    private static List<List<Garble>> runs(List<Garble> garbles) {
        List<List<Garble>> runs = new ArrayList<>();
        int previousEnd = -1;
        for (Garble garble : garbles) {
            if (garble.start() != previousEnd) {
                runs.add(new ArrayList<>());
            }
            runs.get(runs.size() - 1).add(garble);
            previousEnd = garble.end();
        }
        return runs;
    }

    /** Whether outside of the garbles there is only ASCII and what an earlier decoder could not read. */
    private static boolean coverAll(List<Garble> garbles, String text) {
        int from = 0;
        for (Garble garble : garbles) {
            if (!isPlain(text, from, garble.start())) {
                return false;
            }
            from = garble.end();
        }
        return isPlain(text, from, text.length());
    }

    private static boolean isPlain(String text, int from, int to) {
        return text.substring(from, to).chars().allMatch(c -> c < 0x80 || c == Garble.LOST);
    }

    private static boolean anyImplausible(List<Garble> garbles, String text) {
        for (int i = 0; i < garbles.size(); i++) {
            Garble garble = garbles.get(i);
            if (garble.isImplausible(text) || (i > 0 && garble.isDenselyAfter(garbles.get(i - 1), text))) {
                return true;
            }
        }
        return false;
    }

    /** In a larger garble that does not decode, repairing a few characters would only hide the rest. */
    private static boolean followsGarbage(String text, int start) {
        return start > 0
                && Symbols.isContinuation(text.charAt(start - 1))
                && !Symbols.QUIET.has(text.charAt(start - 1));
    }

    private static String decode(List<Garble> garbles, String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        int from = 0;
        for (Garble garble : garbles) {
            decoded.append(text, from, garble.start()).append(garble.decoded());
            from = garble.end();
        }
        return decoded.append(text, from, text.length()).toString();
    }
}
