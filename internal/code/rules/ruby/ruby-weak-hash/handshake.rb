require "digest"

def accept(key)
  # ok: ruby-weak-hash
  Digest::SHA1.base64digest(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
end
