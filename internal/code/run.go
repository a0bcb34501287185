package code

// Run returns what a program finds in a file.
func (p *Program) Run(f *File) []TaintMatch {
	if p.taint != nil {
		return p.Taint(f)
	}
	rs := p.Search(f)
	out := make([]TaintMatch, len(rs))
	for i, r := range rs {
		out[i].Range = r
	}
	return out
}
