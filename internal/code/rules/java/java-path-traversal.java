package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.nio.file.*;

public class Page extends HttpServlet {
    private static final String FOLDER = "/srv/reports";

@Override
public void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
    String name = request.getParameter("file");
    // ruleid: java-path-traversal
    new FileInputStream("/srv/reports/" + name);
    File file = new File(FOLDER, name);
    // ruleid: java-path-traversal
    new FileReader(file);
    // ruleid: java-path-traversal
    if (file.exists()) {
        response.setStatus(200);
    }
    // ruleid: java-path-traversal
    Files.newInputStream(Paths.get("/srv/reports", name));
    // ruleid: java-path-traversal
    Files.readAllBytes(Path.of(FOLDER).resolve(name));
    // ruleid: java-path-traversal
    Files.copy(request.getInputStream(), Paths.get(FOLDER + name));
    // ruleid: java-path-traversal
    getServletContext().getResourceAsStream("/pages/" + name);
    // ruleid: java-path-traversal
    try (RandomAccessFile random = new RandomAccessFile(FOLDER + name, "r")) {
        random.readLine();
    }

    // ok: java-path-traversal
    new FileInputStream("/srv/reports/" + new File(name).getName());
    // ok: java-path-traversal
    new FileInputStream("/srv/reports/" + Integer.parseInt(name) + ".pdf");
    // ok: java-path-traversal
    new FileInputStream("/srv/reports/all.pdf");
}

void checked(HttpServletRequest request) throws ServletException, IOException {
    File report = new File(FOLDER, request.getParameter("file"));
    if (!report.getCanonicalPath().startsWith(FOLDER + File.separator)) {
        throw new ServletException("no such report");
    }
    // ok: java-path-traversal
    new FileInputStream(report);
}

void checkedPath(HttpServletRequest request) throws ServletException, IOException {
    Path folder = Paths.get(FOLDER);
    Path report = folder.resolve(request.getParameter("file")).normalize();
    if (!report.startsWith(folder)) {
        throw new ServletException("no such report");
    }
    // ok: java-path-traversal
    Files.readAllBytes(report);
}

void checkedName(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String name = request.getParameter("file");
    if (name == null || name.contains("..") || name.contains("/")) {
        response.sendError(400);
        return;
    }
    // ok: java-path-traversal
    Files.readAllBytes(Paths.get(FOLDER, name));
}
}
