package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import java.sql.*;
import javax.persistence.EntityManager;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

public class Page extends HttpServlet {
    private static final Set<String> SORTS = new HashSet<>(Arrays.asList("name", "id"));
    private DataSource source;
    private JdbcTemplate template;

@Override
public void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException {
    String name = request.getParameter("name");
    try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
        // ruleid: java-sql-injection
        statement.executeQuery("select * from users where name = '" + name + "'");
        // ruleid: java-sql-injection
        statement.execute("delete from users where name = '" + name + "'", Statement.NO_GENERATED_KEYS);
        // ruleid: java-sql-injection
        statement.addBatch("update users set name = '" + name.trim() + "'");
        String sql = String.format("select * from users where id = %s", request.getHeader("X-Id"));
        // ruleid: java-sql-injection
        connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
        // ruleid: java-sql-injection
        connection.prepareCall("{call " + name + "}");
        StringBuilder text = new StringBuilder("select * from users order by ");
        text.append(request.getParameter("sort"));
        // ruleid: java-sql-injection
        statement.executeQuery(text.toString());

        // ok: java-sql-injection
        PreparedStatement bound = connection.prepareStatement("select * from users where name = ?");
        bound.setString(1, name);
        // ok: java-sql-injection
        bound.executeQuery();
        int page = Integer.parseInt(request.getParameter("page"));
        // ok: java-sql-injection
        statement.executeQuery("select * from users offset " + page * 20);
        String sort = SORTS.contains(request.getParameter("sort")) ? "name" : "id";
        // ok: java-sql-injection
        statement.executeQuery("select * from users order by " + sort);
        String column = request.getParameter("column");
        if (!SORTS.contains(column)) {
            throw new ServletException("no such column");
        }
        // ok: java-sql-injection
        statement.executeQuery("select " + column + " from users");
        // ok: java-sql-injection
        statement.executeQuery("select * from users where id = '" + UUID.fromString(name) + "'");
    } catch (SQLException e) {
        throw new ServletException(e);
    }
}

void templates(HttpServletRequest request) {
    String id = request.getParameter("id");
    // ruleid: java-sql-injection
    template.queryForList("select * from orders where id = " + id);
    // ruleid: java-sql-injection
    template.update("delete from orders where id = " + id);
    // ok: java-sql-injection
    template.update("delete from orders where id = ?", id);
    // ok: java-sql-injection
    template.queryForObject("select name from orders where id = ?", String.class, id);
}

void entities(HttpServletRequest request, EntityManager em) {
    String title = request.getParameter("title");
    // ruleid: java-sql-injection
    em.createQuery("from Book where title = '" + title + "'").getResultList();
    // ruleid: java-sql-injection
    em.createNativeQuery("select * from book where title = '" + title + "'");
    // ok: java-sql-injection
    em.createQuery("from Book where title = :title").setParameter("title", title).getResultList();
}
}
