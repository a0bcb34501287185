package extract

import (
	"github.com/drydock/drydock/internal/inventory"
)

// Facts is what one file told.
type Facts struct {
	Path     string
	Packages []inventory.Package
	DB       *Database         // a distribution's package database
	OS       map[string]string // os-release
	Owns     []Ownership
	Runtime  *Runtime
	Marker   bool   // the file's being there is what matters
	Language bool   // Owns is the word of a language's package, not of the distribution
	Unless   string // a file that, where it is there, speaks for these packages itself
	Explains string // a folder whose programs these packages explain
	Err      string
	Secrets  []inventory.Secret
}

// Database is a distribution's database, or one package's part of it.
type Database struct {
	Kind     string // the package URL's type: "deb", "apk", "rpm", "alpm"
	Packages []Package
}

// Package is a distribution's package, before it is known which distribution that is.
type Package struct {
	Name, Version, Arch string
	Source              inventory.Source
	Licences            []string
	Vendor              string
	Size                int64    // installed, in bytes; 0 where the database does not tell
	Needs               []string // names of the packages that it depends on, alternatives all; empty where that is not read
}

// Key tells the packages of one database apart.
func (p *Package) Key() string { return p.Name + "\x00" + p.Version + "\x00" + p.Arch }

// Ownership says which files a package installed. Paths are relative to the root, as the database has them, which may
// be by way of a symbolic link (/bin/ls).
type Ownership struct {
	Owner string
	Paths []string
}

// Executable is an executable file or shared library.
type Executable struct {
	Path string
	Size int64
	Self bool // it tells itself what it is made of, as Go's and cargo-auditable's do
}

// Runtime is an interpreter or server that was found by its own files, as official images have it: built from
// source, below /usr/local, in no package database.
type Runtime struct {
	Name    string // as the Bitnami ecosystem has it
	Version string
	Prefix  string // folder below which its executables are explained: "usr/local", "opt/java/openjdk"
}

// Task looks into a file: what it tells, and whether it is executable machine code.
type Task func(f *File) (*Facts, *Executable, error)

// PackagesTask makes a task of a package reader.
func PackagesTask(read Reader) Task {
	return func(f *File) (*Facts, *Executable, error) {
		ps, err := read(f)
		if len(ps) == 0 && err == nil {
			return nil, nil, nil
		}
		return &Facts{Packages: ps}, nil, err
	}
}
