package exposure

import "github.com/drydock/drydock/internal/access/accesstest"

// options are the model's options as a test's archive says them.
func options(s accesstest.Said) Options {
	return Options{Public: s.Public, Logins: s.Logins, Bouncers: s.Bouncers}
}
