// Package debian reads the control files of Debian's package management: the database of what is installed in an image
// and the index of a release.
package debian

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
)

// Field is a field of a paragraph that is kept. What else stands in one is passed over.
type Field int

// The fields, by their names in the file.
const (
	Package Field = iota
	Status
	Version
	Architecture
	Source
	InstalledSize
	Depends
	PreDepends
	Provides
	Essential
)

var names = [...]string{
	Package: "Package", Status: "Status", Version: "Version", Architecture: "Architecture", Source: "Source",
	InstalledSize: "Installed-Size", Depends: "Depends", PreDepends: "Pre-Depends", Provides: "Provides",
	Essential: "Essential",
}

// Paragraph is one package of a control file: the fields' first lines.
type Paragraph [len(names)]string

// Removed reports whether the package is in the database and no longer in the image.
func (p *Paragraph) Removed() bool {
	state := p[Status][strings.LastIndexByte(p[Status], ' ')+1:]
	return state == "not-installed" || state == "config-files"
}

// Parser takes a control file line by line.
type Parser struct {
	fn     func(line int, p *Paragraph) error
	p      Paragraph
	line   int // the last one taken
	begin  int // the paragraph's first; 0 between paragraphs
	first  error
	faults int
}

// NewParser returns a Parser that calls fn for each paragraph, with the line on which it begins.
func NewParser(fn func(line int, p *Paragraph) error) *Parser { return &Parser{fn: fn} }

// Line takes the next line, without its end.
func (d *Parser) Line(line []byte) {
	d.line++
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 {
		d.flush()
		return
	}
	if line[0] == ' ' || line[0] == '\t' { // the field above goes on
		return
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || bytes.IndexByte(line[:colon], 0) >= 0 {
		d.note(fmt.Errorf("line %d: not a field", d.line))
		return
	}
	if d.begin == 0 {
		d.begin = d.line
	}
	for i, name := range names {
		if string(line[:colon]) == name {
			d.p[i] = string(bytes.TrimSpace(line[colon+1:]))
		}
	}
}

// End takes the end of the file. The error is the first that fn returned or that a line was, with how many more there
// were: what stands after it was read all the same.
func (d *Parser) End() error {
	d.flush()
	if d.faults > 1 {
		return fmt.Errorf("%w (and %d more faults)", d.first, d.faults-1)
	}
	return d.first
}

func (d *Parser) flush() {
	if d.begin > 0 {
		d.note(d.fn(d.begin, &d.p))
	}
	d.p, d.begin = Paragraph{}, 0
}

func (d *Parser) note(err error) {
	if err == nil {
		return
	}
	if d.faults++; d.first == nil {
		d.first = err
	}
}

// maxLine bounds a line of what is read as a stream. The longest, a list of dependencies, is a hundredth of it.
const maxLine = 4 << 20

// Lines calls fn with each line of a stream; fn must not keep the bytes.
func Lines(r io.Reader, fn func(line []byte)) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxLine)
	for sc.Scan() {
		fn(sc.Bytes())
	}
	return sc.Err()
}

// IsStatus reports whether a file of an image, by its path without a leading slash, says what is installed: dpkg's
// database, or one package's part of it in images without dpkg.
func IsStatus(name string) bool {
	if strings.HasPrefix(name, "var/lib/dpkg/status.d/") {
		return !strings.HasSuffix(name, ".md5sums")
	}
	return name == "var/lib/dpkg/status" || name == "usr/lib/dpkg/status"
}

// listFolder is where dpkg keeps what each package installed.
const listFolder = "var/lib/dpkg/info/"

// IsList reports whether a file of an image is dpkg's list of what one package installed.
func IsList(name string) bool {
	return strings.HasPrefix(name, listFolder) && strings.HasSuffix(name, ".list")
}

// Owner is the package that a list of files is of: NAME.list or NAME:ARCHITECTURE.list.
func Owner(list string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(list), ".list"), ":")
	return name
}
