package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readTagValue reads SPDX's line format: "Tag: value", where a value may span lines between <text> and </text>.
func readTagValue(r *bufio.Reader, b *builder) error {
	t := tags{r: r}
	var p *spdxPackage
	flush := func() error {
		if p == nil {
			return nil
		}
		done := p
		p = nil
		return b.addSPDX(done)
	}
	words, licence, version := map[string]string{}, "", ""
	start := len(b.inv.Packages)
	b.ids, b.described = nil, nil
	var related []string
	var owned [][2]string // in tag-value, relationships stand between the packages
	for {
		tag, value, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &placed{line: t.line, err: err}
		}
		switch tag {
		case "SPDXVersion":
			version = value
		case "PackageName":
			if err := flush(); err != nil {
				return &placed{line: t.line, err: err}
			}
			p = &spdxPackage{component: component{name: value}}
		case "FileName", "SnippetSPDXID", "LicenseID":
			if err := flush(); err != nil {
				return &placed{line: t.line, err: err}
			}
			if tag == "LicenseID" {
				licence = value
			}
		case "Relationship": // it may stand anywhere, inside a package too
			if related = strings.Fields(value); len(related) == 3 {
				b.relates(related[0], related[1], related[2])
			}
		case "RelationshipComment":
			if len(related) == 3 && strings.HasPrefix(value, ownership) {
				owned = append(owned, [2]string{related[0], related[2]})
			}
		case "LicenseName":
			if licence != "" && len(words) < maxPackages {
				words[licence] = value
			}
		default:
			if p != nil {
				p.tag(tag, value)
			}
		}
	}
	if err := flush(); err != nil {
		return &placed{line: t.line, err: err}
	}
	for _, o := range owned {
		b.owns(o[0], o[1])
	}
	if err := spdxVersion(b.inv.Target, version); err != nil {
		return err
	}
	b.nameLicences(words, start)
	b.subject(start)
	return nil
}

func (p *spdxPackage) tag(tag, value string) {
	switch tag {
	case "SPDXID":
		p.id = value
	case "PackageVersion":
		p.version = value
	case "PrimaryPackagePurpose":
		p.purpose = value
	case "PackageSourceInfo":
		p.sourceInfo(value)
	case "PackageLicenseDeclared":
		p.licences = splitLicences(value)
	case "PackageLicenseConcluded":
		p.concluded = value
	case "PackageAttributionText":
		p.attribution(value)
	case "ExternalRef":
		if f := strings.Fields(value); len(f) == 3 {
			p.ref(f[1], f[2])
		}
	}
}

// tags reads one tag after the other, counting lines.
type tags struct {
	r    *bufio.Reader
	line int
}

func (t *tags) next() (tag, value string, err error) {
	for {
		s, err := t.read()
		if err != nil {
			return "", "", err
		}
		s = strings.TrimSpace(s)
		if s == "" || s[0] == '#' {
			continue
		}
		tag, value, ok := strings.Cut(s, ":")
		if !ok {
			return "", "", fmt.Errorf("%q is no tag with a value", clip(s))
		}
		value, err = t.value(strings.TrimSpace(value))
		return tag, value, err
	}
}

// value reads the lines up to </text> where a text begins.
func (t *tags) value(s string) (string, error) {
	s, ok := strings.CutPrefix(s, "<text>")
	if !ok {
		return s, nil
	}
	start := t.line
	var b strings.Builder
	for {
		before, _, found := strings.Cut(s, "</text>")
		if b.Len() < maxText {
			b.WriteString(before)
		}
		if found {
			return b.String(), nil
		}
		b.WriteByte('\n')
		var err error
		if s, err = t.read(); err != nil {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("a <text> that begins in line %d never ends: %w", start, io.ErrUnexpectedEOF)
			}
			return "", err
		}
	}
}

// read returns the next line, which ends as on any system: \n, \r\n or \r. Of one that is too long only the beginning.
func (t *tags) read() (string, error) {
	var line []byte
	for read := false; ; read = true {
		c, err := t.r.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && read:
			t.line++
			return string(line), nil
		case err != nil:
			return "", err
		case c == '\r':
			if next, err := t.r.Peek(1); err == nil && next[0] == '\n' {
				continue
			}
			fallthrough
		case c == '\n':
			t.line++
			return string(line), nil
		case len(line) < maxText:
			line = append(line, c)
		}
	}
}
