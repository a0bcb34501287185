package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// row is one piece of work that is measured.
type row struct {
	name, wanted string
	run          func(*bench) (*outcome, error)
}

// rows are all that is measured, in the order of the table. Add one line here and a function.
var rows = []row{
	{"image archive to CycloneDX", "20 x syft, under 150 MB", imageRow},
	{"the same with gzip layers (other: decompression alone)", "near to decompression", gzipRow},
	{"a second image on the same base, layers cached", "under 0.2 s", secondRow},
	{"scan of examples/shop with its images, all gates", "under 1 s", scanRow},
	{"rebuild: both images judged and compared", "under 1 s", rebuildRow},
	{"that SBOM to vulnerabilities, same OSV data", "30 x osv-scanner, under 60 MB", vulnRow},
	{"160 Dockerfiles linted in one run", "5 x hadolint", lintRow},
	{"start-up (drydock version)", "under 30 ms", startRow},
	{"drydock access on 200 services with 1,000 labels", "under 100 ms", accessRow},
	{"code: Flask and requests, some 300 Python rules", "40 x semgrep, under 400 MB", codeSmallRow},
	{"code: one file, the same rules", "under 0.15 s", codeFileRow},
	{"code: Django 4.2.7, Flask and requests, the same rules", "40 x semgrep's 464 s: 11.6 s; under 400 MB",
		codeLargeRow},
	{"code: that again with one file changed", "under 1 s", codeAgainRow},
	{"index build of the shared records", "under 20 s, file under 60 MB", indexRow},
}

const mb = 1 << 20

// fresh gives drydock an empty home.
func (b *bench) fresh() (home string, before func() error) {
	home = filepath.Join(b.tmp, "home")
	return home, func() error { return os.RemoveAll(home) }
}

func imageRow(b *bench) (*outcome, error) {
	dir, err := b.images()
	if err != nil {
		return nil, err
	}
	syft, err := b.peer("syft")
	if err != nil {
		return nil, err
	}
	ref := "docker-archive:" + filepath.Join(dir, "debian.tar")
	home, before := b.fresh()
	var ours, theirs bytes.Buffer
	var out outcome
	if out.ours, err = b.run(&ours, before, []string{"DRYDOCK_HOME=" + home}, b.drydock, "sbom", "-q",
		ref); err != nil {
		return nil, err
	}
	if out.peer, err = b.run(&theirs, nil, []string{"SYFT_CHECK_FOR_APP_UPDATE=false"}, syft, "-q", "-o",
		"cyclonedx-json", ref); err != nil {
		return nil, err
	}
	out.met = out.peer.wall >= 20*out.ours.wall && out.ours.rss < 150*mb
	out.notes, err = comparePackages(ours.Bytes(), theirs.Bytes())
	return &out, err
}

func gzipRow(b *bench) (*outcome, error) {
	dir, err := b.images()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "debian-gz.tar")
	home, before := b.fresh()
	var out outcome
	if out.ours, err = b.run(nil, before, []string{"DRYDOCK_HOME=" + home}, b.drydock, "sbom", "-q",
		"docker-archive:"+file); err != nil {
		return nil, err
	}
	if out.peer, err = b.run(nil, nil, nil, b.self, "-unpack", file); err != nil {
		return nil, err
	}
	over := out.ours.wall.Seconds()/out.peer.wall.Seconds() - 1
	out.met = over < 0.25
	out.notes = []string{fmt.Sprintf("%.0f %% above the time that decompressing alone takes", 100*over)}
	return &out, nil
}

func secondRow(b *bench) (*outcome, error) {
	dir, err := b.images()
	if err != nil {
		return nil, err
	}
	home, empty := b.fresh()
	env := []string{"DRYDOCK_HOME=" + home}
	before := func() error {
		if err := empty(); err != nil {
			return err
		}
		once := *b
		once.repeat = 1
		_, err := once.run(nil, nil, env, b.drydock, "sbom", "-q", "docker-archive:"+filepath.Join(dir, "debian.tar"))
		return err
	}
	var out outcome
	out.ours, err = b.run(nil, before, env, b.drydock, "sbom", "-q", "docker-archive:"+filepath.Join(dir, "app.tar"))
	out.met = out.ours.wall < 200*time.Millisecond
	return &out, err
}

func startRow(b *bench) (*outcome, error) {
	c, err := b.run(nil, nil, nil, b.drydock, "version")
	return &outcome{ours: c, met: c.wall < 30*time.Millisecond}, err
}

func accessRow(b *bench) (*outcome, error) {
	dir := filepath.Join(b.tmp, "access")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.WriteString("services:\n  traefik:\n    image: traefik:v3.3\n    command: " +
		"[--providers.docker.exposedbydefault=false, --entrypoints.https.address=:443]\n    ports: ['443:443']\n")
	for i := range 200 {
		fmt.Fprintf(&text, "  s%d:\n    image: nginx\n    labels:\n      - traefik.enable=true\n      - "+
			"traefik.http.routers.s%d.rule=Host(`s%d.example.com`)\n", i, i, i)
		fmt.Fprintf(&text, "      - traefik.http.routers.s%d.tls=true\n      - "+
			"traefik.http.routers.s%d.middlewares=office%d\n", i, i, i)
		fmt.Fprintf(&text, "      - traefik.http.middlewares.office%d.ipallowlist.sourcerange=203.0.113.10\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), text.Bytes(), 0o644); err != nil {
		return nil, err
	}
	c, err := b.run(nil, nil, nil, b.drydock, "access", dir, "--format", "json")
	return &outcome{ours: c, met: c.wall < 100*time.Millisecond}, err
}

func indexRow(b *bench) (*outcome, error) {
	data := filepath.Join(b.shared, "advisories")
	if _, err := os.Stat(data); err != nil {
		return nil, fmt.Errorf("the shared advisories are absent (-shared)")
	}
	home, before := b.fresh()
	c, err := b.run(nil, before, []string{"DRYDOCK_HOME=" + home}, b.drydock, "db", "import", "-q", data)
	if err != nil {
		return nil, err
	}
	var size int64
	err = filepath.Walk(filepath.Join(home, "data"), func(_ string, st os.FileInfo, err error) error {
		if err == nil && st.Mode().IsRegular() {
			size += st.Size()
		}
		return err
	})
	out := outcome{ours: c, met: c.wall < 20*time.Second && size < 60*mb}
	out.notes = []string{fmt.Sprintf("the index takes %.1f MB", float64(size)/mb)}
	return &out, err
}

func vulnRow(b *bench) (*outcome, error) {
	dir, err := b.images()
	if err != nil {
		return nil, err
	}
	scanner, err := b.peer("osv-scanner")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(b.shared, "advisories")
	if _, err := os.Stat(data); err != nil {
		return nil, fmt.Errorf("the shared advisories are absent (-shared)")
	}
	home := filepath.Join(b.tmp, "vuln-home")
	env := []string{"DRYDOCK_HOME=" + home}
	sbom := filepath.Join(b.tmp, "sbom.cdx.json")
	once := *b
	once.repeat = 1
	if _, err := once.run(nil, nil, env, b.drydock, "sbom", "-q", "docker-archive:"+filepath.Join(dir, "debian.tar"),
		"-o", "cyclonedx-json="+sbom); err != nil {
		return nil, err
	}
	if _, err := once.run(nil, nil, env, b.drydock, "db", "import", "-q", data); err != nil {
		return nil, err
	}
	db := filepath.Join(b.tmp, "osv")
	if err := linkDatabase(data, db); err != nil {
		return nil, err
	}
	var out outcome
	var ours, theirs bytes.Buffer
	if out.ours, err = b.run(&ours, nil, env, b.drydock, "vuln", "-q", "sbom:"+sbom, "--format", "json"); err != nil {
		return nil, err
	}
	if out.peer, err = b.run(&theirs, nil, []string{"OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY=" + db}, scanner, "scan",
		"source", "--offline", "--offline-vulnerabilities", "--format", "json", "-L", sbom); err != nil {
		return nil, err
	}
	out.met = out.peer.wall >= 30*out.ours.wall && out.ours.rss < 60*mb
	out.notes, err = compareIDs(ours.Bytes(), theirs.Bytes())
	return &out, err
}

// linkDatabase lays the advisories out as osv-scanner wants them.
func linkDatabase(data, db string) error {
	zips, err := filepath.Glob(filepath.Join(data, "osv", "*", "all.zip"))
	if err != nil {
		return err
	}
	for _, z := range zips {
		abs, err := filepath.Abs(z)
		if err != nil {
			return err
		}
		to := filepath.Join(db, "osv-scalibr", filepath.Base(filepath.Dir(z)), "all.zip")
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(abs, to); err != nil && !os.IsExist(err) {
			return err
		}
	}
	return nil
}
