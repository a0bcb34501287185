begin
  f
rescue StandardError
  g
# ruleid: ruby-handler-order
rescue ArgumentError
  h
end
begin
  f
rescue ArgumentError
  h
# ok: ruby-handler-order
rescue StandardError
  g
end
begin
  f
rescue StandardError
  g
# ok: ruby-handler-order
rescue LoadError
  h
end
