name = src()
# ok: keys
sink({ name: 1 })
# ok: keys
sink(name: 1)
# ruleid: keys
sink({ name => 1 })
