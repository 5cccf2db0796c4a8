/** What tests of this and of the other modules share; published as the test-jar of engine-core. */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.testkit;
