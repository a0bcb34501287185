package exposure

import (
	"github.com/drydock/drydock/internal/access/accesstest"
	"github.com/drydock/drydock/internal/finding"
)

// options are the model's options as a test's archive says them.
func options(s accesstest.Said) Options {
	o := Options{Public: s.Public, Logins: s.Logins, Bouncers: s.Bouncers, Now: accesstest.Now}
	for _, k := range s.Checked {
		said := Checked{Source: k.Source, By: k.By, Until: k.Until}
		for _, r := range k.Routes {
			said.Routes = append(said.Routes, CheckedRoute{Service: r[0], Access: finding.Exposure(r[1])})
		}
		o.Checked = append(o.Checked, said)
	}
	return o
}
