def parts(q)
  case src()
  in [Integer => a, b]
    # ruleid: bound
    sink(a)
    # ruleid: bound
    sink(b)
  in {name: String => n, age:}
    # ruleid: bound
    sink(n)
    # ruleid: bound
    sink(age)
    # ok: bound
    sink(name)
  in Foo(z)
    # ruleid: bound
    sink(z)
    # ok: bound
    sink(Foo)
  end
  case q
  in [c, d]
    # ok: bound
    sink(c)
  end
  src() => {key:}
  # ruleid: bound
  sink(key)
end
