def f(a)
  return a
  # ruleid: ruby-unreachable-code
  log(a)
end

def g(a)
  return 1 if a
  # ok: ruby-unreachable-code
  log(a)
  a.each do |x|
    next unless x
    # ok: ruby-unreachable-code
    log(x)
  end
end
