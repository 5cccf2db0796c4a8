/** What an engine is set up with and what it can fail with. Start here with {@code EngineConfig}. */
@NullMarked
package io.github.wan4j.core;

import org.jspecify.annotations.NullMarked;
