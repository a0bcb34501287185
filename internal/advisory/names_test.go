package advisory

import "testing"

func TestSplitEcosystem(t *testing.T) {
	for in, want := range map[string][2]string{
		"Debian:12.5":         {"Debian", "12"},
		"Ubuntu:22.04:LTS":    {"Ubuntu", "22.04"},
		"Alpine:v3.20":        {"Alpine", "v3.20"},
		"Alpine":              {"Alpine", ""},
		"npm":                 {"npm", ""},
		"Red Hat":             {"Red Hat", ""},
		"Wolfi":               {"Wolfi", ""},
		"openSUSE:Leap 15.5":  {"openSUSE", "Leap 15.5"},
		"openSUSE:Tumbleweed": {"openSUSE", "Tumbleweed"},
		// A package does not tell from which repository or module of a release it came.
		"Red Hat:enterprise_linux:9::baseos":                   {"Red Hat", "enterprise_linux:9"},
		"Red Hat:enterprise_linux:9::appstream":                {"Red Hat", "enterprise_linux:9"},
		"Red Hat:rhel_eus:9.2::baseos":                         {"Red Hat", "rhel_eus:9.2"},
		"SUSE:Linux Enterprise Module for Basesystem 15 SP5":   {"SUSE", "Linux Enterprise 15 SP5"},
		"SUSE:Linux Enterprise Server 15 SP5-LTSS":             {"SUSE", "Linux Enterprise 15 SP5"},
		"SUSE:Linux Enterprise Server for SAP Applications 12": {"SUSE", "Linux Enterprise 12"},
		"SUSE:Linux Enterprise Micro 5.5":                      {"SUSE", "Linux Enterprise Micro 5.5"},
		"SUSE:Manager Server 4.3":                              {"SUSE", "Manager Server 4.3"},
		"Packagist:https://packages.drupal.org/8":              {"Packagist", ""},
	} {
		if name, release := SplitEcosystem(in); name != want[0] || release != want[1] {
			t.Errorf("%s: %q %q, want %q", in, name, release, want)
		}
	}
}
