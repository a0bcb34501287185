package traefik

import (
	"strings"
)

// maxTerms bounds the alternatives that a rule is taken apart into; a rule with more is compared as a whole only.
const maxTerms = 64

// terms are a rule's alternatives, each a list of matchers that all hold; nil where there are too many.
func (c *cond) terms() [][]*cond {
	switch c.op {
	case '|':
		l, r := c.l.terms(), c.r.terms()
		if l == nil || r == nil || len(l)+len(r) > maxTerms {
			return nil
		}
		return append(l, r...)
	case '&':
		l, r := c.l.terms(), c.r.terms()
		if l == nil || r == nil || len(l)*len(r) > maxTerms {
			return nil
		}
		var out [][]*cond
		for _, a := range l {
			for _, b := range r {
				out = append(out, append(append([]*cond{}, a...), b...))
			}
		}
		return out
	}
	if !c.not && (c.name == "Host" || c.name == "HostHeader" || c.name == "HostSNI") && len(c.args) > 1 {
		// Version 2 lists alternatives in one matcher.
		var out [][]*cond
		for _, a := range c.args {
			one := *c
			one.args = []string{a}
			out = append(out, []*cond{&one})
		}
		return out
	}
	return [][]*cond{{c}}
}

// Implies reports whether every request that r takes would be taken by o too. False means "not as far as can be told".
func (r *Rule) Implies(o *Rule) bool {
	if r == nil || o == nil {
		return false
	}
	if r.Text == o.Text {
		return true
	}
	mine, theirs := r.terms, o.terms
	if mine == nil || theirs == nil {
		return false
	}
	for _, a := range mine {
		found := false
		for _, b := range theirs {
			if termImplies(a, b) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// termImplies reports whether each matcher of b follows from one of a.
func termImplies(a, b []*cond) bool {
	for _, y := range b {
		ok := y.always()
		for _, x := range a {
			ok = ok || x.implies(y)
		}
		if !ok {
			return false
		}
	}
	return true
}

// always reports whether a matcher takes every ordinary request.
func (c *cond) always() bool {
	if c.not {
		return false
	}
	switch c.name {
	case "HostRegexp":
		for _, h := range []string{"a", "example.com", "x-1.b.example.org", "192.0.2.1", "localhost"} {
			if !c.re.MatchString(h) {
				return false
			}
		}
		return true
	case "PathPrefix":
		return c.re == nil && c.args[0] == "/"
	case "HostSNI":
		return c.args[0] == "*"
	case "Host":
		return c.args[0] == "*"
	}
	return false
}

// implies compares two single matchers.
func (c *cond) implies(o *cond) bool {
	if c.not != o.not {
		return false
	}
	if c.name == o.name && strings.Join(c.args, "\x00") == strings.Join(o.args, "\x00") {
		return true
	}
	if c.not {
		return false
	}
	switch {
	case o.name == "HostRegexp" && (c.name == "Host" || c.name == "HostHeader"):
		return o.re.MatchString(c.args[0])
	case o.name == "PathPrefix" && (c.name == "Path" || c.name == "PathPrefix") && c.re == nil && o.re == nil:
		return strings.HasPrefix(c.args[0], o.args[0])
	case o.name == "PathRegexp" && c.name == "Path" && c.re == nil:
		return o.re.MatchString(c.args[0])
	case o.name == "Host" && strings.HasPrefix(o.args[0], "*.") && c.name == "Host":
		_, rest, ok := strings.Cut(c.args[0], ".")
		return ok && o.args[0] == "*."+rest
	}
	return false
}

// SharesHost reports whether a request for one host can be taken by either rule.
func (r *Rule) SharesHost(o *Rule) bool {
	if r == nil || o == nil {
		return false
	}
	a, b := r.Hosts(), o.Hosts()
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// Sources are the addresses to which the rule itself limits its clients by ClientIP, nil where some alternative does not.
func (r *Rule) Sources() *Ranges {
	if r == nil {
		return nil
	}
	all := &Ranges{}
	for _, t := range r.terms {
		found := false
		for _, c := range t {
			if c.name == "ClientIP" && !c.not {
				all.Prefixes = append(all.Prefixes, c.ips.Prefixes...)
				all.Written = append(all.Written, c.ips.Written...)
				found = true
			}
		}
		if !found {
			return nil
		}
	}
	if len(all.Prefixes) == 0 {
		return nil
	}
	return all
}
