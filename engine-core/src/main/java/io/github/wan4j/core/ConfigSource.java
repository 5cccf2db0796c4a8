package io.github.wan4j.core;

import java.util.HashMap;
import java.util.Map;

/** Where settings come from beside the builder: system properties and environment variables. */
public record ConfigSource(Map<String, String> properties, Map<String, String> environment) {
    public ConfigSource {
        properties = Map.copyOf(properties);
        environment = Map.copyOf(environment);
    }

    /** This process's own, as they are now. */
    public static ConfigSource system() {
        Map<String, String> properties = new HashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            properties.put(name, System.getProperty(name, ""));
        }
        return new ConfigSource(properties, System.getenv());
    }
}
