package io.github.wan4j.models.text;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Started in a JVM of its own: opens the tokenizer where every attempt to connect is an error that is also written down. */
final class NoConnectionProbe {
    private NoConnectionProbe() {}

    /**
     * Opens the tokenizer, or sees whether the trap works.
     *
     * @param arguments tokenizer.json and the cache folder, or one address to connect to
     */
    public static void main(String[] arguments) throws IOException {
        Consumer<Object> refuse = address -> {
            System.out.println("TRIED " + address);
            throw new IllegalStateException("tried to connect to " + address);
        };
        URL.setURLStreamHandlerFactory(
                protocol -> protocol.startsWith("http") || protocol.equals("ftp") ? trap(refuse) : null);
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                refuse.accept(uri);
                return List.of();
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                refuse.accept(uri);
            }
        });
        if (arguments.length == 1) {
            new URL(arguments[0]).openStream().close();
        }
        try (PromptTokenizer tokenizer = PromptTokenizer.open(Path.of(arguments[0]), Path.of(arguments[1]))) {
            System.out.println("IDS " + tokenizer.encode("a red circle").ids().length);
        }
    }

    private static URLStreamHandler trap(Consumer<Object> refuse) {
        return new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) throws IOException {
                refuse.accept(url);
                throw new IOException("refused");
            }
        };
    }
}
