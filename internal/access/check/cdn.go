package check

import (
	"strings"
	"sync"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/traefik"
)

// cdn is a content delivery network with the ranges from which it asks origins, as it publishes them.
type cdn struct {
	name   string
	ranges string
	source string
}

var cdns = []cdn{
	{
		"Cloudflare",
		`
			173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18
			190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13
			104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 199.27.128.0/21 2400:cb00::/32 2606:4700::/32
			2803:f800::/32 2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32`,
		"https://www.cloudflare.com/ips/",
	},
	{
		"Fastly",
		`
			23.235.32.0/20 43.249.72.0/22 103.244.50.0/24 103.245.222.0/23 103.245.224.0/24 104.156.80.0/20
			140.248.64.0/18 140.248.128.0/17 146.75.0.0/17 151.101.0.0/16 157.52.64.0/18 167.82.0.0/17
			167.82.128.0/20 167.82.160.0/20 167.82.224.0/20 172.111.64.0/18 185.31.16.0/22 199.27.72.0/21
			199.232.0.0/16 2a04:4e40::/32 2a04:4e42::/32`,
		"https://api.fastly.com/public-ip-list",
	},
	{
		"CloudFront",
		`
			120.52.22.96/27 205.251.249.0/24 180.163.57.128/26 204.246.168.0/22 111.13.171.128/26 18.160.0.0/15
			205.251.252.0/23 54.192.0.0/16 204.246.173.0/24 54.230.200.0/21 120.253.240.192/26
			116.129.226.128/26 130.176.0.0/17 108.156.0.0/14 99.86.0.0/16 13.32.0.0/15 120.253.245.128/26
			13.224.0.0/14 70.132.0.0/18 15.158.0.0/16 111.13.171.192/26 13.249.0.0/16 23.228.192.0/18
			23.234.192.0/18 18.238.0.0/15 18.244.0.0/15 205.251.208.0/20 3.160.0.0/14 3.164.0.0/14 3.168.0.0/14
			3.172.0.0/15 65.9.128.0/18 130.176.128.0/18 58.254.138.0/25 205.251.200.0/21 54.230.208.0/20
			116.129.226.0/25 52.222.128.0/17 18.164.0.0/15 111.13.185.32/27 64.252.64.0/18 64.252.128.0/18
			205.251.254.0/24 54.230.224.0/19 71.152.0.0/17 216.137.32.0/19 204.246.172.0/24 18.172.0.0/15
			120.52.39.128/27 118.193.97.64/26 18.154.0.0/15 54.240.128.0/18 205.251.250.0/23 180.163.57.0/25
			52.46.0.0/18 52.82.128.0/19 54.230.0.0/16 54.239.128.0/18 36.103.232.0/25 36.103.232.128/26
			52.84.0.0/15 143.204.0.0/16 144.220.0.0/16 120.52.153.192/26 119.147.182.0/25 119.147.182.128/26
			120.232.236.0/25 120.232.236.128/26 111.13.185.64/27 54.182.0.0/16 58.254.138.128/26
			120.253.245.192/27 54.239.192.0/19 18.68.0.0/16 18.64.0.0/14 120.52.12.64/26 99.84.0.0/16
			204.246.164.0/22 204.246.174.0/23 204.246.176.0/20 205.251.204.0/23 205.251.206.0/23 223.71.71.96/27
			223.71.71.128/25 223.71.11.0/27 120.253.241.160/27 120.253.240.0/25 118.193.97.128/25
			118.193.96.0/25 24.110.32.0/19 3.174.0.0/15 2600:9000::/28 2409:8c00:2421:300::/56`,
		"https://d7uri8nf7uskq.cloudfront.net/tools/list-cloudfront-ips",
	},
}

// cdnRanges are the ranges of each of the CDNs.
var cdnRanges = sync.OnceValue(func() []*traefik.Ranges {
	var out []*traefik.Ranges
	for _, c := range cdns {
		rs, err := traefik.ParseRanges(strings.Fields(c.ranges))
		if err != nil {
			panic(c.name + ": " + err.Error()) // a test reads the table
		}
		out = append(out, rs)
	}
	return out
})

// most is the share of a CDN's addresses from which a list is the CDN's, and not that of some machines within it.
const most = 0.5

// cdnOf names the CDN of whose addresses of a family an allowlist holds most, and counts the public ranges beside them:
// whoever else may enter, everybody who comes through the CDN does.
func cdnOf(l *exposure.Allowlist) (name string, others int) {
	if l.Ranges == nil || l.Middleware == nil {
		return "", 0
	}
	for i, all := range cdnRanges() {
		held := &traefik.Ranges{}
		others = 0
		for j, p := range l.Ranges.Prefixes {
			switch {
			case traefik.Private(p):
			case wholly(all, p):
				held.Prefixes, held.Written = append(held.Prefixes, p), append(held.Written, l.Ranges.Written[j])
			default:
				others++
			}
		}
		has, whole := held.Cover(), all.Cover()
		if len(held.Prefixes) > 1 && (has.V4 >= most*whole.V4 || whole.V6 > 0 && has.V6 >= most*whole.V6) {
			return cdns[i].name, others
		}
	}
	return "", 0
}
