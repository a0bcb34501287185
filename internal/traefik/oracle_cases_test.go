package traefik

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/traefik/traefiktest"
)

// labelCase is one way to write labels. Containers are separated by a line of dashes; HOST and N stand for the case's
// own host and name; "on" and "off" for traefik.enable.
type labelCase struct{ name, labels string }

const guarded = "traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.entrypoints=websecure\n" +
	"traefik.http.routers.N.tls=true\ntraefik.http.routers.N.middlewares=N-office\n"
const officeList = "traefik.http.middlewares.N-office.ipallowlist.sourcerange=127.0.0.2/32\n"
const httpRedirect = "traefik.http.routers.N-http.rule=Host(`HOST`)\ntraefik.http.routers.N-http.entrypoints=web\n" +
	"traefik.http.routers.N-http.middlewares=N-redirect\n" +
	"traefik.http.middlewares.N-redirect.redirectscheme.scheme=https\n" +
	"traefik.http.middlewares.N-redirect.redirectscheme.permanent=true\n"

func ranged(r string) string {
	return guarded + "traefik.http.middlewares.N-office.ipallowlist.sourcerange=" + r
}

func open(rule string) string {
	return "traefik.http.routers.N.rule=" + rule + "\ntraefik.http.routers.N.entrypoints=websecure\n" +
		"traefik.http.routers.N.tls=true"
}

var labelCases = []labelCase{
	{"guarded", guarded + officeList + httpRedirect},
	{"two ranges", ranged("127.0.0.9,127.0.0.2")},
	{"spaces", ranged(" 127.0.0.9 , 127.0.0.2 ")},
	{"newline", ranged("127.0.0.9,\t127.0.0.2")},
	{"case of keys", strings.NewReplacer("http.middlewares", "HTTP.MiddleWares", "sourcerange", "SourceRange",
		"ipallowlist", "IPAllowList").Replace(guarded + officeList)},
	{"case of the root", guarded + officeList + "Traefik.http.routers.N.priority=3"},
	{"case of a reference", strings.ReplaceAll(guarded, "middlewares=N-office", "middlewares=N-Office") + officeList},
	{"names in two cases",
		guarded + officeList +
			"traefik.http.routers.N.service=N\ntraefik.http.services.n.loadbalancer.server.port=18980"},
	{"unknown field", guarded + officeList + "traefik.http.routers.N.rul=Host(`x`)"},
	{"unknown type", guarded + officeList + "traefik.http.middlewares.x.ipallow.sourcerange=1.2.3.4"},
	{"no number", guarded + officeList + "traefik.http.routers.N.priority=high"},
	{"misspelt namespace", strings.ReplaceAll(guarded, "routers.N.middlewares", "rooters.N.middlewares") + officeList},
	{"misspelt http", strings.ReplaceAll(guarded, "traefik.http.routers.N.middlewares",
		"traefik.htttp.routers.N.middlewares") + officeList},
	{"index on middlewares", strings.ReplaceAll(guarded, "middlewares=", "middlewares[0]=") + officeList},
	{"index on the range", strings.ReplaceAll(guarded+officeList, "sourcerange=", "sourcerange[0]=")},
	{"a name below middlewares", strings.ReplaceAll(guarded, "middlewares=", "middlewares.first=") + officeList},
	{"empty middlewares", strings.ReplaceAll(guarded, "middlewares=N-office", "middlewares=") + officeList},
	{"trailing comma", strings.ReplaceAll(guarded, "middlewares=N-office", "middlewares=N-office,") + officeList},
	{"enable=no", "traefik.enable=no\n" + guarded + officeList},
	{"enable empty", "traefik.enable=\n" + guarded + officeList},
	{"enable=0", "traefik.enable=0\n" + guarded + officeList},
	{"enable=T", "traefik.enable=T\n" + guarded + officeList},
	{"enabled", "traefik.enabled=true\n" + guarded + officeList},
	{"not enabled", "traefik.enable=false\n" + guarded + officeList},
	{"quotes in the value", strings.ReplaceAll(guarded, "middlewares=N-office", `middlewares="N-office"`) + officeList},
	{"chain", strings.ReplaceAll(guarded, "=N-office", "=N-chain") + officeList +
		"traefik.http.middlewares.N-chain.chain.middlewares=N-head,N-office\n" +
		"traefik.http.middlewares.N-head.headers.framedeny=true"},
	{"chain without it", strings.ReplaceAll(guarded, "=N-office", "=N-chain") + officeList +
		"traefik.http.middlewares.N-chain.chain.middlewares=N-head\n" +
		"traefik.http.middlewares.N-head.headers.framedeny=true"},
	{"chain of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-chain") + officeList +
		"traefik.http.middlewares.N-chain.chain.middlewares="},
	{"chain of itself", strings.ReplaceAll(guarded, "=N-office", "=N-chain") +
		"traefik.http.middlewares.N-chain.chain.middlewares=N-chain"},
	{"chain with an undefined one", strings.ReplaceAll(guarded, "=N-office", "=N-chain") + officeList +
		"traefik.http.middlewares.N-chain.chain.middlewares=N-office,N-ghost"},
	{"with the provider", strings.ReplaceAll(guarded, "=N-office", "=N-office@docker") + officeList},
	{"with another provider", strings.ReplaceAll(guarded, "=N-office", "=N-office@file") + officeList},
	{"of the file", strings.ReplaceAll(guarded, "=N-office", "=filelist@file")},
	{"of the file without its name", strings.ReplaceAll(guarded, "=N-office", "=filelist")},
	{"chain of the file", strings.ReplaceAll(guarded, "=N-office", "=filechain@file")},
	{"host name in the range", ranged("127.0.0.2,office.example.com")},
	{"span in the range", ranged("127.0.0.1-127.0.0.9")},
	{"mask in the range", ranged("127.0.0.2/255.255.255.255")},
	{"leading zero", ranged("127.0.0.02")},
	{"host bits", ranged("127.0.0.77/25")},
	{"mapped address", ranged("::ffff:127.0.0.2")},
	{"mapped address with length", ranged("::ffff:127.0.0.2/128")},
	{"mapped all", ranged("::ffff:0:0/96")},
	{"all of IPv4", ranged("0.0.0.0/0")},
	{"all of IPv6", ranged("::/0")},
	{"zero address", ranged("0.0.0.0")},
	{"two halves", ranged("0.0.0.0/1,128.0.0.0/1")},
	{"empty range", ranged("")},
	{"trailing comma in the range", ranged("127.0.0.2,")},
	{"old name", strings.ReplaceAll(guarded+officeList, "ipallowlist", "ipwhitelist")},
	{"both names", guarded + officeList + "traefik.http.middlewares.N-office.ipwhitelist.sourcerange=127.0.0.2/32"},
	{"two types", guarded + officeList + "traefik.http.middlewares.N-office.headers.framedeny=true"},
	{"no type", guarded + "traefik.http.middlewares.N-office=true"},
	{"reject 404", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.rejectstatuscode=404"},
	{"reject 200", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.rejectstatuscode=200"},
	{"reject 999", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.rejectstatuscode=999"},
	{"depth without proxy", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.ipstrategy.depth=1"},
	{"depth 0", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.ipstrategy.depth=0"},
	{"depth -1", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.ipstrategy.depth=-1"},
	{"strategy switched on", guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.ipstrategy=true"},
	{"excluded without proxy",
		guarded + officeList + "traefik.http.middlewares.N-office.ipallowlist.ipstrategy.excludedips=127.0.0.200"},
	{"list before redirect", strings.ReplaceAll(httpRedirect, "middlewares=N-redirect",
		"middlewares=N-office,N-redirect") + officeList},
	{"list behind redirect", strings.ReplaceAll(httpRedirect, "middlewares=N-redirect",
		"middlewares=N-redirect,N-office") + officeList},
	{"phantom router", open("Host(`HOST`)") + "\n" + officeList + "traefik.http.routers.N-other.middlewares=N-office"},
	{"no router", officeList},
	{"two services, none named", guarded + officeList + "traefik.http.services.a-N.loadbalancer.server.port=18980\n" +
		"traefik.http.services.b-N.loadbalancer.server.port=18980"},
	{"two services, one named",
		guarded + officeList +
			"traefik.http.routers.N.service=a-N\ntraefik.http.services.a-N.loadbalancer.server.port=18980\n" +
			"traefik.http.services.b-N.loadbalancer.server.port=18980"},
	{"servers in a list", guarded + officeList + "traefik.http.services.N.loadbalancer.servers[0].port=18980"},
	{"service that is not there", guarded + officeList + "traefik.http.routers.N.service=ghost-N"},
	{"no entry points", strings.ReplaceAll(guarded, "traefik.http.routers.N.entrypoints=websecure\n", "") + officeList},
	{"no entry points, no tls",
		"traefik.http.routers.N.rule=Host(`HOST`)\ntraefik.http.routers.N.middlewares=N-office\n" + officeList},
	{"unknown entry point", strings.ReplaceAll(guarded, "=websecure", "=websecur") + officeList},
	{"one of two entry points", strings.ReplaceAll(guarded, "=websecure", "=websecur,websecure") + officeList},
	{"tls=false", strings.ReplaceAll(guarded, "tls=true", "tls=false") + officeList},
	{"tls=false with a resolver",
		strings.ReplaceAll(guarded, "tls=true", "tls=false\ntraefik.http.routers.N.tls.certresolver=le") + officeList},
	{"tls by its options", strings.ReplaceAll(guarded, "tls=true", "tls.options=default") + officeList},
	{"tls options that are not there", strings.ReplaceAll(guarded, "tls=true", "tls.options=ghost@file") + officeList},
	{"tls domains", strings.ReplaceAll(guarded, "tls=true", "tls.domains[0].main=HOST") + officeList},
	{"sibling", guarded + officeList + "traefik.http.routers.N-api.rule=Host(`HOST`) && PathPrefix(`/api`)\n" +
		"traefik.http.routers.N-api.entrypoints=websecure\ntraefik.http.routers.N-api.tls=true"},
	{"sibling of low priority",
		guarded + officeList + "traefik.http.routers.N-api.rule=Host(`HOST`) && PathPrefix(`/api`)\n" +
			"traefik.http.routers.N-api.entrypoints=websecure\ntraefik.http.routers.N-api.tls=true\n" +
			"traefik.http.routers.N-api.priority=1"},
	{"priority too high", guarded + officeList + "traefik.http.routers.N.priority=9223372036854775807"},
	{"client ip in the rule", open("Host(`HOST`) && ClientIP(`127.0.0.2`)")},
	{"not client ip", open("Host(`HOST`) && !ClientIP(`127.0.0.3/32`)")},
	{"bad client ip", open("Host(`HOST`) && ClientIP(`office`)")},
	{"not an and", open("Host(`HOST`) && !(PathPrefix(`/api`) && ClientIP(`127.0.0.3`))")},
	{"or", open("Host(`HOST`) && (ClientIP(`127.0.0.2`) || PathPrefix(`/api`))")},
	{"lower-case matcher", open("host(`HOST`) && PATHPREFIX(`/api`)")},
	{"mixed-case matcher", open("hOst(`HOST`)")},
	{"first letter only", open("Host(`HOST`) && Pathprefix(`/api`)")},
	{"double quotes", open("Host(\"HOST\")")},
	{"single quotes", open("Host('HOST')")},
	{"two hosts in one", open("Host(`HOST`, `x.HOST`)")},
	{"empty host", open("Host(``)")},
	{"host in capitals", open("Host(`" + "HOST" + "`) || Host(`OTHER.EXAMPLE`)")},
	{"host with a dot", open("Host(`HOST.`)")},
	{"path without slash", open("Host(`HOST`) && PathPrefix(`api`)")},
	{"path", open("Host(`HOST`) && Path(`/api/users`)")},
	{"path regexp", open("Host(`HOST`) && PathRegexp(`^/api/[a-z]+$`)")},
	{"bad regexp", open("Host(`HOST`) && PathRegexp(`[`)")},
	{"host regexp", open("HostRegexp(`^HOST$`)")},
	{"method", open("Host(`HOST`) && Method(`post`)")},
	{"header", open("Host(`HOST`) && Header(`X-Key`, `1`)")},
	{"query", open("Host(`HOST`) && Query(`a`, `1`)")},
	{"unbalanced", open("Host(`HOST`")},
	{"not a rule", open("HOST")},
	{"and of nothing", open("Host(`HOST`) &&")},
	{"version 2 syntax", open("Host(`HOST`) && Path(`/{x:api}/users`)") + "\ntraefik.http.routers.N.rulesyntax=v2"},
	{"version 2 hosts", open("Host(`HOST`, `y.HOST`) && PathPrefix(`/api`, `/x`)") +
		"\ntraefik.http.routers.N.rulesyntax=v2"},
	{"version 2 host regexp", open("HostRegexp(`{any:.+}HOSTTAIL`)") + "\ntraefik.http.routers.N.rulesyntax=v2"},
	{"basic auth", strings.ReplaceAll(guarded, "=N-office", "=N-auth") +
		"traefik.http.middlewares.N-auth.basicauth.users=a:$apr1$EqJj89Yw$WLsBIjCILtBGjHppQ76YT1"},
	{"list and auth", strings.ReplaceAll(guarded, "=N-office", "=N-office,N-auth") + officeList +
		"traefik.http.middlewares.N-auth.basicauth.users=a:$apr1$EqJj89Yw$WLsBIjCILtBGjHppQ76YT1"},
	{"redirect regexp", strings.ReplaceAll(httpRedirect,
		"redirectscheme.scheme=https\ntraefik.http.middlewares.N-redirect.redirectscheme.permanent=true",
		"redirectregex.regex=^http://(.*)\ntraefik.http.middlewares.N-redirect.redirectregex.replacement=https://$1")},
	{"redirect of a part",
		strings.ReplaceAll(httpRedirect,
			"redirectscheme.scheme=https\ntraefik.http.middlewares.N-redirect.redirectscheme.permanent=true",
			"redirectregex.regex=^http://([^/]+)/api/(.*)\n"+
				"traefik.http.middlewares.N-redirect.redirectregex.replacement=https://$1/api/$2")},
	{"redirect without scheme", strings.ReplaceAll(httpRedirect, "redirectscheme.scheme=https",
		"redirectscheme.port=443")},
	{"redirect on https", strings.ReplaceAll(guarded, "=N-office", "=N-redirect") +
		"traefik.http.middlewares.N-redirect.redirectscheme.scheme=https"},
	{"plugin that is not there", guarded + "traefik.http.middlewares.N-office.plugin.fail2ban.enabled=true"},
	{"conflict", guarded + officeList + "\n---\n" +
		strings.ReplaceAll(strings.ReplaceAll(guarded, "routers.N.", "routers.N-2."), "HOST", "two.HOST") +
		"traefik.http.middlewares.N-office.ipallowlist.sourcerange=127.0.0.3"},
	{"same twice", guarded + officeList + "\n---\n" +
		strings.ReplaceAll(strings.ReplaceAll(guarded, "routers.N.", "routers.N-2."), "HOST", "two.HOST") + officeList},
	{"same written otherwise", guarded + officeList + "\n---\n" +
		strings.ReplaceAll(strings.ReplaceAll(guarded, "routers.N.", "routers.N-2."), "HOST",
			"two.HOST") + strings.ReplaceAll(officeList, "=127", "= 127")},
	{"other container's router", guarded + officeList + "traefik.http.services.svc-N.loadbalancer.server.port=18980\n" +
		"---\n" + strings.ReplaceAll(open("Host(`HOST`) && PathPrefix(`/api`)"), "routers.N.", "routers.N-b.") +
		"\ntraefik.http.routers.N-b.service=svc-N"},
	{"defined on a container that is off", strings.ReplaceAll(guarded, "=N-office", "=N-far") +
		"\n---\ntraefik.enable=false\ntraefik.http.middlewares.N-far.ipallowlist.sourcerange=127.0.0.2"},
	{"defined elsewhere", strings.ReplaceAll(guarded, "=N-office", "=N-far") +
		"\n---\ntraefik.http.middlewares.N-far.ipallowlist.sourcerange=127.0.0.2"},
	{"router declared twice", guarded + officeList + "\n---\n" + guarded},
	{"constraint of its own", "traefik.tags=N\n" + guarded + officeList},
	{"tls store label", guarded + officeList + "traefik.tls.stores.default.defaultgeneratedcert.resolver=le"},
	{"weighted in a label", guarded + officeList + "traefik.http.services.w-N.weighted.services[0].name=a"},
	{"switched off with a bad child", strings.ReplaceAll(guarded, "tls=true", "tls=maybe") + officeList},
	{"dashes and underscores", strings.ReplaceAll(strings.ReplaceAll(guarded, "=N-office", "=N_off-ice_1"), "x", "x") +
		"traefik.http.middlewares.N_off-ice_1.ipallowlist.sourcerange=127.0.0.2"},
	{"servers transport", guarded + officeList + "traefik.http.serverstransports.N.insecureskipverify=true"},
	{"servers transport with an unknown field", guarded + officeList + "traefik.http.serverstransports.N.nosuch=true"},
	{"servers transport with no bool",
		guarded + officeList + "traefik.http.serverstransports.N.insecureskipverify=maybe"},
	{"tls options in labels", guarded + officeList + "traefik.tls.options.N.minversion=VersionTLS12"},
	{"mirroring with no number", guarded + officeList + "traefik.http.services.N.mirroring.maxbodysize=big"},
	{"parent refs in a label", guarded + officeList + "traefik.http.routers.N.parentrefs=x"},
	{"servers by URL", guarded + officeList + "traefik.http.services.N.loadbalancer.server.url=http://" +
		traefiktest.Address(0) + ":18980"},
	{"router that takes paths away", strings.ReplaceAll(guarded, "=N-office", "=N-strip,N-office") + officeList +
		"traefik.http.middlewares.N-strip.stripprefix.prefixes=/api"},
	{"router that replaces paths", strings.ReplaceAll(guarded, "=N-office", "=N-path,N-office") + officeList +
		"traefik.http.middlewares.N-path.replacepath.path=/x"},
	{"rule syntax of another version", open("Host(`HOST`)") + "\ntraefik.http.routers.N.rulesyntax=v4"},
	{"negative priority",
		guarded + officeList + "traefik.http.routers.N.priority=-5\ntraefik.http.routers.N-2.rule=Host(`HOST`) && " +
			"PathPrefix(`/`)\ntraefik.http.routers.N-2.priority=-9\ntraefik.http.routers.N-2.entrypoints=websecure\n" +
			"traefik.http.routers.N-2.tls=true"},
	{"header expression", open("Host(`HOST`) && HeaderRegexp(`X-Key`, `^[0-9]$`)")},
	{"query expression", open("Host(`HOST`) && QueryRegexp(`a`, `^[0-9]$`)")},
	{"query with one word", open("Host(`HOST`) && Query(`a`)")},
	{"host expression of any case", open("HostRegexp(`^(?i)HOST$`)")},
	{"host expression without anchors", open("HostRegexp(`HOST`)")},
	{"chain of chains", strings.ReplaceAll(guarded, "=N-office", "=N-c1") + officeList +
		"traefik.http.middlewares.N-c1.chain.middlewares=N-c2\n" +
		"traefik.http.middlewares.N-c2.chain.middlewares=N-c3,N-head\n" +
		"traefik.http.middlewares.N-c3.chain.middlewares=N-office\n" +
		"traefik.http.middlewares.N-head.headers.framedeny=true"},
	{"headers that set the address", strings.ReplaceAll(guarded, "=N-office", "=N-head,N-office") + officeList +
		"traefik.http.middlewares.N-office.ipallowlist.ipstrategy.depth=1\n" +
		"traefik.http.middlewares.N-head.headers.customrequestheaders.X-Forwarded-For=127.0.0.2"},
	{"digest auth", strings.ReplaceAll(guarded, "=N-office", "=N-auth") +
		"traefik.http.middlewares.N-auth.digestauth.users=a:traefik:a2688e031edb4be6a3797f3882655c05"},
	{"auth without users", strings.ReplaceAll(guarded, "=N-office", "=N-auth") +
		"traefik.http.middlewares.N-auth.basicauth.realm=x"},
	{"auth with a user that cannot be read", strings.ReplaceAll(guarded, "=N-office", "=N-auth") +
		"traefik.http.middlewares.N-auth.basicauth.users=nocolon"},
	{"rate limit", strings.ReplaceAll(guarded, "=N-office", "=N-rate,N-office") + officeList +
		"traefik.http.middlewares.N-rate.ratelimit.average=1000\ntraefik.http.middlewares.N-rate.ratelimit.burst=1000"},
	{"rate limit of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-rate,N-office") + officeList +
		"traefik.http.middlewares.N-rate.ratelimit.burst=1"},
	{"compress and retry", strings.ReplaceAll(guarded, "=N-office", "=N-z,N-r,N-office") + officeList +
		"traefik.http.middlewares.N-z.compress=true\ntraefik.http.middlewares.N-r.retry.attempts=2"},
	{"retry of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-r,N-office") + officeList +
		"traefik.http.middlewares.N-r.retry.attempts=0"},
	{"forward auth without address", strings.ReplaceAll(guarded, "=N-office", "=N-f") +
		"traefik.http.middlewares.N-f.forwardauth.trustforwardheader=true"},
	{"strip prefix of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.stripprefix.forceslash=true"},
	{"strip by a bad expression", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.stripprefixregex.regex=["},
	{"circuit breaker of a bad expression", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.circuitbreaker.expression=nonsense"},
	{"errors without service", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.errors.status=500\ntraefik.http.middlewares.N-s.errors.query=/"},
	{"add prefix of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.addprefix.prefix="},
	{"replace by a bad expression", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.replacepathregex.regex=[\n" +
		"traefik.http.middlewares.N-s.replacepathregex.replacement=/"},
	{"in flight of nothing", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.inflightreq.amount=0"},
	{"empty headers", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.headers.framedeny=false"},
	{"a header taken out", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.headers.customresponseheaders.X-Powered-By="},
	{"no text", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.headers.customframeoptionsvalue="},
	{"headers with another host", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.headers.allowedhosts=other.example.com"},
	{"headers that redirect", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.headers.sslredirect=true"},
	{"buffering", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.buffering.maxrequestbodybytes=1000"},
	{"grpc web", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.grpcweb.alloworigins=*"},
	{"content type", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.contenttype=true"},
	{"encoded characters", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.encodedcharacters.allowencodedslash=true"},
	{"client certificate", strings.ReplaceAll(guarded, "=N-office", "=N-s,N-office") + officeList +
		"traefik.http.middlewares.N-s.passtlsclientcert.pem=true"},
	{"catch-all beside", guarded + officeList + "traefik.http.routers.N-all.rule=HostRegexp(`^HOST$`) && " +
		"PathPrefix(`/`)\ntraefik.http.routers.N-all.entrypoints=web"},
}

// expand makes the containers of a case.
func (c labelCase) expand(i int) (host string, cs []Container) {
	name := fmt.Sprintf("c%d", i)
	host = name + ".example.com"
	text := strings.NewReplacer("HOSTTAIL", host[1:], "HOST", host).Replace(c.labels)
	for j, part := range strings.Split(text, "\n---\n") {
		ct := Container{Project: "p", Service: fmt.Sprintf("%s-%d", name, j), Name: fmt.Sprintf("p-%s-%d-1", name, j),
			Labels: map[string]string{}}
		for _, line := range strings.Split(part, "\n") {
			k, v, ok := strings.Cut(line, "=")
			if !ok {
				continue
			}
			ct.Labels[replaceName(k, name)] = replaceName(v, name)
		}
		if !strings.Contains(part, "traefik.enable") {
			ct.Labels["traefik.enable"] = "true"
		}
		ct.Labels["com.docker.compose.project"], ct.Labels["com.docker.compose.service"] = ct.Project, ct.Service
		cs = append(cs, ct)
	}
	return host, cs
}

// replaceName puts the case's name for a lone N: one that stands between characters that are no letters.
func replaceName(s, name string) string {
	var b strings.Builder
	letter := func(i int) bool {
		return i >= 0 && i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z')
	}
	for i := 0; i < len(s); i++ {
		if s[i] == 'N' && !letter(i-1) && !letter(i+1) {
			b.WriteString(name)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

const fileLists = `http:
  middlewares:
    filelist:
      ipAllowList:
        sourceRange: ["127.0.0.2"]
    filechain:
      chain:
        middlewares: [filelist, filehead]
    filehead:
      headers:
        frameDeny: true
`

// TestLabelsAgainstTraefik asks a real Traefik about every way of writing labels that the model knows.
func TestLabelsAgainstTraefik(t *testing.T) {
	for _, v := range peers {
		t.Run(v.version, func(t *testing.T) {
			v.need(t)
			s := setup{tool: v.tool, version: ParseVersion(v.version), eps: []string{"web", "websecure"},
				flags: []string{"--providers.docker.exposedbydefault=false"}, file: fileLists}
			var all []asked
			for i, c := range labelCases {
				if c.name == "auth without users" && v.version == "3.6" {
					continue // 3.6.15 breaks down over it and takes no configuration at all
				}
				host, cs := c.expand(i)
				s.containers = append(s.containers, cs...)
				qs := everyDoor(host, "web", "websecure")
				qs = append(qs, special(host)...)
				all = append(all, asked{c.name, qs})
			}
			r := start(t, s)
			sum := r.compareAll(t, all)
			sum.print(t, "labels, Traefik "+v.version)
		})
	}
}

// special are requests that only some rules tell apart.
func special(host string) []Request {
	base := Request{From: netip.MustParseAddr(stranger), EntryPoint: "websecure", Proto: "https", Host: host,
		Path: "/api/users"}
	post, header, query, forged := base, base, base, base
	post.Method = "POST"
	header.Header = http.Header{"X-Key": {"1"}}
	query.Path = "/api/users?a=1"
	forged.Header = http.Header{"X-Forwarded-For": {office}, "X-Forwarded-Proto": {"https"}}
	http80 := forged
	http80.EntryPoint, http80.Proto = "web", "http"
	dots, encoded := base, base
	dots.Path, encoded.Path = "/x/../api/users", "/%61pi/users"
	second := base
	second.Host = "two." + host
	return []Request{post, header, query, forged, http80, dots, encoded, second}
}
