package shop.jobs;

import java.io.*;
import java.nio.file.*;
import java.util.zip.*;

class Unpack {
    void all(ZipInputStream in, File folder) throws IOException {
        ZipEntry entry;
        while ((entry = in.getNextEntry()) != null) {
            File file = new File(folder, entry.getName());
            // ruleid: java-zip-slip
            try (OutputStream out = new FileOutputStream(file)) {
                in.transferTo(out);
            }
        }
    }

    void paths(ZipInputStream in, Path folder) throws IOException {
        ZipEntry entry = in.getNextEntry();
        // ruleid: java-zip-slip
        Files.copy(in, folder.resolve(entry.getName()));
    }

    void checked(ZipInputStream in, File folder) throws IOException {
        ZipEntry entry = in.getNextEntry();
        File file = new File(folder, entry.getName());
        if (!file.getCanonicalPath().startsWith(folder.getCanonicalPath() + File.separator)) {
            throw new IOException("leads out of the folder: " + entry.getName());
        }
        // ok: java-zip-slip
        new FileOutputStream(file);
    }

    void checkedPath(ZipInputStream in, Path folder) throws IOException {
        ZipEntry entry = in.getNextEntry();
        Path file = folder.resolve(entry.getName()).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException("leads out of the folder");
        }
        // ok: java-zip-slip
        Files.copy(in, file);
    }

    void flat(ZipInputStream in, File folder) throws IOException {
        ZipEntry entry = in.getNextEntry();
        // ok: java-zip-slip
        new FileOutputStream(new File(folder, new File(entry.getName()).getName()));
    }
}
