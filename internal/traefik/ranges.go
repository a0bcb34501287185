package traefik

import (
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"sort"
	"strings"
)

// Ranges is a list of addresses and prefixes, read as Traefik reads sourceRange, trustedIPs, excludedIPs and ClientIP.
type Ranges struct {
	Prefixes []netip.Prefix // in the order written, host bits dropped, IPv4-mapped ones as IPv4
	Written  []string
}

// ParseRanges reads a list; one element that is neither an address nor a prefix spoils it all.
func ParseRanges(list []string) (*Ranges, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no addresses are given")
	}
	r := &Ranges{Written: list}
	for _, s := range list {
		p, err := ParseRange(s)
		if err != nil {
			return nil, err
		}
		r.Prefixes = append(r.Prefixes, p)
	}
	return r, nil
}

// ParseRange reads one address or prefix. An IPv4-mapped IPv6 prefix stands for the IPv4 addresses in it, since every client
// address is compared as IPv4 where it can be.
func ParseRange(s string) (netip.Prefix, error) {
	if ip := net.ParseIP(s); ip != nil {
		a, _ := netip.AddrFromSlice(ip)
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	_, n, err := net.ParseCIDR(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a range", s)
	}
	ones, bits := n.Mask.Size()
	a, _ := netip.AddrFromSlice(n.IP)
	if a = a.Unmap(); a.Is4() && bits == 128 {
		ones = max(ones-96, 0)
	}
	return netip.PrefixFrom(a, ones).Masked(), nil
}

// Contains reports whether an address is in the list. An IPv4-mapped address counts as IPv4.
func (r *Ranges) Contains(a netip.Addr) bool {
	_, ok := r.Match(a)
	return ok
}

// Match is the element, as written, that holds the address.
func (r *Ranges) Match(a netip.Addr) (string, bool) {
	if r == nil || !a.IsValid() {
		return "", false
	}
	a = a.Unmap().WithZone("")
	for i, p := range r.Prefixes {
		if p.Contains(a) {
			return r.Written[i], true
		}
	}
	return "", false
}

// Overlaps reports whether an address can be in both lists.
func (r *Ranges) Overlaps(o *Ranges) bool {
	for _, p := range r.Prefixes {
		for _, q := range o.Prefixes {
			if p.Overlaps(q) {
				return true
			}
		}
	}
	return false
}

// private are the blocks in which a wide range is ordinary: private, shared, loopback, link-local and unique local addresses.
var private = mustPrefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10")

func mustPrefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Private reports whether a prefix lies in private, shared or local address space.
func Private(p netip.Prefix) bool {
	for _, q := range private {
		if q.Bits() <= p.Bits() && q.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// Cover is how much of an address family a list holds: 1 is all of it.
type Cover struct{ V4, V6 float64 }

// Cover adds up the list; overlapping ranges count once, and private ranges not at all.
func (r *Ranges) Cover() Cover {
	c := Cover{V4: r.cover(func(p netip.Prefix) bool { return p.Addr().Is4() })}
	const whole = 0.999
	public := r.cover(func(p netip.Prefix) bool { return p.Overlaps(globalUnicast) })
	if c.V6 = r.cover(func(p netip.Prefix) bool { return p.Addr().Is6() }); public*8 >= whole {
		c.V6 = 1 // no client of the internet has an address outside
	}
	return c
}

// globalUnicast is an eighth of IPv6: every public address there is.
var globalUnicast = netip.MustParsePrefix("2000::/3")

func (r *Ranges) cover(counts func(netip.Prefix) bool) float64 {
	var ps []netip.Prefix
	for _, p := range r.Prefixes {
		if counts(p) && !Private(p) {
			ps = append(ps, p)
		}
	}
	sort.Slice(ps, func(i, j int) bool {
		if c := ps[i].Addr().Compare(ps[j].Addr()); c != 0 {
			return c < 0
		}
		return ps[i].Bits() < ps[j].Bits()
	})
	sum, last := new(big.Float), netip.Prefix{}
	for _, p := range ps {
		if last.IsValid() && last.Contains(p.Addr()) {
			continue // prefixes nest or are apart, so this one lies in the last
		}
		last = p
		sum.Add(sum, new(big.Float).SetMantExp(big.NewFloat(1), -p.Bits()))
	}
	f, _ := sum.Float64()
	return f
}

// String is the list as written.
func (r *Ranges) String() string { return strings.Join(r.Written, ", ") }
