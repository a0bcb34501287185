package shop.core;

import javax.crypto.*;

class Example {
void all() throws Exception {
    // ruleid: java-null-cipher
    Cipher cipher = new NullCipher();
    // ruleid: java-null-cipher
    new javax.crypto.NullCipher();

    // ok: java-null-cipher
    Cipher good = Cipher.getInstance("AES/GCM/NoPadding");
    // ok: java-null-cipher
    Cipher none = null;
    // ok: java-null-cipher
    new CipherInputStream(null, good);
}
}
