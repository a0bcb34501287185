package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import com.mongodb.BasicDBObject;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import org.bson.Document;
import org.springframework.data.mongodb.core.query.BasicQuery;

public class Page extends HttpServlet {
void find(HttpServletRequest request, MongoCollection<Document> users) {
    String name = request.getParameter("name");
    // ruleid: java-nosql-injection
    users.find(Document.parse("{name: '" + name + "'}"));
    // ruleid: java-nosql-injection
    users.find(new BasicDBObject("$where", "this.name == '" + name + "'"));
    // ruleid: java-nosql-injection
    new BasicQuery("{name: '" + name + "'}");

    // ok: java-nosql-injection
    users.find(Filters.eq("name", name));
    // ok: java-nosql-injection
    users.find(new Document("name", name));
    // ok: java-nosql-injection
    users.find(Document.parse("{age: " + Integer.parseInt(name) + "}"));
}
}
