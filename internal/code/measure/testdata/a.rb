def f(a) # @+1/1
  if a && b || c # @+3/3
    1
  elsif c # @+1/1
    2
  else # @+0/1
    3
  end
  x = 1 unless y # @+1/1
  case a # @+0/1
  when 1, 2 then 1 # @+2/0
  else 2
  end
  begin
    g
  rescue A, B => e # @+1/1
    h
  ensure
    i
  end
  z = g rescue nil # @+1/1
  a.each do |q| # @+1/0
    puts q while y # @+1/2
    next 1 if q # @+1/2
  end
  until x do f(a) end # @+1/1
  case [a] # @+0/1
  in [p] # @+1/0
    1
  end
  a ? b : c # @+1/1
end

class A
  def m; self.m(1); end # @+1/1
end
