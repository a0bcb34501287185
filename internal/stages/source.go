package stages

import (
	"io/fs"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// sources is what a look at the application's own code tells: what it calls, reads, writes and answers.
type sources struct {
	calls   map[string]bool // programs that it starts as child processes, or that its start scripts call
	strings map[string]bool // the first path elements that its string literals name
	health  []string        // routes whose name says that they tell the health
	writes  string          // a file in which it writes to the disk, "" if none is seen
	files   int
	text    map[string]string // by path, of the source files
}

const (
	maxSources = 2000
	maxSource  = 512 << 10
)

var (
	sourceFile = lazyregexp.New(`\.(py|js|cjs|mjs|ts|tsx|jsx|go|java|kt|rb|php|rs|sh|ru|rake)$`)
	skippedDir = lazyregexp.New(
		`^(\.git|node_modules|\.venv|venv|vendor|__pycache__|dist|build|target|tests?|__tests__|spec|\.next|coverage)$`,
	)
	testFile = lazyregexp.New(`(^test_|_test\.|\.test\.|\.spec\.|conftest)`)
	child    = lazyregexp.New(
		`(?:subprocess\.\w+|os\.system|os\.popen|Popen|execFile(?:Sync)?|exec(?:Sync)?|spawn(?:Sync)?|exec\.Command(?:Context)?|shell_exec|proc_open|system|Open3\.\w+|ProcessBuilder|Command::new)\s*\(\s*(?:ctx\s*,\s*)?(?:\[\s*)?f?["'` + "`" + `]([A-Za-z0-9_./+-]+)`,
	)
	healthRoute = lazyregexp.New(`["'` + "`" +
		`](/(?:[a-z0-9_/-]*/)?(?:healthz?|health[-_]?check|livez|readyz|liveness|ping|status|up|_health))["'` + "`" +
		`]`)
	literalPath = lazyregexp.New(`["'` + "`" + `](?:\./)?([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:/[^"'` + "`" + `\s]*)?["'` +
		"`" + `]`)
	writing = lazyregexp.New(
		`sqlite:///[^:]|\.sqlite3?["']|django\.db\.backends\.sqlite3|FileHandler\(|\bopen\([^)\n]*,\s*["'][wax]b?\+?["']|os\.makedirs\(|\.mkdir\(|writeFileSync\(|fs\.writeFile\(|createWriteStream\(|mkdirSync\(|diskStorage\(|multer\(\{\s*dest|os\.(Create|OpenFile|MkdirAll|WriteFile|Mkdir)\(|new FileWriter\(|new FileOutputStream\(|Files\.(write|createDir)|File\.(write|open\([^)]*["']w)|FileUtils\.mkdir|file_put_contents\(|fopen\([^)]*["'][wa]|move_uploaded_file|File::create\(|Dir::create|create_dir_all\(`,
	)
	// moreWriting are further ways to write: of logging, data frames, databases in a file.
	moreWriting = lazyregexp.New(
		`basicConfig\([^)]*filename|\.write_(text|bytes)\(|\.touch\(|shutil\.(copy|move|make_archive|unpack)|os\.(rename|replace|mkdir)\(|sqlite3\.connect\(|` +
			`\.to_(csv|excel|parquet|pickle)\(|\.savefig\(|\.save\(\s*(os\.path|path|f?["'])|joblib\.dump\(|torch\.save\(|shelve\.open|TinyDB\(|FileSystemCache|mode\s*=\s*["'][wax]|` +
			`(write|append)File(Sync)?\(|fs\.(promises\.)?(mkdir|rename|copyFile)\w*\(|transports\.(DailyRotate)?File|pino\.destination\(|sqlite3?\.Database|better-sqlite3|["']sqlite["']|` +
			`sql\.Open\(\s*"sqlite|bolt\.Open\(|badger\.Open|lumberjack\.|Logger\.new\(\s*["']|SQLite3::Database|jdbc:(h2:(file|[.~])|sqlite|derby)|RollingFile`,
	)
	buildScript = lazyregexp.New(
		`(^|/)(build|gulpfile|gruntfile|webpack|rollup|vite|esbuild|next|nuxt|jest|setup|noxfile|tasks|build)(\.config|\.prod|\.dev)?\.([cm]?[jt]s|py|rs)$|(^|/)scripts?/`,
	)
	temporary = lazyregexp.New(
		`tempfile|tmpdir|TempDir|TempFile|os\.tmpdir|/tmp|gettempdir|createTempFile|sys_get_temp_dir`)
)

// src reads the context's code once.
func (a *conversion) src() *sources {
	if a.sources != nil {
		return a.sources
	}
	s := &sources{calls: map[string]bool{}, strings: map[string]bool{}, text: map[string]string{}}
	a.sources = s // set first: startScripts may come back here
	if a.ctx != nil {
		_ = fs.WalkDir(a.ctx, ".", func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir() && name != "." && skippedDir.MatchString(d.Name()):
				return fs.SkipDir
			case d.IsDir() || !sourceFile.MatchString(name) || testFile.MatchString(d.Name()):
				return nil
			case s.files == maxSources:
				return fs.SkipAll
			}
			s.files++
			s.look(name, a.readSource(name))
			return nil
		})
	}
	scripts := a.startedScripts()
	if in := a.last("HEALTHCHECK"); in != nil && in.Script != nil && !a.asksItself(in) {
		scripts = append(scripts, startScript{script: in.Script})
	}
	if h := a.healthScript(); h != nil {
		scripts = append(scripts, startScript{script: h})
	}
	for _, script := range scripts {
		for _, c := range script.script.Commands {
			name, _ := c.Effective()
			s.call(c.Name)
			s.call(name)
			for _, w := range c.Args() {
				s.strings[strings.SplitN(strings.TrimPrefix(w.Text, "./"), "/", 2)[0]] = true
			}
		}
	}
	return s
}

func (a *conversion) readSource(name string) string {
	if st, err := fs.Stat(a.ctx, name); err != nil || st.Size() > maxSource {
		return ""
	}
	return a.read(name)
}

func (s *sources) call(name string) {
	if name != "" {
		s.calls[path.Base(name)] = true
	}
}

func (s *sources) look(name, text string) {
	s.text[name] = text
	if s.writes == "" && moreWriting.MatchString(text) && !temporary.MatchString(text) &&
		!strings.HasSuffix(name, ".sh") && !buildScript.MatchString(name) {
		s.writes = name
	}
	for _, m := range child.FindAllStringSubmatch(text, -1) {
		s.call(m[1])
	}
	for _, m := range healthRoute.FindAllStringSubmatch(text, -1) {
		s.health = append(s.health, m[1])
	}
	for _, m := range literalPath.FindAllStringSubmatch(text, -1) {
		s.strings[m[1]] = true
	}
	if s.writes == "" && writing.MatchString(text) && !temporary.MatchString(text) &&
		!strings.HasSuffix(name, ".sh") &&
		!buildScript.MatchString(name) {
		s.writes = name
	}
}
