package main

import (
	"fmt"
	"strings"
)

// The code rows need some three hundred Python rules of the mix that teams have: plain calls, calls without a literal,
// keyword arguments, taint from three frameworks, names and numbers under conditions, regular expressions, statements
// that must follow one another. They are made from tables, the same ones each time.

// pythonRules writes the rules of the code rows as one rule file, and says how many there are.
func pythonRules() (text string, n int) {
	var b ruleWriter
	b.text.WriteString("rules:\n")
	b.calls()
	b.openCalls()
	b.keywords()
	b.taint()
	b.handlers()
	b.names()
	b.expressions()
	b.resources()
	b.numbers()
	b.arguments()
	b.shapes()
	return b.text.String(), b.n
}

type ruleWriter struct {
	text strings.Builder
	n    int
}

// rule writes one rule. body is what stands below its id, with {0}, {1}... for the arguments.
func (w *ruleWriter) rule(id, message, body string, args ...string) {
	w.n++
	for i, a := range args {
		body = strings.ReplaceAll(body, fmt.Sprintf("{%d}", i), a)
	}
	id = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(id)), "-")
	fmt.Fprintf(&w.text, "- id: bench-%s-%d\n  languages: [python]\n  severity: WARNING\n  message: %q\n", id, w.n,
		message)
	for _, line := range strings.Split(strings.Trim(body, "\n"), "\n") {
		w.text.WriteString("  " + line + "\n")
	}
}

// calls: what should not be called at all.
func (w *ruleWriter) calls() {
	for _, fn := range strings.Fields(`
hashlib.md5 hashlib.sha1 hashlib.new md5.new Crypto.Hash.MD5.new Crypto.Hash.SHA.new Crypto.Cipher.ARC4.new Crypto.Cipher.DES.new
Crypto.Cipher.Blowfish.new Crypto.Cipher.XOR.new cryptography.hazmat.primitives.hashes.MD5 cryptography.hazmat.primitives.hashes.SHA1
cryptography.hazmat.primitives.ciphers.modes.ECB cryptography.hazmat.primitives.ciphers.algorithms.IDEA ssl.wrap_socket
ssl._create_unverified_context pickle.load pickle.loads pickle.Unpickler cPickle.loads dill.loads shelve.open marshal.loads jsonpickle.decode
yaml.unsafe_load yaml.full_load xml.sax.make_parser xml.etree.ElementTree.fromstring xml.dom.minidom.parseString xml.dom.pulldom.parse
lxml.etree.fromstring lxml.etree.parse xmlrpc.client.ServerProxy telnetlib.Telnet ftplib.FTP smtplib.SMTP imaplib.IMAP4 nntplib.NNTP
tempfile.mktemp os.tempnam os.tmpnam random.random random.choice random.randint random.getrandbits os.popen os.popen2 os.startfile
commands.getoutput popen2.popen3 imp.load_source importlib.reload code.InteractiveConsole pdb.set_trace breakpoint
django.utils.safestring.mark_safe django.utils.html.format_html django.db.models.expressions.RawSQL flask.render_template_string flask.Markup
markupsafe.Markup jinja2.Environment mako.template.Template bottle.template paramiko.AutoAddPolicy paramiko.WarningPolicy
pysnmp.hlapi.CommunityData jwt.decode itsdangerous.URLSafeSerializer werkzeug.security.generate_password_hash uuid.uuid1
asyncio.create_subprocess_shell multiprocessing.connection.Listener socketserver.TCPServer wsgiref.simple_server.make_server
boto3.client boto3.resource psycopg2.connect pymysql.connect sqlite3.connect`) {
		w.rule("call-"+fn, "A call of "+fn+" wants a second look.", "pattern: {0}(...)", fn)
	}
}

// openCalls: what is fine with a constant and risky with anything else.
func (w *ruleWriter) openCalls() {
	for _, fn := range strings.Fields(`
eval exec compile open os.system os.execl os.execv os.spawnl os.remove os.rename os.open os.chmod os.makedirs shutil.rmtree shutil.copy
subprocess.call subprocess.run subprocess.check_output subprocess.Popen importlib.import_module __import__ urllib.request.urlopen
urllib.request.Request requests.get requests.post requests.request http.client.HTTPConnection socket.create_connection re.compile re.match
django.shortcuts.redirect flask.redirect flask.send_file flask.make_response django.http.HttpResponseRedirect django.template.Template
sqlalchemy.text ldap.initialize logging.config.dictConfig zipfile.ZipFile tarfile.open`) {
		w.rule("open-"+fn, fn+" is given something that is no constant.", `
patterns:
  - pattern: {0}($ARG, ...)
  - pattern-not: {0}("...", ...)
  - pattern-not: {0}("..." % ..., ...)`, fn)
	}
}

// keywords: an argument that turns a protection off, or leaves it out.
func (w *ruleWriter) keywords() {
	for _, k := range [][2]string{
		{"requests.get", "verify=False"}, {"requests.post", "verify=False"}, {"requests.put", "verify=False"},
		{"requests.request", "verify=False"},
		{"subprocess.call", "shell=True"}, {"subprocess.run", "shell=True"}, {"subprocess.Popen", "shell=True"},
		{"subprocess.check_call", "shell=True"},
		{"jwt.decode", "verify=False"}, {"jwt.encode", `algorithm="none"`}, {"jinja2.Environment", "autoescape=False"},
		{"$APP.run", "debug=True"},
		{"$RESP.set_cookie", "secure=False"}, {"$RESP.set_cookie", "httponly=False"},
		{"yaml.load", "Loader=yaml.Loader"}, {"$DB.connect", `password=""`},
		{"lxml.etree.XMLParser", "resolve_entities=True"}, {"lxml.etree.XMLParser", "no_network=False"},
		{"hashlib.$HASH", "usedforsecurity=True"},
		{"json.dumps", "ensure_ascii=False"}, {"$LOG.basicConfig", "level=logging.DEBUG"},
		{"$X.objects.extra", "where=$WHERE"},
	} {
		w.rule("keyword-"+k[0], k[0]+" is called with "+k[1]+".", "pattern: '{0}(..., {1}, ...)'", k[0], k[1])
	}
	for _, k := range [][2]string{
		{"requests.get", "timeout"}, {"requests.post", "timeout"}, {"urllib.request.urlopen", "timeout"},
		{"socket.create_connection", "timeout"},
		{"subprocess.run", "check"}, {"open", "encoding"}, {"yaml.load", "Loader"}, {"$RESP.set_cookie", "samesite"},
		{"models.ForeignKey", "on_delete"},
		{"models.CharField", "max_length"}, {"forms.CharField", "max_length"},
		{"argparse.ArgumentParser", "description"},
	} {
		w.rule("without-"+k[1], k[0]+" is called without "+k[1]+".", `
patterns:
  - pattern: {0}(...)
  - pattern-not: {0}(..., {1}=$VALUE, ...)
  - pattern-not: {0}(..., **$KWARGS)`, k[0], k[1])
	}
}

// taint: from what a framework's client sends to what must not have it.
func (w *ruleWriter) taint() {
	sources := [][2]string{
		{"flask", "      - pattern: flask.request.args\n      - pattern: flask.request.form[...]\n      - pattern: " +
			"flask.request.get_json(...)\n      - pattern: flask.request.$ANY.get(...)"},
		{"django", "      - patterns:\n        - pattern: request.$METHOD\n        - metavariable-regex:\n           " +
			" metavariable: $METHOD\n            regex: ^(GET|POST|COOKIES|FILES|META)$\n        - pattern-inside: " +
			"|\n            def $VIEW(..., request, ...):\n              ...\n      - pattern: " +
			"self.request.GET.get(...)"},
		{"plain", "      - pattern: input(...)\n      - pattern: sys.argv[...]\n      - pattern: " +
			"os.environ.get(...)\n      - patterns:\n        - pattern-inside: |\n            def $F(..., $RAW, " +
			"...):\n              ...\n        - pattern: $RAW.body"},
	}
	sinks := [][3]string{
		{"command", "os.system(...)", "shlex.quote(...)"}, {"process", "subprocess.$RUN(..., shell=True, ...)",
			"shlex.quote(...)"},
		{"eval", "eval(...)", "ast.literal_eval(...)"}, {"sql", "$CURSOR.execute(...)", "int(...)"},
		{"file", "open(...)", "os.path.basename(...)"},
		{"template", "jinja2.Template(...)", "markupsafe.escape(...)"},
		{"fetch", "requests.get(...)", "validate_url(...)"},
		{"redirect", "redirect(...)", "url_has_allowed_host_and_scheme(...)"},
		{"pickle", "pickle.loads(...)", "hmac.new(...)"},
		{"markup", "mark_safe(...)", "escape(...)"}, {"log", "$LOGGER.info(...)", "repr(...)"},
		{"xpath", "$TREE.xpath(...)", "int(...)"},
		{"response", "HttpResponse(...)", "escape(...)"}, {"regex", "re.compile(...)", "re.escape(...)"},
		{"import", "importlib.import_module(...)", "ALLOWED.get(...)"},
	}
	for _, src := range sources {
		for _, sink := range sinks {
			w.rule("taint-"+src[0]+"-"+sink[0], "What a client sends reaches "+sink[0]+".", `
mode: taint
pattern-sources:
  - pattern-either:
{0}
pattern-sinks:
  - patterns:
    - pattern: {1}
    - pattern-not: {2}
pattern-sanitizers:
  - pattern: {3}
  - pattern: int(...)`, src[1], sink[1], strings.Replace(sink[1], "...", `"..."`, 1), sink[2])
		}
	}
}

// handlers: text put together within a function that answers requests.
func (w *ruleWriter) handlers() {
	for _, sink := range strings.Fields("$CUR.execute $DB.engine.execute $S.query $M.objects.raw os.system " +
		"subprocess.call HttpResponse make_response $LOG.debug $LOG.error render_template_string redirect") {
		for _, at := range [][2]string{{"route", "@$APP.route(...)\n      def $FUNC(...):\n        ..."},
			{"view", "def $FUNC(request, ...):\n        ..."}} {
			w.rule("built-"+at[0]+"-"+sink, "Text is put together for "+sink+" in a handler.", `
patterns:
  - pattern-inside: |
      {1}
  - pattern-either:
      - pattern: {0}("..." + $X, ...)
      - pattern: {0}("..." % $X, ...)
      - pattern: {0}("...".format(...), ...)
      - pattern: {0}(f"...{$X}...", ...)
      - patterns:
          - pattern: {0}($Q, ...)
          - pattern-inside: |
              $Q = "..." + $Y
              ...`, sink, at[1])
		}
	}
}

// names: constants under a name that tells what they are.
func (w *ruleWriter) names() {
	for _, re := range []string{"(?i).*passw(or)?d.*", "(?i).*secret.*", "(?i).*api_?key.*", "(?i).*token$",
		"(?i)^aws_.*", "(?i).*private_?key.*", "^SECRET_KEY$", "(?i).*credential.*"} {
		w.rule("named", "A constant is kept under a name like "+re+".", `
patterns:
  - pattern: $NAME = "$VALUE"
  - metavariable-regex:
      metavariable: $NAME
      regex: {0}
  - metavariable-regex:
      metavariable: $VALUE
      regex: ^\S{6,}$`, re)
		w.rule("argument", "A constant is given as an argument like "+re+".", `
patterns:
  - pattern: $F(..., $NAME="...", ...)
  - pattern-not: $F(..., $NAME="", ...)
  - metavariable-regex:
      metavariable: $NAME
      regex: {0}`, re)
	}
	for _, v := range []string{"DEBUG = True", "ALLOWED_HOSTS = ['*']", "SESSION_COOKIE_SECURE = False",
		"CSRF_COOKIE_SECURE = False", "SECURE_SSL_REDIRECT = False", "CORS_ALLOW_ALL_ORIGINS = True",
		"TESTING = True"} {
		w.rule("setting-"+v, "The setting "+v+" is not for production.", "pattern: {0}", v)
	}
}

// expressions: texts found without a syntax tree, and strings found with one.
func (w *ruleWriter) expressions() {
	for _, re := range []string{`AKIA[0-9A-Z]{16}`, `-----BEGIN (RSA|EC|DSA) PRIVATE KEY-----`, `ghp_[A-Za-z0-9]{36}`,
		`xox[baprs]-[0-9A-Za-z-]{10,}`, `eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.`, `(?i)todo:?\s+security`,
		`\bsk_live_[0-9a-zA-Z]{24}\b`, `[a-z]+://[^/\s:@]+:[^/\s:@]+@`} {
		w.rule("text", "The source has a text like "+re+".", "pattern-regex: '{0}'", re)
	}
	for _, re := range []string{`^http:\/\/`, `^ftp:\/\/`, `.*SELECT .* FROM.*`, `.*(DELETE FROM|DROP TABLE).*`,
		`^0\.0\.0\.0$`, `^\/tmp\/`, `.*<script.*`} {
		w.rule("string", "A string is like "+re+".", "pattern: '\"=~/{0}/\"'", re)
		w.rule("string-argument", "A string like "+re+" is passed on.", `
patterns:
  - pattern: $F("$TEXT", ...)
  - metavariable-regex:
      metavariable: $TEXT
      regex: '{0}'
  - pattern-not-inside: |
      class $CLASS(unittest.TestCase):
        ...`, strings.ReplaceAll(re, `\/`, "/"))
	}
}

// resources: what is opened must be closed, what is changed must be kept.
func (w *ruleWriter) resources() {
	for _, r := range [][2]string{
		{"open", "close"}, {"socket.socket", "close"}, {"tempfile.NamedTemporaryFile", "close"},
		{"zipfile.ZipFile", "close"}, {"tarfile.open", "close"},
		{"sqlite3.connect", "close"}, {"subprocess.Popen", "wait"}, {"threading.Thread", "join"},
		{"threading.Lock", "release"}, {"urllib.request.urlopen", "close"},
	} {
		w.rule("resource-"+r[0], "What "+r[0]+" returns is not given back with "+r[1]+".", `
patterns:
  - pattern: $X = {0}(...)
  - pattern-not-inside: |
      $X = {0}(...)
      ...
      $X.{1}(...)
  - pattern-not-inside: |
      with {0}(...) as $X:
        ...`, r[0], r[1])
	}
	for _, r := range [][2]string{{"acquire", "release"}, {"begin", "commit"}, {"connect", "disconnect"},
		{"start", "stop"}} {
		w.rule("pair-"+r[0], r[0]+" and "+r[1]+" stand one after the other without try.", `
patterns:
  - pattern: |
      $X.{0}(...)
      ...
      $X.{1}(...)
  - pattern-not-inside: |
      try:
        ...
      finally:
        ...`, r[0], r[1])
	}
}

// numbers: a comparison decides.
func (w *ruleWriter) numbers() {
	for _, r := range [][3]string{
		{"os.chmod($PATH, $N)", "$N", "$N > 0o755"}, {"os.mkdir($PATH, $N)", "$N", "$N > 0o755"},
		{"$RSA.generate_private_key(..., key_size=$N, ...)", "$N", "$N < 2048"},
		{"time.sleep($N)", "$N", "$N > 60"}, {"$S.listen($N)", "$N", "$N > 100"}, {"range($N)", "$N", "$N > 1000"},
		{"hashlib.pbkdf2_hmac($A, $P, $SALT, $N)", "$N", "$N < 100000"},
		{"$S.bind(($HOST, $N))", "$N", "$N < 1024"}, {"secrets.token_hex($N)", "$N", "$N < 16"},
		{"models.CharField(..., max_length=$N, ...)", "$N", "$N > 255"},
	} {
		w.rule("number", "The number in "+r[0]+" is out of the range that is good.", `
patterns:
  - pattern: {0}
  - metavariable-comparison:
      metavariable: {1}
      comparison: {2}`, r[:]...)
	}
}

// arguments: a pattern decides on what a metavariable stands for.
func (w *ruleWriter) arguments() {
	for _, r := range [][2]string{
		{"subprocess.$F($ARG, ...)", "$ARG"}, {"os.$F($ARG, ...)", "$ARG"}, {"$CUR.execute($ARG, ...)", "$ARG"},
		{"$LOG.info($ARG, ...)", "$ARG"}, {"print($ARG)", "$ARG"},
		{"raise $E($ARG)", "$ARG"}, {"return $ARG", "$ARG"}, {"$X.append($ARG)", "$ARG"},
	} {
		w.rule("built", "The text in "+r[0]+" is put together.", `
patterns:
  - pattern: {0}
  - metavariable-pattern:
      metavariable: {1}
      patterns:
        - pattern-either:
            - pattern: '"..." % ...'
            - pattern: '"...".format(...)'
            - pattern: f"..."
        - pattern-not: '"..." % ($A, $B)'`, r[0], r[1])
		w.rule("of-call", "What stands in "+r[0]+" is read from outside.", `
patterns:
  - pattern: {0}
  - pattern: <... $IN.read(...) ...>
  - focus-metavariable: {1}`, r[0], r[1])
	}
}

// shapes: mistakes that are no matter of names.
func (w *ruleWriter) shapes() {
	for _, p := range []string{
		"$X == None", "$X != None", "$X == $X", "$X is \"...\"", "not $X in $Y", "type($X) == $T", "len($X) == 0",
		"lambda: $F()", "$X = $X", "$D.has_key($K)",
	} {
		w.rule("shape", "The expression "+p+" is not what it seems.", "pattern: '{0}'", p)
	}
	for _, p := range []string{
		"def $F(..., $A=[], ...):\n    ...", "def $F(..., $A={}, ...):\n    ...", "try:\n    ...\nexcept:\n    pass",
		"try:\n    ...\nexcept $E:\n    pass",
		"for $X in $Y:\n    ...\n    $Y.remove(...)", "if $C:\n    $A\nelse:\n    $A", "$X = $A\n$X = $B",
		"return $X\n$STMT", "for $K in $D.keys():\n    ...",
		"class $C(...):\n    ...\n    def __del__(self, ...):\n        ...", "assert ($A, $B)",
		"global $X\n...\n$X = $V", "while True:\n    $BODY", "with open($F) as $H:\n    ...\n    $H.read()",
		"@property\ndef $F(self):\n    $X.save(...)",
		"class $C(models.Model):\n    ...\n    $FIELD = models.CharField(..., null=True, ...)", "raise NotImplemented",
		"import telnetlib", "from xml.etree import $X",
		"$X = $DB.cursor()\n...\n$X.execute($Q % $A)",
	} {
		w.rule("statements", "These statements hide a mistake.", "pattern: |\n  {0}",
			strings.ReplaceAll(p, "\n", "\n  "))
	}
}
