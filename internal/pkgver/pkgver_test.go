package pkgver

import "testing"

func TestHigher(t *testing.T) {
	for _, c := range []struct{ purl, a, b, want string }{
		{"pkg:pypi/x", "1.9", "1.10", "1.10"},
		{"pkg:deb/debian/x", "1.0~rc1", "1.0", "1.0"},
		{"pkg:npm/x", "2.0.0", "10.0.0", "10.0.0"},
		{"pkg:npm/x", "", "1.0.0", "1.0.0"},
		{"pkg:npm/x", "1.0.0", "", "1.0.0"},
		{"pkg:other/x", "1", "2", "1"},
	} {
		if got := Higher(c.purl, c.a, c.b); got != c.want {
			t.Errorf("Higher(%s, %q, %q) = %q, want %q", c.purl, c.a, c.b, got, c.want)
		}
	}
}

// Ranges are read as the package manager of their ecosystem reads them; what is none is not known.
func TestAdmits(t *testing.T) {
	const pip, npm = "pkg:pypi/a@1", "pkg:npm/a@1"
	for _, c := range []struct {
		purl, constraint, version string
		admits, known             bool
	}{
		{pip, "== 21.*", "21.2.0", true, true}, {pip, "== 21.*", "22.0.0", false, true},
		{pip, "~=1.4", "1.9", true, true}, {pip, "~=1.4.2", "1.5", false, true},
		{pip, ">=1,!=1.5", "1.5", false, true}, {pip, ">=1,<2", "2.0", false, true}, {pip, "", "9", true, true},
		{pip, "===1.0", "1.0", true, true}, {pip, ">=2.0.1", "2.0.1.post1", true, true},
		{pip, "nonsense", "1", false, false},
		{npm, "^1.2.3", "1.9.0", true, true}, {npm, "^0.2.3", "0.3.0", false, true}, {npm, "~1.2", "1.3.0", false, true},
		{npm, "1.x || 2.x", "2.5.1", true, true}, {npm, "latest", "7.0.0", true, true},
		{npm, "git+https://example.com/a.git", "1.0.0", false, false},
		{"pkg:gem/a@1", "~> 2.2", "2.9", true, true}, {"pkg:cargo/a@1", "1.2", "2.0.0", false, true},
		{"pkg:deb/debian/a@1", "", "2", false, false},
	} {
		if admits, known := Admits(c.purl, c.constraint, c.version); admits != c.admits || known != c.known {
			t.Errorf("%s %q admits %s: %v, %v", c.purl, c.constraint, c.version, admits, known)
		}
	}
}

func TestReaches(t *testing.T) {
	for _, c := range []struct {
		purl, version, other string
		reaches, known       bool
	}{
		{"pkg:deb/debian/a", "1.0-1+deb12u2", "1.0-1+deb12u1", true, true},
		{"pkg:deb/debian/a", "1.0-1~x", "1.0-1", false, true}, {"pkg:pypi/a", "1.0", "1.0", true, true},
		{"pkg:pypi/a", "", "1.0", false, false}, {"pkg:nonsense/a", "1", "0", false, false},
	} {
		if reaches, known := Reaches(c.purl, c.version, c.other); reaches != c.reaches || known != c.known {
			t.Errorf("%s %s reaches %s: %v, %v", c.purl, c.version, c.other, reaches, known)
		}
	}
}
