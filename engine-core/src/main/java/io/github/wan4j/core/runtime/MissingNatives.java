package io.github.wan4j.core.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in one sentence what a failure to load a library means. */
final class MissingNatives {
    /** glibc's and musl's words for a dependency that is not there. */
    private static final Pattern NO_FILE = Pattern.compile(
            "(?:Error loading shared library )?([\\w.+-]+): (?:cannot open shared object file|No such file or directory)");

    private static final Pattern NO_GLUE = Pattern.compile("no (jni(\\w+)) in java\\.library\\.path");
    private static final Pattern NO_CLASS = Pattern.compile("org[./]bytedeco[./](\\w+)[./]\\S+");

    private MissingNatives() {}

    /** @param error a {@link LinkageError} or {@link TypeNotPresentException} */
    static String explain(Throwable error) {
        List<String> messages = messages(error);
        for (String message : messages) {
            Matcher file = NO_FILE.matcher(message);
            if (file.find()) {
                return library(file.group(1), message);
            }
        }
        for (String message : messages) {
            Matcher glue = NO_GLUE.matcher(message);
            if (glue.find() && !thereAfterAll(preset(glue.group(1)))) {
                return artifact(preset(glue.group(1)), glue.group(1));
            }
        }
        if (error instanceof NoClassDefFoundError || error instanceof TypeNotPresentException) {
            Matcher type = NO_CLASS.matcher(messages.get(messages.size() - 1));
            if (type.find() && !messages.get(0).startsWith("Could not initialize")) {
                return "class " + type.group().replace('/', '.') + " is missing: add "
                        + Artifacts.coordinates(type.group(1), "") + " to the class path, where it was looked for";
            }
        }
        return "the native libraries of libtorch cannot be loaded: " + messages.get(0);
    }

    /** The first lines, the deepest cause first. */
    private static List<String> messages(Throwable error) {
        List<String> messages = new ArrayList<>();
        for (Throwable t = error; t != null; t = t.getCause()) {
            messages.add(String.valueOf(t.getMessage()).lines().findFirst().orElse(t.toString()));
        }
        Collections.reverse(messages);
        return messages;
    }

    private static String library(String name, String message) {
        int end = message.indexOf(": " + name);
        String missing = end > 0 ? name + ", which " + message.substring(0, end) + " needs," : name;
        if (name.startsWith("libopenblas")) {
            return artifact("openblas", missing);
        }
        if (name.startsWith("libtorch") || name.startsWith("libc10") || name.startsWith("libgomp")) {
            return artifact("pytorch", missing);
        }
        return "the system library " + missing
                + " is missing: install it; it was looked for beside that library, in LD_LIBRARY_PATH and in the system's folders";
    }

    private static String preset(String glue) {
        if (glue.startsWith("jnitorch")) {
            return "pytorch";
        }
        return glue.startsWith("jniopenblas") ? "openblas" : glue.substring("jni".length());
    }

    /** JavaCPP says that a library is nowhere when it is there and the system refused it; the cause says why. */
    private static boolean thereAfterAll(String preset) {
        return Artifacts.nativesOnClassPath(preset, "") || Artifacts.nativesOnClassPath(preset, "-gpu");
    }

    private static String artifact(String artifact, String missing) {
        String platform = Artifacts.platform();
        return missing + " is missing: add " + Artifacts.coordinates(artifact, platform)
                + " to the class path; it was looked for there in " + Artifacts.folder(artifact, "")
                + " and in java.library.path (" + System.getProperty("java.library.path", "") + ")";
    }
}
