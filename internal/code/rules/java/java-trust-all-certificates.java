package shop.core;

import java.security.cert.*;
import javax.net.ssl.*;
import org.apache.http.conn.ssl.TrustAllStrategy;
import org.apache.http.ssl.SSLContexts;

class TrustsAll implements X509TrustManager {
    public void checkClientTrusted(X509Certificate[] chain, String type) {
    }

    // ruleid: java-trust-all-certificates
    public void checkServerTrusted(X509Certificate[] chain, String type) {
    }

    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    void build() throws Exception {
        // ruleid: java-trust-all-certificates
        SSLContexts.custom().loadTrustMaterial(null, new TrustAllStrategy());
        // ruleid: java-trust-all-certificates
        SSLContexts.custom().loadTrustMaterial(null, (chain, type) -> true);
    }
}

class Checks implements X509TrustManager {
    private X509TrustManager rest;

    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("no clients");
    }

    // ok: java-trust-all-certificates
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        rest.checkServerTrusted(chain, type);
    }

    public X509Certificate[] getAcceptedIssuers() {
        return rest.getAcceptedIssuers();
    }

    void build(java.security.KeyStore store) throws Exception {
        // ok: java-trust-all-certificates
        SSLContexts.custom().loadTrustMaterial(store, null);
        // ok: java-trust-all-certificates
        SSLContexts.custom().loadTrustMaterial(store, (chain, type) -> chain.length == 1);
    }
}
