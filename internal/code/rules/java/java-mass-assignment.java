package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import org.apache.commons.beanutils.BeanUtils;

public class Page extends HttpServlet {
void save(HttpServletRequest request, Object user) throws Exception {
    // ruleid: java-mass-assignment
    BeanUtils.populate(user, request.getParameterMap());
    // ruleid: java-mass-assignment
    BeanUtils.setProperty(user, request.getParameter("field"), "1");

    // ok: java-mass-assignment
    BeanUtils.setProperty(user, "name", request.getParameter("name"));
    // ok: java-mass-assignment
    BeanUtils.populate(user, Map.of("name", "x"));
    // ok: java-mass-assignment
    BeanUtils.copyProperty(user, "name", "x");
}
}
