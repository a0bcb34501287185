class Sinks {
  void definitions() {
    String s = street();
    // ruleid: sink-typed
    Parcel p = new Parcel("box", s);
    Parcel q;
    // ruleid: sink-typed
    q = new Parcel("bag", s);
    // ok: sink-typed
    Parcel r = new Parcel("bag", "x");
    // ruleid: sink-definition
    final Bag t = pack("a", s);
    // ok: sink-definition
    Bag u = pack("a", "b");
  }
  void branch() {
    String w = river();
    // ruleid: sink-branch
    if (ready) {
      warm(w);
      flush("y");
    }
    // ok: sink-branch
    if (ready) {
      warm("x");
      flush("y");
    }
    warm(w);
  }
}
