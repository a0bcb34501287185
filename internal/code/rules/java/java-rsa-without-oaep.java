package shop.core;

import java.security.KeyPairGenerator;
import javax.crypto.*;

class Example {
void all() throws Exception {
    // ruleid: java-rsa-without-oaep
    Cipher.getInstance("RSA/ECB/NoPadding");
    // ruleid: java-rsa-without-oaep
    Cipher.getInstance("RSA/ECB/PKCS1Padding");
    // ruleid: java-rsa-without-oaep
    Cipher.getInstance("RSA", "BC");

    // ok: java-rsa-without-oaep
    Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
    // ok: java-rsa-without-oaep
    Cipher.getInstance("AES/GCM/NoPadding");
    // ok: java-rsa-without-oaep
    KeyPairGenerator.getInstance("RSA");
}
}
