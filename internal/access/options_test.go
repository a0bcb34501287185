package access

import (
	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/finding"
)

// optionsOf are the gate's options as a test's archive says them.
func optionsOf(s accesstest.Said) exposure.Options {
	o := exposure.Options{Public: s.Public, Logins: s.Logins, Bouncers: s.Bouncers, Now: accesstest.Now}
	for _, k := range s.Checked {
		said := exposure.Checked{Source: k.Source, By: k.By, Until: k.Until}
		for _, r := range k.Routes {
			said.Routes = append(said.Routes, exposure.CheckedRoute{Service: r[0], Access: finding.Exposure(r[1])})
		}
		o.Checked = append(o.Checked, said)
	}
	return o
}
