// ruleid: java-unused-import
import java.util.List;
// ok: java-unused-import
import java.util.Map;
// ok: java-unused-import
import java.io.*;
// ruleid: java-unused-import
import static org.junit.Assert.assertTrue;
// ok: java-unused-import
import static org.junit.Assert.assertFalse;
// ok: java-unused-import
import java.util.Set;
// ok: java-unused-import
import java.net.URI;
// ok: java-unused-import
import java.net.URL;

/** Like {@link Set}. */

class A {
  Map<String, String> names;
  URI uri;
  URL url;
  void f() { assertFalse(true); }
}
