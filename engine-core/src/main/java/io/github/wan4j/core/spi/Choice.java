package io.github.wan4j.core.spi;

/**
 * One thing that a device runs with: its name and value as users write them ({@code attention}, {@code cudnn}), and the reason
 * in a few words.
 */
public record Choice(String name, String value, String why) {}
