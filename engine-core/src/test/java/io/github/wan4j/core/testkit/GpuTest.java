package io.github.wan4j.core.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs a GPU. Where none can be used it is skipped and the reason printed; with
 * {@code -Dwan4j.test.require=gpu} it fails instead. The default build leaves the tag {@code gpu} out.
 */
@Tag("gpu")
@ExtendWith(GpuCondition.class)
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface GpuTest {
    /** How many GPUs it takes. */
    int devices() default 1;
}
