import java.security.MessageDigest;

class Handshake {
    static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    byte[] accept(String key) throws Exception {
        // ok: java-weak-hash
        return MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes());
    }
}
