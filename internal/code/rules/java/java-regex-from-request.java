package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.util.regex.Pattern;

public class Page extends HttpServlet {
void search(HttpServletRequest request, String text) {
    String wanted = request.getParameter("search");
    // ruleid: java-regex-from-request
    Pattern.compile(wanted).matcher(text).find();
    // ruleid: java-regex-from-request
    text.replaceAll(wanted, "");
    // ruleid: java-regex-from-request
    Pattern.matches(".*" + wanted, text);

    // ok: java-regex-from-request
    Pattern.compile(Pattern.quote(wanted)).matcher(text).find();
    // ok: java-regex-from-request
    text.replace(wanted, "");
    // ok: java-regex-from-request
    wanted.replaceAll("[a-z]+", "");
    // ok: java-regex-from-request
    Pattern.compile("[a-z]+").matcher(wanted).find();
}
}
