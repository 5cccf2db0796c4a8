package io.github.wan4j.core.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.MustBeClosed;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Owns every tensor made on this thread while it is the innermost open scope, and frees them when it closes, on return
 * and on exception alike. Thread-confined; scopes nest strictly.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

    private final String name;
    private final @Nullable Scope parent;
    private final PointerScope pointers = new PointerScope();

    private Scope(String name, @Nullable Scope parent) {
        this.name = name;
        this.parent = parent;
    }

    /** Opens a scope inside the current one; close it with try-with-resources. */
    @MustBeClosed
    public static Scope open(String name) {
        Scope scope = new Scope(name, INNERMOST.get());
        INNERMOST.set(scope);
        return scope;
    }

    static Scope requireOpen() {
        Scope scope = INNERMOST.get();
        if (scope == null) {
            throw new IllegalStateException("no open Scope on thread "
                    + Thread.currentThread().getName() + "; wrap the call in try (Scope scope = Scope.open(\"...\"))");
        }
        return scope;
    }

    /** Moves the tensor to the enclosing scope; one that already outlives this scope stays where it is. */
    @CanIgnoreReturnValue
    public Tensor keep(Tensor tensor) {
        requireInnermost();
        if (tensor.owner() != this) {
            return tensor;
        }
        if (parent == null) {
            throw new IllegalStateException("scope '" + name + "' is outermost; use release() to take ownership");
        }
        Pointer pointer = detach(tensor);
        parent.pointers.attach(pointer);
        pointer.releaseReference(); // the parent counted it
        tensor.setOwner(parent);
        return tensor;
    }

    /** Takes the tensor out of this scope and hands it to the caller, who must close it. */
    public Tensor release(Tensor tensor) {
        requireInnermost();
        if (tensor.owner() != this) {
            throw new IllegalArgumentException(tensor + " does not belong to scope '" + name + "'");
        }
        detach(tensor);
        tensor.setOwner(null);
        return tensor;
    }

    private Pointer detach(Tensor tensor) {
        Pointer pointer = tensor.handle();
        pointer.retainReference(); // detach() frees a pointer whose count reaches zero
        pointers.detach(pointer);
        return pointer;
    }

    private void requireInnermost() {
        Scope innermost = INNERMOST.get();
        if (innermost != this) {
            throw new IllegalStateException("scope '" + name + "' is not the innermost one of this thread: "
                    + (innermost == null ? "none is open" : "'" + innermost.name + "' is"));
        }
    }

    @Override
    public void close() {
        requireInnermost();
        if (parent == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(parent);
        }
        pointers.close();
    }
}
