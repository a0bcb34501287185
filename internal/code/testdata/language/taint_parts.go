package parts

func names(o *Box) {
	o.a = src()
	p := o
	// ruleid: parts
	sink(p.a)
	// ok: parts
	sink(p.b)
}
