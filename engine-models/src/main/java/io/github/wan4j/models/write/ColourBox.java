package io.github.wan4j.models.write;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** Some cells that are to share one colour, their mean. */
final class ColourBox {
    private final ColourCells cells;
    private final int[] members;
    private final double weight;
    private final double[] mean = new double[3];
    /** Sum over the pixels of the squared distance to the mean, by channel. */
    private final double[] error = new double[3];

    private ColourBox(ColourCells cells, int[] members) {
        this.cells = cells;
        this.members = members;
        weight = Arrays.stream(members).mapToDouble(cells::pixels).sum();
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0;
            double squares = 0;
            for (int cell : members) {
                double value = cells.mean(cell, channel);
                sum += cells.pixels(cell) * value;
                squares += cells.pixels(cell) * value * value;
            }
            mean[channel] = sum / weight;
            error[channel] = squares - sum * sum / weight;
        }
    }

    /** Splits the box of the largest error until there are enough or every cell has a box (Wu). */
    static List<ColourBox> divide(ColourCells cells, int most) {
        Comparator<ColourBox> worstFirst =
                Comparator.comparingDouble(ColourBox::error).reversed();
        PriorityQueue<ColourBox> open = new PriorityQueue<>(worstFirst);
        List<ColourBox> whole = new ArrayList<>();
        open.add(new ColourBox(cells, IntStream.range(0, cells.count()).toArray()));
        while (!open.isEmpty() && open.size() + whole.size() < most) {
            ColourBox worst = open.remove();
            if (worst.members.length == 1) {
                whole.add(worst);
            } else {
                open.addAll(worst.split());
            }
        }
        whole.addAll(open);
        return whole;
    }

    double mean(int channel) {
        return mean[channel];
    }

    private double error() {
        return members.length == 1 ? 0 : error[0] + error[1] + error[2];
    }

    /** Cuts across the channel of the largest error where the two parts' errors in it add up to the least. */
    private List<ColourBox> split() {
        int channel = error[0] > error[1] ? (error[0] > error[2] ? 0 : 2) : (error[1] > error[2] ? 1 : 2);
        int[] sorted = sorted(channel);
        double left = 0;
        double sum = 0;
        int cut = 1;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < sorted.length - 1; i++) {
            left += cells.pixels(sorted[i]);
            sum += cells.pixels(sorted[i]) * (cells.mean(sorted[i], channel) - mean[channel]);
            double gain =
                    sum * sum / left + sum * sum / (weight - left); // error between the parts, which the cut removes
            if (gain > best) {
                best = gain;
                cut = i + 1;
            }
        }
        return List.of(
                new ColourBox(cells, Arrays.copyOf(sorted, cut)),
                new ColourBox(cells, Arrays.copyOfRange(sorted, cut, sorted.length)));
    }

    private int[] sorted(int channel) {
        // a float that is not negative sorts as its bits do
        return Arrays.stream(members)
                .mapToLong(cell -> (long) Float.floatToIntBits(cells.mean(cell, channel)) << 32 | cell)
                .sorted()
                .mapToInt(key -> (int) key)
                .toArray();
    }
}
