def breaks(ears)
  word = ""
  while ears.more
    if ears.open
      word = hear()
      break
    end
    next
  end
  # ruleid: jumps
  say(word)
end

def chosen(mood)
  word = hear()
  case mood
  when 1 then word = "a"
  else word = "b"
  end
  # ok: jumps
  say(word)
  word = hear()
  case mood
  when 1 then word = "a"
  end
  # ruleid: jumps
  say(word)
end

def guarded(ok)
  word = hear()
  ok or return
  # ruleid: jumps
  say(word)
end
