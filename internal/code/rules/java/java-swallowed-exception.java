package shop.core;

class Example {
void all() {
    // ruleid: java-swallowed-exception
    try {
        run();
    } catch (Exception e) {
    }
    // ruleid: java-swallowed-exception
    try {
        run();
    } catch (Throwable t) {
    }
    // ok: java-swallowed-exception
    try {
        run();
    } catch (Exception e) {
        // the file is read again later
    }
    // ok: java-swallowed-exception
    try {
        run();
    } catch (Exception ignored) {
    }
    // ok: java-swallowed-exception
    try {
        run();
    } catch (Exception e) {
        throw new IllegalStateException(e);
    }
    // ok: java-swallowed-exception
    try {
        Integer.parseInt("x");
    } catch (NumberFormatException e) {
    }
}

void run() {
}
}
