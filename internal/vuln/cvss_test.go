package vuln

import "testing"

// The scores are those that FIRST's calculators give for the vectors.
func TestParseCVSS(t *testing.T) {
	for v, want := range map[string]float64{
		"AV:N/AC:L/Au:N/C:P/I:P/A:P":                                      7.5,
		"AV:L/AC:H/Au:N/C:N/I:P/A:N":                                      1.2,
		"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N":                    6.1,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H":                    9.8,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H":                    10,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N":                    0,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 9.3,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": 10,
		"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N": 5.7,
	} {
		s, ok := ParseCVSS(v)
		if !ok || s.Value != want {
			t.Errorf("%s: %v %v, want %v", v, s.Value, ok, want)
		}
	}
	for _, v := range []string{"", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:5.0/AV:N", "9.8", "high"} {
		if s, ok := ParseCVSS(v); ok {
			t.Errorf("%q has score %v", v, s.Value)
		}
	}
}

func FuzzParseCVSS(f *testing.F) {
	f.Add("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U")
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C")
	f.Add("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
	f.Add("AV:N/AC:L/Au:N/C:P/I:P/A:P")
	f.Fuzz(func(t *testing.T, v string) {
		if s, ok := ParseCVSS(v); ok && !(s.Value >= 0 && s.Value <= 10) {
			t.Errorf("%q: %v", v, s.Value)
		}
	})
}
