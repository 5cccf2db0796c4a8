package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MissingNativesTest {
    @Test
    void namesASystemLibraryThatALibraryNeeds() {
        LinkageError error = caused(
                "no jnitorch in java.library.path: /usr/lib",
                "/home/ann/.javacpp/libjnitorch.so: libstdc++.so.6: cannot open shared object file: No such file or directory");
        assertThat(MissingNatives.explain(error))
                .startsWith(
                        "the system library libstdc++.so.6, which /home/ann/.javacpp/libjnitorch.so needs, is missing:")
                .contains("LD_LIBRARY_PATH");
    }

    @Test
    void knowsMuslsWordsToo() {
        LinkageError error = caused(
                "no jnijavacpp in java.library.path: /usr/lib",
                "/root/libjnijavacpp.so: Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by x)");
        assertThat(MissingNatives.explain(error)).startsWith("the system library ld-linux-x86-64.so.2 is missing");
    }

    @Test
    void knowsWhichLibrariesComeInAnArtifact() {
        LinkageError error = caused(
                "no jnitorch in java.library.path: /usr/lib",
                "/x/libjnitorch.so: libopenblas.so.0: cannot open shared object file: No such file or directory");
        assertThat(MissingNatives.explain(error))
                .startsWith("libopenblas.so.0, which /x/libjnitorch.so needs, is missing: add org.bytedeco:openblas:");
    }

    @Test
    void repeatsWhatItDoesNotUnderstand() {
        LinkageError error = caused(
                "no jnitorch in java.library.path: /usr/lib",
                "/x/libjnitorch.so: /lib/libc.so.6: version `GLIBC_2.34' not found (required by /x/libjnitorch.so)\nmore");
        assertThat(MissingNatives.explain(error))
                .isEqualTo(
                        "the native libraries of libtorch cannot be loaded: /x/libjnitorch.so: /lib/libc.so.6: version "
                                + "`GLIBC_2.34' not found (required by /x/libjnitorch.so)");
    }

    private static LinkageError caused(String message, String cause) {
        LinkageError error = new UnsatisfiedLinkError(message);
        error.initCause(new UnsatisfiedLinkError(cause));
        return error;
    }
}
