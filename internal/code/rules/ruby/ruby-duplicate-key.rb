x = {
  a: 1,
  b: 2,
  # ruleid: ruby-duplicate-key
  :a => 3,
}
# ok: ruby-duplicate-key
y = { "a" => 1, a: 2 }
# ok: ruby-duplicate-key
z = { b => 1, c => 2, **y }
