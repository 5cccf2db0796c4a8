package io.github.wan4j.video;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What video is wanted. Whatever is left unset takes the model's default. Immutable; two requests are equal when they ask
 * for the same video, whoever listens.
 */
public final class VideoRequest {
    private final Asked set;

    private VideoRequest(Asked set) {
        this.set = set;
    }

    public static Builder builder(String prompt) {
        return new Builder().prompt(prompt);
    }

    public static Builder builder(EncodedPrompt prompt) {
        return new Builder().prompt(prompt);
    }

    public Builder toBuilder() {
        return new Builder(new Asked(set));
    }

    /** The text; empty when an encoded prompt was given alone. */
    public Optional<String> prompt() {
        return Optional.ofNullable(set.prompt);
    }

    /** Takes the place of the text, which then is kept for the records only. */
    public Optional<EncodedPrompt> encodedPrompt() {
        return Optional.ofNullable(set.encodedPrompt);
    }

    public Optional<String> negativePrompt() {
        return Optional.ofNullable(set.negativePrompt);
    }

    /** Takes the place of the negative text. */
    public Optional<EncodedPrompt> encodedNegativePrompt() {
        return Optional.ofNullable(set.encodedNegativePrompt);
    }

    public Optional<Path> imageFile() {
        return Optional.ofNullable(set.imageFile);
    }

    /** A copy of the image given. */
    public Optional<BufferedImage> image() {
        return Optional.ofNullable(set.image).map(Picture::toImage);
    }

    /** The image as the model's autoencoder has encoded it, [C, 1, h, w]. */
    public Optional<Latents> firstFrame() {
        return Optional.ofNullable(set.firstFrame);
    }

    /** Whether the video is to begin with an image, in whichever form. */
    public boolean hasImage() {
        return set.imageFile != null || set.image != null || set.firstFrame != null;
    }

    public Optional<Size> size() {
        return set.width == null || set.height == null
                ? Optional.empty()
                : Optional.of(new Size(set.width, set.height));
    }

    public OptionalInt frames() {
        return set.frames == null ? OptionalInt.empty() : OptionalInt.of(set.frames);
    }

    public OptionalDouble seconds() {
        return optional(set.seconds);
    }

    public OptionalInt steps() {
        return set.steps == null ? OptionalInt.empty() : OptionalInt.of(set.steps);
    }

    public OptionalDouble shift() {
        return optional(set.shift);
    }

    public Optional<Guidance> guidance() {
        return Optional.ofNullable(set.guidance);
    }

    public Optional<Solver> solver() {
        return Optional.ofNullable(set.solver);
    }

    public OptionalLong seed() {
        return set.seed == null ? OptionalLong.empty() : OptionalLong.of(set.seed);
    }

    /** The latents that sampling begins with, [C, T, h, w], in place of those that the seed gives. */
    public Optional<Latents> noise() {
        return Optional.ofNullable(set.noise);
    }

    /** What the run may leave out or make cheaper. */
    public Shortcuts shortcuts() {
        return set.shortcuts;
    }

    /** What time and quality may choose, in the place of tier and steps. */
    public Wish wish() {
        return set.wish;
    }

    /** After how many steps the listener sees a preview; empty: never. */
    public OptionalInt previewEvery() {
        return set.previewEvery == null ? OptionalInt.empty() : OptionalInt.of(set.previewEvery);
    }

    public Optional<ProgressListener> listener() {
        return Optional.ofNullable(set.listener);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VideoRequest that && set.values().equals(that.set.values());
    }

    @Override
    public int hashCode() {
        return set.values().hashCode();
    }

    @Override
    public String toString() {
        return "video of " + prompt().map(text -> "\"" + text + "\"").orElse("an encoded prompt");
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Gathers a request; {@link #build} reports everything that is wrong with it at once. */
    public static final class Builder {
        private final Asked set;

        private Builder() {
            this(new Asked());
        }

        /** Has the values to itself. */
        private Builder(Asked set) {
            this.set = set;
        }

        public Builder prompt(String text) {
            set.prompt = text;
            return this;
        }

        /** Saves encoding; the text, if there is one, is kept for the records only. */
        public Builder prompt(EncodedPrompt encoded) {
            set.encodedPrompt = encoded;
            return this;
        }

        /** What the video should not look like; the empty text is truly empty. */
        public Builder negativePrompt(String text) {
            set.negativePrompt = text;
            return this;
        }

        public Builder negativePrompt(EncodedPrompt encoded) {
            set.encodedNegativePrompt = encoded;
            return this;
        }

        /** The first frame as a PNG or JPEG file, read when the job runs. */
        public Builder image(Path file) {
            set.imageFile = file;
            return this;
        }

        /** The first frame; the image is copied. */
        public Builder image(BufferedImage picture) {
            set.image = new Picture(picture);
            return this;
        }

        /** The first frame as latents [C, 1, h, w]. */
        public Builder firstFrame(Latents latents) {
            set.firstFrame = latents;
            return this;
        }

        /** In pixels; with an image only the area counts. */
        public Builder size(int newWidth, int newHeight) {
            set.width = newWidth;
            set.height = newHeight;
            return this;
        }

        public Builder frames(int count) {
            set.frames = count;
            return this;
        }

        /** The length instead of the number of frames. */
        public Builder seconds(double length) {
            set.seconds = length;
            return this;
        }

        public Builder steps(int count) {
            set.steps = count;
            return this;
        }

        /** How strongly the noise levels are shifted upwards. */
        public Builder shift(double value) {
            set.shift = value;
            return this;
        }

        public Builder guidance(double both) {
            return guidance(both, both);
        }

        /** One for each expert of a model that has two. */
        public Builder guidance(double low, double high) {
            set.guidance = new Guidance(low, high);
            return this;
        }

        public Builder solver(Solver value) {
            set.solver = value;
            return this;
        }

        public Builder seed(long value) {
            set.seed = value;
            return this;
        }

        /** Draws a seed now: the request has it, and every job of this request uses the same. */
        public Builder randomSeed() {
            return seed(new SecureRandom().nextInt() & 0xffff_ffffL);
        }

        /** The latents [C, T, h, w] to begin with, in place of those that the seed gives. */
        public Builder noise(Latents latents) {
            set.noise = latents;
            return this;
        }

        public Builder tier(Tier value) {
            set.shortcuts = set.shortcuts.withTier(value);
            return this;
        }

        /** Which steps reuse what an earlier one computed; takes the place of the tier's own choice. */
        public Builder cache(CachePolicy value) {
            set.shortcuts = set.shortcuts.withCache(value);
            return this;
        }

        /** The negative prompt takes part in these steps only, counted from 1, both ends included. */
        public Builder guidanceInterval(int first, int last) {
            set.shortcuts = set.shortcuts.withGuidance(new Shortcuts.Interval(first, last));
            return this;
        }

        /** How many times fewer passes are wished for; the plan finds what to reuse. */
        public Builder speedup(double factor) {
            set.shortcuts = set.shortcuts.withSpeedup(factor);
            return this;
        }

        /** Whether both prompts go through the transformer in one forward; the plan decides where this is not called. */
        public Builder batchGuidance(boolean value) {
            set.shortcuts = set.shortcuts.withBatchGuidance(value);
            return this;
        }

        /** Refuse what cannot be met, instead of stepping down. */
        public Builder strict(boolean value) {
            set.shortcuts = set.shortcuts.withStrict(value);
            return this;
        }

        /** The longest that the job may take, loading included: the plan chooses tier and steps. */
        public Builder within(Duration time) {
            set.wish = set.wish.within(time);
            return this;
        }

        /** The least PSNR to the tier EXACT, in dB, as it was measured: the plan chooses tier and steps. */
        public Builder minQuality(double decibels) {
            set.wish = set.wish.minQuality(decibels);
            return this;
        }

        public Builder listener(ProgressListener value) {
            set.listener = value;
            return this;
        }

        /** Shows the listener what the video is becoming: every so many steps, and after the last. */
        public Builder previewEvery(int steps) {
            set.previewEvery = steps;
            return this;
        }

        /** Checks what can be checked without a model. */
        public VideoRequest build() {
            return build(request -> List.of());
        }

        /**
         * Checks also against a model, so that a caller hears of all problems at once. The check sees the request
         * without the settings that are wrong already.
         */
        public VideoRequest build(Function<VideoRequest, List<String>> check) {
            Asked valid = new Asked(set);
            List<String> problems = RequestForm.dropInvalid(valid);
            problems.addAll(check.apply(new VideoRequest(valid)));
            if (!problems.isEmpty()) {
                throw new InvalidRequestException(problems);
            }
            return new VideoRequest(valid);
        }
    }
}
