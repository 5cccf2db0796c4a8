package io.github.wan4j.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lets command lines written for the official {@code generate.py} run unchanged. */
final class OfficialNames {
    private static final String NO_MORE_OPTIONS = "--";
    private static final Map<String, String> OURS = Map.of(
            "--ckpt_dir", "--model",
            "--frame_num", "--frames",
            "--sample_steps", "--steps",
            "--sample_shift", "--shift",
            "--sample_guide_scale", "--guidance",
            "--sample_solver", "--solver",
            "--base_seed", "--seed",
            "--save_file", "--out");

    private OfficialNames() {}

    /** The same arguments in this command's words. */
    static String[] translate(String... arguments) {
        List<String> translated = new ArrayList<>();
        boolean options = true;
        for (String argument : arguments) {
            options = options && !argument.equals(NO_MORE_OPTIONS);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value = equals < 0 ? "" : argument.substring(equals);
            translated.add(options ? OURS.getOrDefault(name, name) + value : argument);
        }
        return translated.toArray(String[]::new);
    }
}
