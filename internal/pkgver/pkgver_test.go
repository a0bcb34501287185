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
