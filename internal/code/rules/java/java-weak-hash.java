package shop.core;

import java.security.MessageDigest;
import java.util.Properties;
import org.apache.commons.codec.digest.DigestUtils;

class Example {
static final String NAME = "SHA-1";

void all(Properties settings) throws Exception {
    // ruleid: java-weak-hash
    MessageDigest a = MessageDigest.getInstance("MD5");
    // ruleid: java-weak-hash
    MessageDigest.getInstance("SHA1", "BC");
    // ruleid: java-weak-hash
    MessageDigest.getInstance(NAME);
    // ruleid: java-weak-hash
    java.security.MessageDigest.getInstance("sha");
    String old = "MD2";
    // ruleid: java-weak-hash
    MessageDigest.getInstance(old);
    // ruleid: java-weak-hash
    DigestUtils.md5Hex("x");
    // ruleid: java-weak-hash
    DigestUtils.getSha1Digest();

    // ok: java-weak-hash
    MessageDigest.getInstance("SHA-256");
    // ok: java-weak-hash
    MessageDigest.getInstance("SHA-512", "BC");
    String good = "SHA-384";
    // ok: java-weak-hash
    MessageDigest.getInstance(good);
    // ok: java-weak-hash
    MessageDigest.getInstance(settings.getProperty("hash", "SHA-256"));
    // ok: java-weak-hash
    DigestUtils.sha256Hex("x");
    // ok: java-weak-hash
    DigestUtils.getSha512Digest();
}
}
