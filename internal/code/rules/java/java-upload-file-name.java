package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.nio.file.*;
import org.springframework.web.multipart.MultipartFile;

public class Page extends HttpServlet {
    private static final Set<String> TYPES = Set.of("photo.png");

void store(HttpServletRequest request, MultipartFile file) throws Exception {
    // ruleid: java-upload-file-name
    file.transferTo(new File("/srv/uploads/" + file.getOriginalFilename()));
    Part part = request.getPart("photo");
    String name = part.getSubmittedFileName();
    // ruleid: java-upload-file-name
    new FileOutputStream(new File("/srv/uploads", name));
    // ruleid: java-upload-file-name
    Files.copy(part.getInputStream(), Paths.get("/srv/uploads").resolve(name));

    // ok: java-upload-file-name
    file.transferTo(new File("/srv/uploads/" + UUID.randomUUID() + ".png"));
    // ok: java-upload-file-name
    Files.copy(part.getInputStream(), Paths.get("/srv/uploads", "upload.png"));
    if (TYPES.contains(name)) {
        // ok: java-upload-file-name
        new FileOutputStream(new File("/srv/uploads", name));
    }
}
}
