package io.github.wan4j;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A prompt of the grammar that the mini models know, of a shape that moves, and what its video must show. */
record Scene(String colour, String shape, String direction, String background) {
    private static final List<String> COLOURS = List.of("red", "green", "blue", "yellow", "purple", "orange");
    private static final List<String> SHAPES = List.of("circle", "square", "triangle");
    private static final List<String> DIRECTIONS = List.of("left", "right", "up", "down");
    private static final List<String> BACKGROUNDS = List.of("black", "gray", "white");

    /** Share of the width that the shape must travel, and may stray. */
    private static final double TRAVEL = 0.2;

    private static final double STRAY = 0.1;

    private static final Map<String, Integer> RGB = Map.of(
            "red", 0xE02828,
            "green", 0x28B428,
            "blue", 0x2850E6,
            "yellow", 0xF0DC28,
            "purple", 0xA03CC8,
            "orange", 0xF58C1E);

    /** {@code count} scenes with all colours, shapes, directions and backgrounds among them. */
    static List<Scene> draw(long seed, int count) {
        Random random = new Random(seed);
        List<List<String>> columns = new ArrayList<>();
        for (List<String> words : List.of(COLOURS, SHAPES, DIRECTIONS, BACKGROUNDS)) {
            List<String> column = new ArrayList<>();
            while (column.size() < count) {
                List<String> round = new ArrayList<>(words);
                Collections.shuffle(round, random);
                column.addAll(round);
            }
            columns.add(column);
        }
        List<Scene> scenes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            scenes.add(new Scene(
                    columns.get(0).get(i),
                    columns.get(1).get(i),
                    columns.get(2).get(i),
                    columns.get(3).get(i)));
        }
        return scenes;
    }

    String prompt() {
        return "a " + colour + " " + shape + " moves " + direction + " on a " + background + " background";
    }

    /** What is wrong with a video of this scene; empty if nothing is. */
    List<String> faults(List<BufferedImage> frames) {
        List<String> faults = new ArrayList<>();
        Blob first = Blob.largest(frames.get(0));
        Blob middle = Blob.largest(frames.get(frames.size() / 2));
        Blob last = Blob.largest(frames.get(frames.size() - 1));
        if (!name(middle.rgb()).equals(colour)) {
            faults.add(
                    "the blob is " + name(middle.rgb()) + " " + Integer.toHexString(middle.rgb()) + ", not " + colour);
        }
        if (!backgroundName(middle.background()).equals(background)) {
            faults.add("the background is " + backgroundName(middle.background()) + ", not " + background);
        }
        double width = frames.get(0).getWidth();
        double dx = (last.x() - first.x()) / width;
        double dy = (last.y() - first.y()) / width;
        double along = switch (direction) {
            case "left" -> -dx;
            case "right" -> dx;
            case "up" -> -dy;
            default -> dy;
        };
        double across = direction.equals("left") || direction.equals("right") ? dy : dx;
        if (!(along >= TRAVEL) || !(Math.abs(across) <= STRAY)) {
            faults.add("it moves by " + dx + ", " + dy + " of the width, not " + direction);
        }
        return faults;
    }

    /** The colour word nearest by hue and lightness. */
    private static String name(int rgb) {
        return Collections.min(COLOURS, Comparator.comparingInt(word -> distance(rgb, RGB.getOrDefault(word, 0))));
    }

    private static int distance(int a, int b) {
        int red = (a >> 16 & 255) - (b >> 16 & 255);
        int green = (a >> 8 & 255) - (b >> 8 & 255);
        int blue = (a & 255) - (b & 255);
        return red * red + green * green + blue * blue;
    }

    private static String backgroundName(int grey) {
        return grey < 64 ? "black" : grey > 192 ? "white" : "gray";
    }
}
