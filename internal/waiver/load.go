package waiver

import (
	"fmt"
	"path/filepath"

	"github.com/drydock/drydock/internal/report"
)

// Options says where accepted risks are looked for.
type Options struct {
	Root  string              // where the paths of reports start
	Dirs  []string            // folders that are scanned: their waiver files and other tools' ignore files count
	Files []string            // waiver files that were named, instead of drydock's own in Dirs
	VEX   []string            // OpenVEX documents that were named
	Shown func(string) string // a path as reports name it; nil = as it is
}

// Load reads everything that speaks of accepted risks. A file that is wrong is an error and not passed over: findings
// would be open that somebody accepted, or accepted that nobody did.
func Load(opt Options) (*Set, error) {
	s := &Set{}
	shown := opt.Shown
	if shown == nil {
		shown = filepath.ToSlash
	}
	read := func(file string, take func(name string, text []byte) error) error {
		text, err := readFile(file)
		if err != nil {
			return err
		}
		name := shown(file)
		if err := take(name, text); err != nil {
			return err
		}
		s.Files = append(s.Files, name)
		s.Bytes += int64(len(text))
		return nil
	}
	s.comments = fileReader(opt.Root)
	files := opt.Files
	for _, dir := range opt.Dirs {
		if own := Find(dir); own != "" && len(opt.Files) == 0 {
			files = append(files, own)
		}
	}
	for _, f := range files {
		if err := read(f, s.own); err != nil {
			return nil, err
		}
	}
	for _, dir := range opt.Dirs {
		for _, kind := range foreign {
			if !exists(dir, kind.name) {
				continue
			}
			if err := read(filepath.Join(dir, filepath.FromSlash(kind.name)), s.foreign); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range opt.VEX {
		if err := read(f, s.vex); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Set) own(name string, text []byte) error {
	ws, err := Parse(name, text)
	s.Waivers = append(s.Waivers, ws...)
	return err
}

func (s *Set) foreign(name string, text []byte) error {
	ws, warnings, err := ParseForeign(name, text)
	s.Waivers = append(s.Waivers, ws...)
	s.Warnings = append(s.Warnings, warnings...)
	return err
}

func (s *Set) vex(name string, text []byte) error {
	sts, err := ParseVEX(name, text)
	s.VEX = append(s.VEX, sts...)
	return err
}

// unusedVEX tells how many of the statements spoke of nothing here: documents of others cover many products.
func (s *Set) unusedVEX() []report.Warning {
	used := 0
	for _, st := range s.VEX {
		if st.used {
			used++
		}
	}
	if len(s.VEX) == 0 || used == len(s.VEX) {
		return nil
	}
	return []report.Warning{{Text: fmt.Sprintf("of %s in the OpenVEX documents %d speak of a package or image here",
		report.Plural(len(s.VEX), "statement"), used)}}
}
