package code

// Run returns what a program finds in a file.
func (p *Program) Run(f *File) []Range {
	if p.taint != nil {
		return nil
	}
	return p.Search(f)
}
