package io.github.wan4j.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lets command lines written for the official {@code generate.py} run unchanged. */
final class OfficialNames {
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
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value = equals < 0 ? "" : argument.substring(equals);
            translated.add(OURS.getOrDefault(name, name) + value);
        }
        return translated.toArray(String[]::new);
    }
}
