package shop.web;

import java.io.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.thoughtworks.xstream.XStream;
import java.beans.XMLDecoder;
import java.net.Socket;
import org.apache.commons.lang3.SerializationUtils;
import org.yaml.snakeyaml.*;
import org.yaml.snakeyaml.constructor.SafeConstructor;

public class Page extends HttpServlet {
void read(HttpServletRequest request) throws Exception {
    // ruleid: java-unsafe-deserialization
    new ObjectInputStream(request.getInputStream()).readObject();
    byte[] bytes = Base64.getDecoder().decode(request.getParameter("cart"));
    // ruleid: java-unsafe-deserialization
    ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes));
    // ruleid: java-unsafe-deserialization
    new XMLDecoder(request.getInputStream()).readObject();
    // ruleid: java-unsafe-deserialization
    new Yaml().load(request.getReader());
    XStream xstream = new XStream();
    // ruleid: java-unsafe-deserialization
    xstream.fromXML(request.getParameter("order"));
    for (Cookie cookie : request.getCookies()) {
        // ruleid: java-unsafe-deserialization
        SerializationUtils.deserialize(Base64.getDecoder().decode(cookie.getValue()));
    }

    // ok: java-unsafe-deserialization
    new ObjectInputStream(new FileInputStream("/var/lib/shop/state")).readObject();
    // ok: java-unsafe-deserialization
    new ObjectMapper().readValue(request.getInputStream(), Map.class);
    Yaml safe = new Yaml(new SafeConstructor(new LoaderOptions()));
    // ok: java-unsafe-deserialization
    safe.load(request.getReader());
}

void listen(Socket socket) throws IOException {
    // ruleid: java-unsafe-deserialization
    new ObjectInputStream(socket.getInputStream());
}
}
