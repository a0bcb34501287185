package advisory

import (
	"errors"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/advisory/version"
)

// span is a Range with its bounds parsed; a nil bound is open.
type span struct {
	Range
	from, to version.Version
}

// event is one of a range's events. A nil version stands for OSV's "0", before every version.
type event struct {
	v    version.Version
	text string
	kind End // NoEnd stands for "introduced"
}

// intervals turns a range's events into intervals by the evaluation of the OSV schema: events in the order of their
// versions, "introduced" opens, "fixed" and "last_affected" close, and what lies past every "limit" is not spoken
// about. Where one version closes an interval and opens one, an interval that is open is closed first.
func intervals(o version.Order, r osvRange) ([]span, error) {
	events, limit, err := parseEvents(o, r)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(events, func(i, j int) bool { return compareBounds(events[i].v, events[j].v) < 0 })
	var out []span
	var cur *span
	finish := func(to *event) {
		if to != nil {
			cur.To, cur.End, cur.to = to.text, to.kind, to.v
		}
		if clip(cur, limit) {
			out = append(out, *cur)
		}
		cur = nil
	}
	for len(events) > 0 {
		n := 1
		for n < len(events) && compareBounds(events[0].v, events[n].v) == 0 {
			n++
		}
		start, end := ofGroup(events[:n])
		events = events[n:]
		wasOpen := cur != nil
		if cur == nil && start != nil {
			cur = &span{Range: Range{From: start.text}, from: start.v}
		}
		if cur != nil && end != nil {
			finish(end)
			if wasOpen && start != nil {
				cur = &span{Range: Range{From: start.text}, from: start.v}
			}
		}
	}
	if cur != nil {
		finish(nil)
	}
	return out, nil
}

// parseEvents reads the events and the largest limit, nil where there is none.
func parseEvents(o version.Order, r osvRange) (events []event, limit *event, err error) {
	unlimited := false
	for _, e := range r.Events {
		for _, x := range []event{{text: e.Introduced, kind: NoEnd}, {text: e.Fixed, kind: Fixed},
			{text: e.LastAffected, kind: LastAffected}, {text: e.Limit, kind: Limit}} {
			switch {
			case x.text == "":
				continue
			case x.kind == Limit && x.text == "*":
				unlimited = true
				continue
			case x.kind == NoEnd && x.text == "0":
				x.text = ""
			default:
				v, err := o.Parse(x.text)
				if err != nil {
					if x.text, v = plain(o, x.text); v == nil {
						return nil, nil, err
					}
				}
				x.v = v
			}
			if x.kind != Limit {
				events = append(events, x)
			} else if limit == nil || compareBounds(limit.v, x.v) < 0 {
				limit = &x
			}
		}
	}
	if len(events) == 0 {
		return nil, nil, errors.New("a range without events")
	}
	if unlimited {
		limit = nil
	}
	return events, limit, nil
}

// plain reads a bound that is no version as a whole without the word behind its hyphen, which databases add that were
// made of others: "2.6.0-NA", "2.6.0-cu124". The version is nil where that helps nothing.
func plain(o version.Order, s string) (string, version.Version) {
	cut, word, ok := strings.Cut(s, "-")
	if !ok || word == "" || word[0] >= '0' && word[0] <= '9' {
		return s, nil
	}
	v, err := o.Parse(cut)
	if err != nil {
		return s, nil
	}
	return cut, v
}

// ofGroup finds, among events of one version, the one that opens and the one that closes.
func ofGroup(events []event) (start, end *event) {
	for i := range events {
		e := &events[i]
		switch {
		case e.kind == NoEnd:
			start = e
		case end == nil || e.kind == Fixed:
			end = e
		}
	}
	return start, end
}

// clip cuts an interval at the limit and reports whether anything is left of it.
func clip(s *span, limit *event) bool {
	if limit != nil && (s.to == nil || compareBounds(limit.v, s.to) <= 0) {
		s.To, s.End, s.to = limit.text, Limit, limit.v
	}
	if s.to == nil || s.from == nil {
		return true
	}
	c := compareBounds(s.from, s.to)
	return c < 0 || c == 0 && s.End == LastAffected
}

// compareBounds orders versions of one ecosystem; nil comes before all.
func compareBounds(a, b version.Version) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	c, err := a.Compare(b)
	if err != nil {
		return 0
	}
	return c
}

// holds reports whether the interval contains v.
func (s *span) holds(v version.Version) bool {
	if s.from != nil && compareBounds(v, s.from) < 0 {
		return false
	}
	if s.to == nil {
		return true
	}
	c := compareBounds(v, s.to)
	return c < 0 || c == 0 && s.End == LastAffected
}

// outside returns the listed versions that no interval holds: the others say nothing that the intervals do not.
func outside(o version.Order, known bool, listed []string, spans []span) []string {
	var out []string
next:
	for _, s := range listed {
		if s == "" {
			continue
		}
		if known {
			if v, err := o.Parse(s); err == nil {
				for i := range spans {
					if spans[i].holds(v) {
						continue next
					}
				}
			}
		}
		out = append(out, s)
	}
	sort.Strings(out)
	return compact(out)
}

// SameVersion reports whether two spellings of a version in a list mean the same without ordering them: byte by byte,
// but for a leading "v", which tags have and packages often have not.
func SameVersion(a, b string) bool { return strings.TrimPrefix(a, "v") == strings.TrimPrefix(b, "v") }
