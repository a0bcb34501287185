def run(text)
  # ruleid: ruby-eval
  eval(text)
  # ruleid: ruby-eval
  eval("x = #{text}")
  # ok: ruby-eval
  eval("x = 1")
end
# ok: ruby-eval
eval <<~CODE
  puts 1
CODE
# ruleid: ruby-eval (drydock)
eval <<~CODE
  puts #{what}
CODE
