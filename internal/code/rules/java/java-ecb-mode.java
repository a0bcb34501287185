package shop.core;

import javax.crypto.*;

class Example {
void all() throws Exception {
    // ruleid: java-ecb-mode
    Cipher.getInstance("AES/ECB/PKCS5Padding");
    // ruleid: java-ecb-mode
    Cipher.getInstance("AES");
    // ruleid: java-ecb-mode
    Cipher.getInstance("aes/ecb/nopadding", "BC");

    // ok: java-ecb-mode
    Cipher.getInstance("AES/GCM/NoPadding");
    // ok: java-ecb-mode
    Cipher.getInstance("AES/CTR/NoPadding");
    // ok: java-ecb-mode
    Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
    // ok: java-ecb-mode
    KeyGenerator.getInstance("AES");
}
}
