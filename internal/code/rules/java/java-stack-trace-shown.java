package shop.core;

import java.io.*;
import javax.servlet.http.HttpServletResponse;

class Example {
void all(HttpServletResponse response, Exception e) throws IOException {
    // ruleid: java-stack-trace-shown
    e.printStackTrace(response.getWriter());
    PrintWriter out = response.getWriter();
    // ruleid: java-stack-trace-shown
    e.printStackTrace(out);

    // ok: java-stack-trace-shown
    e.printStackTrace();
    StringWriter text = new StringWriter();
    // ok: java-stack-trace-shown
    e.printStackTrace(new PrintWriter(text));
    // ok: java-stack-trace-shown
    out.println("failed");
}
}
