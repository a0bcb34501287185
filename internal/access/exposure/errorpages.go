package exposure

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/traefik"
)

// ErrorPage is a page of a service's that an errors middleware shows to those whom what stands behind it refuses: they
// reach the service, at one path.
type ErrorPage struct {
	Route      *Route
	Middleware *traefik.Middleware
	To         *Container
}

// errorPages are the pages that the route shows to strangers whom it keeps out.
func (r *Route) errorPages() []ErrorPage {
	if !r.Live() || r.TCP || r.UDP || r.Class != Allowlisted && r.Class != Authenticated &&
		(r.Class != Closed || r.Nobody == "") {
		return nil
	}
	var out []ErrorPage
	for i, m := range r.Chain {
		if m.ErrorPage == "" {
			continue
		}
		for _, behind := range r.Chain[i+1:] {
			if !shownFor(m.ErrorStatus, refusals(behind)) {
				continue
			}
			for _, c := range r.g.Runtime.Behind(m.ErrorPageService()) {
				out = append(out, ErrorPage{r, m, &r.g.Containers[c]})
			}
			break
		}
	}
	return out
}

// refusals are the statuses with which a middleware refuses strangers.
func refusals(m *traefik.Middleware) []int {
	switch {
	case m.AllowList != nil && m.AllowList.Reject > 0:
		return []int{m.AllowList.Reject}
	case m.AllowList != nil:
		return []int{403}
	case m.Auth != "":
		return []int{401, 403}
	}
	return nil
}

// shownFor reports whether one of some statuses is among those of an errors middleware: "404", "500-599".
func shownFor(wanted []string, statuses []int) bool {
	for _, w := range wanted {
		low, high, ok := strings.Cut(strings.TrimSpace(w), "-")
		from, err := strconv.Atoi(low)
		to := from
		if ok && err == nil {
			to, err = strconv.Atoi(high)
		}
		for _, s := range statuses {
			if err == nil && from <= s && s <= to {
				return true
			}
		}
	}
	return false
}

// ErrorPages are the pages that refused strangers are shown, of services that are no logins: theirs are meant for them.
func (g *Gateway) ErrorPages() []ErrorPage {
	var out []ErrorPage
	told := map[*Container]map[string]bool{}
	for _, r := range g.Routes {
		for _, p := range r.errorPages() {
			if IsLogin(p.To.Service) || told[p.To][p.Middleware.Name] {
				continue
			}
			if told[p.To] == nil {
				told[p.To] = map[string]bool{}
			}
			told[p.To][p.Middleware.Name] = true
			out = append(out, p)
		}
	}
	return out
}
