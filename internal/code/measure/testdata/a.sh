f() { # @+1/0
  if [ a ] && [ b ]; then # @+2/2
    c
  elif d; then # @+1/1
    e
  else # @+0/1
    g
  fi
  case $a in # @+0/1
    x|y) b;; # @+2/0
    *) c;;
  esac
  for i in a b; do # @+1/1
    while true; do # @+1/2
      a || b && c # @+2/2
    done
  done
  for ((i=0;i<1;i++)); do # @+1/1
    a
  done
}
