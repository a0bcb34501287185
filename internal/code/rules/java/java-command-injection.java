package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;

public class Page extends HttpServlet {
    private static final Set<String> TOOLS = Set.of("df", "uptime");

@Override
public void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String host = request.getParameter("host");
    // ruleid: java-command-injection
    Runtime.getRuntime().exec("ping -c 1 " + host);
    Runtime runtime = Runtime.getRuntime();
    String[] line = {"sh", "-c", "ping " + host};
    // ruleid: java-command-injection
    runtime.exec(line);
    // ruleid: java-command-injection
    runtime.exec(new String[] {"ping", "-c", "1", host});
    String[] variables = {"LANG=" + request.getHeader("Accept-Language")};
    // ruleid: java-command-injection
    runtime.exec("date", variables);
    // ruleid: java-command-injection
    new ProcessBuilder("sh", "-c", "ping " + host).start();
    ProcessBuilder builder = new ProcessBuilder();
    // ruleid: java-command-injection
    builder.command("ping", host).start();
    // ruleid: java-command-injection
    new ProcessBuilder().command("git", "clone", host).start();

    // ok: java-command-injection
    runtime.exec("date");
    String[] fixed = {"LANG=C"};
    // ok: java-command-injection
    runtime.exec("date", fixed);
    // ok: java-command-injection
    runtime.exec(new String[] {"sleep", String.valueOf(Integer.parseInt(request.getParameter("s")))});
    String tool;
    switch (request.getParameter("tool")) {
        case "disk": tool = "df"; break;
        default: tool = "uptime";
    }
    // ok: java-command-injection
    new ProcessBuilder(tool, "-h").start();
    if (TOOLS.contains(host)) {
        // ok: java-command-injection
        runtime.exec(host);
    }
}
}
