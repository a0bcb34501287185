package traefik

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed static.txt
var staticText string

// staticSchema is the tree that static.txt describes.
var staticSchema = sync.OnceValue(func() *field { return parseSchema(staticText) })

// Refused is the first setting that makes a Traefik of that version refuse to start: a name that it does not know, or a
// switch that is neither on nor off. A file's own sections and the environment's first words that no version knows are
// passed over, as Traefik does; a flag is not. nil means that there is none, or that the version's settings are not
// known here (version 2).
func (s *Static) Refused(v Version) *LabelError {
	if s.tree == nil || v.Major == 2 {
		return nil
	}
	if !v.Known() {
		v = Newest
	}
	for _, c := range s.tree.children {
		if f := staticSchema().children[strings.ToLower(c.name)]; f == nil && s.Source != "flags" {
			continue
		}
		if err := c.checkField(staticSchema(), v, false); err != nil {
			return err
		}
	}
	return nil
}

// Line is the line of a file at which the error stands, 0 if that is not known.
func (e *LabelError) Line() int { return e.line }
