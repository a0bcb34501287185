package sbom

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
)

// Servers that tell their version in files of their own, and those that their makers package themselves.
func TestServersOwnVersion(t *testing.T) {
	jar := string(zipped(t, "x", []byte("x")))
	status := strings.Join([]string{
		"Package: mongodb-org-server\nStatus: install ok installed\nVersion: 6.0.5\nArchitecture: amd64\n",
		"Package: nginx\nStatus: install ok installed\nVersion: 1.25.3-1~bookworm\nArchitecture: amd64\n",
		"Package: postgresql-16\nStatus: install ok installed\nVersion: 16.1-1.pgdg120+1\nArchitecture: amd64\n",
		"Package: mariadb-server\nStatus: install ok installed\nVersion: 1:10.11.6-0+deb12u1\nArchitecture: amd64\n",
		"Package: redis-server\nStatus: install ok installed\nVersion: 5:7.0.15-1~deb12u1\nArchitecture: amd64\n",
	}, "\n")
	inv := read(t, imagetest.Tar(t,
		entry{Name: "etc/os-release", Data: "ID=debian\nVERSION_ID=\"12\"\n"},
		entry{Name: "var/lib/dpkg/status", Data: status},
		entry{Name: "opt/keycloak/version.txt", Data: "Keycloak - Version 21.1.1\n"},
		entry{Name: "usr/share/elasticsearch/lib/elasticsearch-8.9.0.jar", Data: jar},
		entry{Name: "app/lib/elasticsearch-7.1.0.jar", Data: jar},
		entry{Name: "opt/kafka/libs/kafka_2.13-3.5.0.jar", Data: jar},
		entry{Name: "usr/local/tomcat/RELEASE-NOTES", Data: "====\n  Apache Tomcat Version 9.0.80\n"},
		entry{Name: "var/www/html/wp-includes/version.php", Data: "<?php\n$wp_version = '6.2';\n"},
		entry{Name: "usr/src/nextcloud/version.php", Data: "<?php\n$OC_VersionString = '27.0.1';\n"},
		entry{Name: "srv/other/version.php", Data: "<?php\n$version = '1.0.0';\n"},
		entry{Name: "opt/rabbitmq/plugins/rabbit-3.12.2/ebin/rabbit.app",
			Data: "{application, rabbit, [\n\t{vsn, \"3.12.2\"},\n"},
	))
	var got []string
	for _, p := range inv.Packages {
		if p.Ecosystem == ecosystem.Bitnami {
			got = append(got, p.Name+" "+p.Version)
		}
	}
	const want = "elasticsearch 8.9.0, kafka 3.5.0, keycloak 21.1.1, mongodb 6.0.5, nextcloud 27.0.1, nginx 1.25.3, " +
		"postgresql 16.1.0, rabbitmq 3.12.2, tomcat 9.0.80, wordpress 6.2.0"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
