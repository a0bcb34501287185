package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import javax.naming.NamingException;
import javax.naming.directory.*;
import org.springframework.ldap.support.LdapEncoder;

public class Page extends HttpServlet {
void find(HttpServletRequest request, DirContext context) throws NamingException {
    String user = request.getParameter("user");
    SearchControls controls = new SearchControls();
    // ruleid: java-ldap-injection
    context.search("ou=people", "(uid=" + user + ")", controls);
    String filter = "(&(objectclass=person)(|(uid=" + user + ")(mail=" + user + ")))";
    // ruleid: java-ldap-injection
    context.search("ou=people", filter, new Object[] {"a"}, controls);
    // ruleid: java-ldap-injection
    context.search("uid=" + user + ",ou=people", "(objectclass=person)", controls);

    // ok: java-ldap-injection
    context.search("ou=people", "(uid={0})", new Object[] {user}, controls);
    // ok: java-ldap-injection
    context.search("ou=people", "(uid=" + LdapEncoder.filterEncode(user) + ")", controls);
    // ok: java-ldap-injection
    context.search("ou=people", "(uid=" + Long.parseLong(user) + ")", controls);
    // ok: java-ldap-injection
    context.search("ou=people", "(uid=admin)", controls);
}
}
