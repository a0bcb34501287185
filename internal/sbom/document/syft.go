package document

import "strings"

// syft's own JSON: what it found is told under "artifacts", most of it in the package URL.
func (c cursor) syftArtifacts(b *builder, o *object) error {
	return c.array(func() error {
		var comp component
		var id string
		err := c.object(func(key string) (err error) {
			switch key {
			case "id":
				id, err = c.text()
			case "name":
				comp.name, err = c.text()
			case "version":
				comp.version, err = c.text()
			case "purl":
				comp.purl, err = c.text()
			case "type":
				o.artifactTypes = true
				err = c.skip()
			case "cpes":
				err = c.syftCPEs(&comp)
			case "licenses":
				err = c.syftLicences(b, &comp)
			case "locations":
				err = c.syftLocations(b, &comp)
			case "metadata":
				err = c.syftMetadata(&comp)
			default:
				err = c.skip()
			}
			return err
		})
		if err != nil {
			return err
		}
		n := len(b.inv.Packages)
		if err := b.add(&comp); err != nil {
			return err
		}
		if len(b.inv.Packages) > n {
			b.identify(id, n)
		}
		return nil
	})
}

// syftCPEs takes the first; newer versions write each as an object.
func (c cursor) syftCPEs(comp *component) error {
	return c.array(func() error {
		return c.textOr("cpe", func(s string) {
			if comp.cpe == "" {
				comp.cpe = s
			}
		})
	})
}

func (c cursor) syftLicences(b *builder, comp *component) error {
	return c.array(func() error {
		var value, spdx string
		if c.PeekKind() != '{' {
			s, err := c.interned(b)
			value = s
			if value != "" {
				comp.licences = append(comp.licences, value)
			}
			return err
		}
		err := c.object(func(key string) (err error) {
			switch key {
			case "value":
				value, err = c.interned(b)
			case "spdxExpression":
				spdx, err = c.interned(b)
			default:
				err = c.skip()
			}
			return err
		})
		if spdx != "" {
			value = spdx
		}
		if value != "" {
			comp.licences = append(comp.licences, value)
		}
		return err
	})
}

// syftLocations takes the first place, as the other formats that syft writes do.
func (c cursor) syftLocations(b *builder, comp *component) error {
	first := true
	return c.array(func() error {
		keep := first
		first = false
		if c.PeekKind() != '{' {
			return c.textOr("", func(s string) {
				if keep {
					comp.paths = append(comp.paths, strings.TrimPrefix(s, "/"))
				}
			})
		}
		return c.object(func(key string) error {
			if !keep || key != "path" && key != "layerID" {
				return c.skip()
			}
			s, err := c.text()
			if key == "layerID" {
				comp.layer = b.intern(s)
			} else if s != "" {
				comp.paths = append(comp.paths, strings.TrimPrefix(s, "/"))
			}
			return err
		})
	})
}

// syftMetadata reads the source package where a package URL of an old version leaves it out.
func (c cursor) syftMetadata(comp *component) error {
	return c.object(func(key string) (err error) {
		switch key {
		case "source", "originPackage":
			comp.source.name, err = c.text()
		case "sourceVersion":
			comp.source.version, err = c.text()
		default:
			err = c.skip()
		}
		return err
	})
}

// syftDistro reads os-release as syft has it.
func (c cursor) syftDistro(b *builder) error {
	os := component{kind: "operating-system"}
	err := c.object(func(key string) (err error) {
		switch key {
		case "id", "name":
			var s string
			if s, err = c.text(); key == "id" && s != "" || os.name == "" {
				os.name = s
			}
		case "versionID", "version":
			var s string
			if s, err = c.text(); key == "versionID" && s != "" || os.version == "" {
				os.version = s
			}
		case "versionCodename":
			os.distro.Codename, err = c.text()
		case "prettyName":
			os.distro.PrettyName, err = c.text()
		default:
			err = c.skip()
		}
		return err
	})
	if os.name != "" {
		b.distro(&os)
	}
	return err
}

// syftRelationships reads which of a distribution's packages own a language's.
func (c cursor) syftRelationships(b *builder) error {
	return c.array(func() error {
		var parent, child, kind string
		err := c.object(func(key string) (err error) {
			switch key {
			case "parent":
				parent, err = c.text()
			case "child":
				child, err = c.text()
			case "type":
				kind, err = c.interned(b)
			default:
				err = c.skip()
			}
			return err
		})
		if kind == ownership {
			b.owns(parent, child)
		}
		return err
	})
}

// textOr calls f with the next value if it is a string, or with the named field of an object.
func (c cursor) textOr(field string, f func(string)) error {
	if c.PeekKind() != '{' {
		s, err := c.text()
		f(s)
		return err
	}
	return c.object(func(key string) error {
		if key != field {
			return c.skip()
		}
		s, err := c.text()
		f(s)
		return err
	})
}
