package io.github.wan4j.cuda.launch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Native memory that lives as long as the Java object which made it, whatever scope was open then. */
public final class Unscoped {
    private Unscoped() {}

    /** The innermost scope, which owns whatever is made while it is open, lets go; the caller closes the pointer. */
    public static <P extends Pointer> P keep(P pointer) {
        PointerScope scope = PointerScope.getInnerScope();
        if (scope != null) {
            pointer.retainReference(); // detaching frees what nobody else counts
            scope.detach(pointer);
        }
        return pointer;
    }
}
