package ecosystem

// OSV's names of the ecosystems that are not a distribution's.
const (
	PyPI      = "PyPI"
	NPM       = "npm"
	Go        = "Go"
	Crates    = "crates.io"
	Maven     = "Maven"
	RubyGems  = "RubyGems"
	Packagist = "Packagist"
	NuGet     = "NuGet"
	Bitnami   = "Bitnami"
	Hex       = "Hex"
	CRAN      = "CRAN"
	SwiftURL  = "SwiftURL"
	Conda     = "conda" // OSV has none of that name
	PECL      = "PECL"  // nor of this
)
