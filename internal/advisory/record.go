package advisory

import "time"

// Record is what an advisory says of itself, apart from the packages it affects.
type Record struct {
	ID        string
	Aliases   []string // other ids of the same vulnerability
	Upstream  []string // vulnerabilities that a distribution's advisory answers; one advisory may answer many
	Published time.Time
	Modified  time.Time
	Withdrawn time.Time // zero where it stands
	Vectors   []string  // CVSS vectors, of any version
	Word      string    // the database's own severity word, lower case, "" where it has none
	CWE       []string
	Malicious bool // the package itself is the attack

	at   cursor    // where the packages begin
	also []*Record // the same record in indexes of other ecosystems
}

// PackageRef names a package that a record speaks of.
type PackageRef struct {
	Ecosystem string // without release
	Name      string
}

// Affected is what a record says of one package: the versions in Ranges or in Versions are affected.
type Affected struct {
	Release  string // the distribution's release, "" for all
	Ranges   []Range
	Versions []string // only those that no range holds
	Vectors  []string // CVSS vectors for this package, where they differ from the record's
	Word     string   // severity word for this package
}

// End says how a range ends.
type End uint8

// The ends of a range. Limit is the exclusive end of what the record speaks about, and no fix.
const (
	NoEnd        End = iota // all later versions are affected
	Fixed                   // exclusive
	LastAffected            // inclusive
	Limit                   // exclusive
)

// Range is an interval of affected versions: From <= v, and v before End.
type Range struct {
	From string // "" from the first version on
	To   string // "" where End is NoEnd
	End  End
}
