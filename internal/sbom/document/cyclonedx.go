package document

import (
	"strings"
)

// metadata looks for the distribution: some tools tell it only beside the subject of the document.
func (c cursor) metadata(b *builder) error {
	return c.object(func(key string) error {
		if key != "component" {
			return c.skip()
		}
		root, err := c.component(b, 1)
		if err != nil || root.kind != "operating-system" {
			return err
		}
		b.distro(root)
		return nil
	})
}

// compositions tells of a document that says of itself that something is missing.
func (c cursor) compositions(b *builder) error {
	incomplete := false
	err := c.array(func() error {
		return c.textOr("aggregate", func(s string) { incomplete = incomplete || isIncomplete(s) })
	})
	b.incomplete(incomplete)
	return err
}

// isIncomplete tells "incomplete" and its finer shades, as "incomplete_first_party_only".
func isIncomplete(aggregate string) bool {
	return strings.HasPrefix(strings.TrimSpace(aggregate), "incomplete")
}

func (b *builder) incomplete(said bool) {
	if said {
		b.problem("the SBOM says of itself that it is incomplete")
	}
}

// components reads an array of components into b.
func (c cursor) components(b *builder, depth int) error {
	if depth > maxNesting {
		return errDeep
	}
	return c.array(func() error {
		comp, err := c.component(b, depth)
		if err != nil {
			return err
		}
		return b.add(comp)
	})
}

// component reads one component; those inside it go to b at once.
func (c cursor) component(b *builder, depth int) (*component, error) {
	comp := new(component)
	err := c.object(func(key string) (err error) {
		switch key {
		case "type":
			comp.kind, err = c.interned(b)
		case "group":
			comp.group, err = c.text()
		case "name":
			comp.name, err = c.text()
		case "version":
			comp.version, err = c.text()
		case "purl":
			comp.purl, err = c.text()
		case "cpe":
			comp.cpe, err = c.text()
		case "scope":
			comp.scope, err = c.interned(b)
		case "licenses":
			err = c.licences(b, comp)
		case "properties":
			err = c.properties(b, comp)
		case "evidence":
			err = c.evidence(comp)
		case "components":
			err = c.components(b, depth+1)
		default:
			err = c.skip()
		}
		return err
	})
	return comp, err
}

func (c cursor) interned(b *builder) (string, error) {
	v, err := c.raw()
	if err != nil {
		return "", err
	}
	if s, ok := b.names[string(v)]; ok {
		return s, nil
	}
	return b.intern(string(v)), nil
}

func (c cursor) licences(b *builder, comp *component) error {
	add := func() error {
		s, err := c.interned(b)
		if s != "" {
			comp.licences = append(comp.licences, s)
		}
		return err
	}
	return c.array(func() error {
		return c.object(func(key string) error {
			switch key {
			case "expression":
				return add()
			case "license":
				return c.object(func(key string) error {
					if key == "id" || key == "name" {
						return add()
					}
					return c.skip()
				})
			}
			return c.skip()
		})
	})
}

func (c cursor) properties(b *builder, comp *component) error {
	return c.array(func() error {
		var name string
		var value []byte
		err := c.object(func(key string) error {
			switch key {
			case "name":
				s, err := c.propertyName(b)
				name = s
				return err
			case "value":
				v, err := c.raw()
				value = append(value[:0], v...)
				return err
			}
			return c.skip()
		})
		if err == nil && name != "" {
			comp.property(name, func() string { return b.intern(string(value)) })
		}
		return err
	})
}

// propertyName returns the names that component.property may know, and "" for the rest, which are most.
func (c cursor) propertyName(b *builder) (string, error) {
	v, err := c.raw()
	if err != nil {
		return "", err
	}
	if s, ok := b.names[string(v)]; ok {
		return s, nil
	}
	s := string(v)
	if strings.HasPrefix(s, "syft:location:") && !strings.HasPrefix(s, "syft:location:0:") {
		return "", nil
	}
	return b.intern(s), nil
}

func (c cursor) evidence(comp *component) error {
	return c.object(func(key string) error {
		if key != "occurrences" {
			return c.skip()
		}
		return c.array(func() error {
			return c.object(func(key string) error {
				if key != "location" {
					return c.skip()
				}
				s, err := c.text()
				if s != "" {
					comp.paths = append(comp.paths, s)
				}
				return err
			})
		})
	})
}

// nameLicences puts the words of extracted licences in the place of their references.
func (b *builder) nameLicences(words map[string]string, start int) {
	if len(words) == 0 {
		return
	}
	for i := start; i < len(b.inv.Packages); i++ {
		for j, l := range b.inv.Packages[i].Licences {
			if w := words[l]; w != "" {
				b.inv.Packages[i].Licences[j] = w
			}
		}
	}
}

// splitLicences parts a conjunction of licences; any other expression stays whole.
func splitLicences(expr string) []string {
	switch expr {
	case "", "NOASSERTION", "NONE":
		return nil
	}
	if strings.ContainsRune(expr, '(') || !strings.Contains(expr, " AND ") || strings.Contains(expr, " OR ") {
		return []string{expr}
	}
	return strings.Split(expr, " AND ")
}
