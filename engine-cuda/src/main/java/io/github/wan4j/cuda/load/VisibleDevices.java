package io.github.wan4j.cuda.load;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code CUDA_VISIBLE_DEVICES} leaves of a machine's devices, by the rules of CUDA. */
final class VisibleDevices {
    private VisibleDevices() {}

    /** Numbers into {@code uuids}, in the order in which CUDA will number them. The list ends at its first wrong entry. */
    static List<Integer> of(@Nullable String variable, List<String> uuids) {
        List<Integer> visible = new ArrayList<>();
        if (variable == null) {
            for (int i = 0; i < uuids.size(); i++) {
                visible.add(i);
            }
            return visible;
        }
        for (String entry : variable.split(",", -1)) {
            int device = number(entry.trim(), uuids);
            if (device < 0 || device >= uuids.size() || visible.contains(device)) {
                break;
            }
            visible.add(device);
        }
        return visible;
    }

    private static int number(String entry, List<String> uuids) {
        if (entry.matches("\\d{1,4}")) {
            return Integer.parseInt(entry);
        }
        List<Integer> matching = new ArrayList<>();
        for (int i = 0; i < uuids.size(); i++) {
            if (entry.startsWith("GPU-") && uuids.get(i).startsWith(entry)) {
                matching.add(i);
            }
        }
        return matching.size() == 1 ? matching.get(0) : -1;
    }
}
