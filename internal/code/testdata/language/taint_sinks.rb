def sequence
  w = river()
  # ruleid: sink-sequence
  open()
  use(w)
  close()
  # ok: sink-sequence
  open()
  use("w")
  close()
end
