# ruleid: python-result-ignored
name.strip()
# ruleid: python-result-ignored
sorted(rows)
# ok: python-result-ignored
name = name.strip()
# ok: python-result-ignored
rows.sort()
# ok: python-result-ignored
plt.title("x")
# ok: python-result-ignored
f(name.upper())
try:
    # ok: python-result-ignored
    name.strip()
except AttributeError:
    pass
# ok: python-result-ignored
path.replace(other)
