package access

import (
	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
)

// optionsOf are the gate's options as a test's archive says them.
func optionsOf(s accesstest.Said) exposure.Options {
	return exposure.Options{Public: s.Public, Logins: s.Logins, Bouncers: s.Bouncers}
}
