package shop.core;

import java.io.*;
import java.nio.file.Files;

class Example {
void all() throws IOException {
    // ruleid: java-predictable-temp-file
    new FileOutputStream("/tmp/report.csv");
    // ruleid: java-predictable-temp-file
    new FileWriter(new File("/tmp/report.csv"));
    // ruleid: java-predictable-temp-file
    new FileWriter("/var/tmp/report.csv", true);

    // ok: java-predictable-temp-file
    Files.createTempFile("report", ".csv");
    // ok: java-predictable-temp-file
    new FileOutputStream(File.createTempFile("report", ".csv"));
    // ok: java-predictable-temp-file
    new FileOutputStream("/srv/report.csv");
    // ok: java-predictable-temp-file
    new FileInputStream("/tmp/report.csv");
}

void folder() throws IOException {
    // ruleid: java-predictable-temp-file
    File dir = File.createTempFile("work", "");
    dir.delete();
    dir.mkdir();
}
}
