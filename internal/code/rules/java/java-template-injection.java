package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import freemarker.template.*;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.Velocity;
import org.springframework.web.servlet.ModelAndView;

public class Page extends HttpServlet {
    private Configuration configuration;

void show(HttpServletRequest request, VelocityContext context, Writer out) throws Exception {
    String name = request.getParameter("name");
    // ruleid: java-template-injection
    Velocity.evaluate(context, out, "page", "Hello " + name);
    // ruleid: java-template-injection
    new Template("page", "Hello " + name, configuration);
    // ruleid: java-template-injection
    new ModelAndView(name);

    context.put("name", name);
    // ok: java-template-injection
    Velocity.evaluate(context, out, "page", "Hello $name");
    // ok: java-template-injection
    new Template("page", new FileReader("page.ftl"), configuration).process(Map.of("name", name), out);
    // ok: java-template-injection
    new ModelAndView("home", "name", name);
}
}
