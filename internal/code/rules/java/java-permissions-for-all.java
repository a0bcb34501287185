package shop.core;

import java.io.File;
import java.nio.file.attribute.PosixFilePermissions;

class Example {
void all(File file) {
    // ruleid: java-permissions-for-all
    file.setWritable(true, false);
    // ruleid: java-permissions-for-all
    PosixFilePermissions.fromString("rwxrwxrwx");
    // ruleid: java-permissions-for-all
    PosixFilePermissions.fromString("rw-rw-rw-");

    // ok: java-permissions-for-all
    file.setWritable(true, true);
    // ok: java-permissions-for-all
    file.setWritable(true);
    // ok: java-permissions-for-all
    PosixFilePermissions.fromString("rw-r--r--");
}
}
