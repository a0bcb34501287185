package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import ognl.Ognl;
import org.mvel2.MVEL;
import org.springframework.expression.*;
import org.springframework.expression.spel.standard.SpelExpressionParser;

public class Page extends HttpServlet {
    private static final Set<String> FILTERS = Set.of("named");

void filter(HttpServletRequest request, ExpressionParser parser, EvaluationContext context) throws Exception {
    String filter = request.getParameter("filter");
    // ruleid: java-expression-injection
    parser.parseExpression(filter).getValue();
    // ruleid: java-expression-injection
    new SpelExpressionParser().parseExpression("name == '" + filter + "'");
    // ruleid: java-expression-injection
    Ognl.getValue(filter, new HashMap<>(), new Object());
    // ruleid: java-expression-injection
    MVEL.eval(filter);

    context.setVariable("wanted", filter);
    // ok: java-expression-injection
    parser.parseExpression("name == #wanted").getValue(context);
    // ok: java-expression-injection
    parser.parseExpression("price > " + Integer.parseInt(filter));
    // ok: java-expression-injection
    parser.parseExpression(FILTERS.contains(filter) ? "name != null" : "true");
}
}
