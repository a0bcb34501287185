//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"

	"github.com/go-ldap/ldap/v3"
)

func find(r *http.Request) {
	user := r.FormValue("user")
	filter := "(uid=" + user + ")"
	// ruleid: go-ldap-injection
	ldap.NewSearchRequest("ou=people", 2, 0, 0, 0, false, filter, nil, nil)
	// ruleid: go-ldap-injection
	ldap.NewSearchRequest("uid="+user+",ou=people", 2, 0, 0, 0, false, "(objectclass=person)", nil, nil)

	safe := "(uid=" + ldap.EscapeFilter(user) + ")"
	// ok: go-ldap-injection
	ldap.NewSearchRequest("ou=people", 2, 0, 0, 0, false, safe, nil, nil)
	// ok: go-ldap-injection
	ldap.NewSearchRequest("ou=people", 2, 0, 0, 0, false, "(uid=admin)", nil, nil)
	if user == "root" {
		// ok: go-ldap-injection (drydock)
		ldap.NewSearchRequest("ou=people", 2, 0, 0, 0, false, "(uid="+user+")", nil, nil)
	}
}
