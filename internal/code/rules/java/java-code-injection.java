package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import groovy.lang.GroovyShell;
import javax.script.*;

public class Page extends HttpServlet {
void calculate(HttpServletRequest request, ScriptEngine engine, GroovyShell shell) throws ScriptException {
    String formula = request.getParameter("formula");
    // ruleid: java-code-injection
    engine.eval(formula);
    // ruleid: java-code-injection
    new ScriptEngineManager().getEngineByName("js").eval("1 + " + formula);
    // ruleid: java-code-injection
    shell.evaluate(formula);

    // ok: java-code-injection
    engine.eval("1 + 1");
    engine.put("x", Double.parseDouble(formula));
    // ok: java-code-injection
    engine.eval("x * 2");
    // ok: java-code-injection
    engine.eval("1 + " + Integer.parseInt(formula));
}
}
