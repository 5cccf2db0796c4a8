package io.github.wan4j.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that ends with more native objects than it began with. */
public final class NoTensorLeaks implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace KEY = ExtensionContext.Namespace.create(NoTensorLeaks.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(KEY).put("count", Pointer.totalCount());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Long before = context.getStore(KEY).get("count", Long.class);
        assertThat(before).isNotNull();
        assertThat(Pointer.totalCount() - before)
                .as("native objects leaked")
                .isNotPositive(); // the collector may free what no test holds any more, class loading included
    }
}
