# ruleid: ruby-identical-operands
f if @a == @a
# ruleid: ruby-identical-operands
f if @a && @a
# ok: ruby-identical-operands
f if @a != @a
# ok: ruby-identical-operands
f if @a == @b
# ok: ruby-identical-operands
x = f(1) == f(1)
