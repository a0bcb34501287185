package ecosystem

import (
	"testing"

	"github.com/drydock/drydock/internal/advisory/version"
)

func TestDistributionName(t *testing.T) {
	for _, c := range []struct {
		d    Distribution
		want string
		osv  bool
	}{
		{Distribution{ID: "debian", Version: "12.5"}, "Debian:12", true},
		{Distribution{ID: "debian", Codename: "trixie"}, "Debian:13", true},
		{Distribution{ID: "debian", Version: "forky/sid"}, "Debian:14", true},
		{Distribution{ID: "debian", Codename: "sid"}, "Debian", true},
		{Distribution{ID: "Ubuntu", Version: "22.04.3"}, "Ubuntu:22.04:LTS", true},
		{Distribution{ID: "ubuntu", Version: "noble"}, "Ubuntu:24.04:LTS", true},
		{Distribution{ID: "ubuntu", Version: "25.04"}, "Ubuntu:25.04", true},
		{Distribution{ID: "alpine", Version: "3.21_alpha20240807"}, "Alpine:v3.21", true},
		{Distribution{ID: "alpine", Version: "v3.20"}, "Alpine:v3.20", true},
		{Distribution{ID: "alpine", Version: "edge"}, "Alpine", true},
		{Distribution{ID: "minimos", Version: "20241031"}, "MinimOS", true},
		{Distribution{ID: "alma", Version: "9"}, "AlmaLinux:9", true},
		{Distribution{ID: "rocky", Version: "9.3"}, "Rocky Linux:9", true},
		{Distribution{ID: "rhel", Version: "9.4", CPE: "cpe:/o:redhat:enterprise_linux:9::baseos"},
			"Red Hat:enterprise_linux:9::baseos", true},
		{Distribution{ID: "rhel", Version: "8.10"}, "Red Hat:enterprise_linux:8", true},
		{Distribution{ID: "sles", Version: "15.5", Pretty: "SUSE Linux Enterprise Server 15 SP5"},
			"SUSE:Linux Enterprise Server 15 SP5", true},
		{Distribution{ID: "sles", Version: "12-SP5"}, "SUSE:Linux Enterprise Server 12 SP5", true},
		{Distribution{ID: "sles", Version: "15"}, "SUSE:Linux Enterprise Server 15", true},
		{Distribution{ID: "sl-micro", Version: "6.0"}, "SUSE:Linux Micro 6.0", true},
		{Distribution{ID: "opensuse-tumbleweed", Version: "20240101"}, "openSUSE:Tumbleweed", true},
		{Distribution{ID: "opensuse", Version: "20240101"}, "openSUSE:Tumbleweed", true},
		{Distribution{ID: "opensuse", Version: "15.6"}, "openSUSE:Leap 15.6", true},
		{Distribution{ID: "photon", Version: "4"}, "Photon OS:4.0", true},
		{Distribution{ID: "mariner", Version: "2.0.20230518"}, "Azure Linux:2", true},
		{Distribution{ID: "openEuler", Version: "22.03", Pretty: "openEuler 22.03 (LTS-SP1)"},
			"openEuler:22.03-LTS-SP1", true},
		{Distribution{ID: "openEuler", Version: "22.03", Pretty: "openEuler 22.03 LTS"}, "openEuler:22.03-LTS", true},
		{Distribution{ID: "ol", Version: "9.3"}, "Oracle Linux:9", false},
		{Distribution{ID: "gentoo", Version: "2.14"}, "Gentoo", false},
		{Distribution{ID: "void"}, "void", false},
		{Distribution{ID: "nixos", Version: "23.11"}, "nixos:23.11", false},
		{Distribution{}, "", false},
	} {
		if got, osv := c.d.Name(); got != c.want || osv != c.osv {
			t.Errorf("%+v: %q %v, want %q %v", c.d, got, osv, c.want, c.osv)
		}
	}
}

// No name stands for two distributions, and the order of versions is known of each that has advisories.
func TestFamilies(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range families {
		for _, id := range f.ids {
			if seen[id] {
				t.Errorf("%s stands twice", id)
			}
			seen[id] = true
		}
		if _, ok := version.For(f.name); !ok && f.osv && f.name != "Echo" && f.name != "CleanStart" {
			t.Errorf("%s has no order of versions", f.name)
		}
	}
}

func TestPublished(t *testing.T) {
	for name, want := range map[string]bool{
		"npm": true, "Debian:12": true, "SUSE:Linux Enterprise Server 15 SP5": true, "Arch Linux": false,
		"Fedora:39": false, "conda": false, "": false,
	} {
		if Published(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestRuntime(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"", "redis"}: "redis", {"", "Node"}: "node", {"apache", "httpd"}: "apache", {"oracle", "openjdk"}: "java",
		{"redis", "redis"}: "redis",
		{"acme", "redis"}:  "", {"", "acme"}: "", {"", "mysql"}: "",
	} {
		if got := Runtime(in[0], in[1]); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
	for _, c := range [][3]string{
		{"postgresql", "16.1", "16.1.0"}, {"python", "3.13.0rc1", "3.13.0-rc1"}, {"java", "1.8.0_392", "8.0.392"},
		{"java", "1.8.0_392-b08", "8.0.392"}, {"golang", "go1.22.1", "1.22.1"}, {"redis", "7.0.0", "7.0.0"},
	} {
		if got := RuntimeVersion(c[0], c[1]); got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
	for in, want := range map[string]string{"7.0.0-1": "7.0.0", "7.0.0": "7.0.0", "1.0.0-rc1": "1.0.0-rc1",
		"2024-01-02-3": "2024-01-02"} {
		if got := BitnamiVersion(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
