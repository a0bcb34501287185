name = src()
# ruleid: keys
sink({name: 1})
# ok: keys
sink(dict(name=1))
