package shop.core;

import javax.net.ssl.*;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.client.HttpClients;

class AnyName implements HostnameVerifier {
    // ruleid: java-hostname-not-verified
    public boolean verify(String host, SSLSession session) {
        return true;
    }

    void connect(HttpsURLConnection connection) {
        // ruleid: java-hostname-not-verified
        connection.setHostnameVerifier((host, session) -> true);
        // ruleid: java-hostname-not-verified
        HttpClients.custom().setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);
        // ruleid: java-hostname-not-verified
        HostnameVerifier verifier = (host, session) -> true;
    }
}

class OneName implements HostnameVerifier {
    // ok: java-hostname-not-verified
    public boolean verify(String host, SSLSession session) {
        return host.equals("db.example.com");
    }

    void connect(HttpsURLConnection connection) {
        // ok: java-hostname-not-verified
        connection.setHostnameVerifier((host, session) -> host.endsWith(".example.com"));
        // ok: java-hostname-not-verified
        connection.setHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier());
    }

    // ok: java-hostname-not-verified
    public boolean verify(String host, int port) {
        return true;
    }
}
