class Jumps {
  void breaks(List<Ear> ears) {
    String word = "";
    for (Ear e : ears) {
      if (e.open()) { word = hear(); break; }
    }
    // ruleid: jumps
    say(word);
  }
  void continues(Ear e) {
    String word = "";
    do {
      if (e.open()) { word = hear(); continue; }
      e.next();
    } while (e.more());
    // ruleid: jumps
    say(word);
  }
  void always(Ear e) {
    String word = hear();
    do { word = ""; } while (e.more());
    // ok: jumps
    say(word);
  }
  void update(Ear e) {
    for (String word = hear(); e.more(); word = "") {
      // ruleid: jumps
      say(word);
    }
  }
  void endless(Ear e) {
    String word = hear();
    while (true) {
      word = "";
      if (e.open()) break;
    }
    // ok: jumps
    say(word);
  }
  void labelled(Ear e) {
    String word = "", other = "";
    outer:
    for (;;) {
      for (;;) {
        word = hear();
        break outer;
      }
    }
    // ruleid: jumps
    say(word);
    for (;;) {
      for (;;) { other = hear(); break; }
      other = "";
      break;
    }
    // ok: jumps
    say(other);
    out: { other = hear(); if (e.open()) break out; other = ""; }
    // ruleid: jumps
    say(other);
  }
  void cases(int mood) {
    String word = hear(), other = "", last = "";
    switch (mood) {
      case 1: word = "a"; break;
      case 2: other = hear();
      case 3: 
        // ruleid: jumps
        say(other);
        break;
      case 4:
        // ok: jumps
        say(other);
        last = hear();
        break;
      default: word = "b";
    }
    // ok: jumps
    say("");
    // ruleid: jumps
    say(last);
    word = switch (mood) { case 1 -> "a"; default -> "b"; };
    // ok: jumps
    say(word);
    switch (mood) { case 1 -> other = hear(); case 2 -> { 
      // ok: jumps
      say(last = "");
    } }
  }
  void cleaned(int mood) {
    String word = hear();
    switch (mood) { case 1: word = "a"; break; default: word = "b"; break; }
    // ok: jumps
    say(word);
    word = hear();
    switch (mood) { case 1: word = "a"; break; case 2: word = "b"; break; }
    // ruleid: jumps
    say(word);
    word = hear();
    switch (mood) { case 1: word = "a"; break; default: throw new Error(); }
    // ok: jumps
    say(word);
  }
  String inner(Ear e) {
    String word = "";
    Runnable r = () -> { return; };
    for (;;) {
      e.each(x -> { for (;;) { break; } return; });
      word = hear();
      break;
    }
    // ruleid: jumps
    say(word);
    return word;
  }
}
