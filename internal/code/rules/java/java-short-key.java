package shop.core;

import java.security.KeyPairGenerator;
import javax.crypto.KeyGenerator;

class Example {
void all() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    // ruleid: java-short-key
    rsa.initialize(1024);
    KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
    // ruleid: java-short-key
    curve.initialize(160);
    KeyGenerator blocks = KeyGenerator.getInstance("Blowfish");
    // ruleid: java-short-key
    blocks.init(64);

    // ok: java-short-key
    rsa.initialize(2048);
    // ok: java-short-key
    curve.initialize(256);
    KeyGenerator aes = KeyGenerator.getInstance("AES");
    // ok: java-short-key
    aes.init(128);
    int bits = 4096;
    // ok: java-short-key
    rsa.initialize(bits);
}
}
