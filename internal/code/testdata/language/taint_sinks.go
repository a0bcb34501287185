package sinks

func f() {
	s := street()
	// ruleid: sink-definition
	var p = pack(s)
	// ruleid: sink-definition
	q := pack(s)
	// ok: sink-definition
	var r = pack("x")
}
