package shop.core;

import java.io.*;
import java.nio.file.*;

class Example {
void bad(File file) throws IOException {
    // ruleid: java-race-before-write
    if (!file.exists()) {
        new FileOutputStream(file).write(1);
    }
}

void good(File file) throws IOException {
    // ok: java-race-before-write
    Files.newOutputStream(file.toPath(), StandardOpenOption.CREATE_NEW);
    // ok: java-race-before-write
    if (!file.exists()) {
        throw new FileNotFoundException("no file");
    }
    // ok: java-race-before-write
    if (file.exists()) {
        new FileInputStream(file);
    }
}
}
