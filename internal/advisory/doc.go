// Package advisory keeps OSV advisories on disk and looks them up by ecosystem and package.
//
// What goes in is the public OSV bulk layout, a folder or an address with {ecosystem}/all.zip of one JSON record a
// file, beside CISA's catalogue of known exploited vulnerabilities and FIRST's EPSS scores. What is kept is one flat
// file an ecosystem, of which no more is read and decoded than a look-up asks for, plus a snapshot
// of the facts alone inside the program (see docs/advisories.md for the layout, the rules and the sources' licences).
package advisory
