// Command bench measures drydock beside the tools that do the same work, in one run on one machine, and prints the
// ratios. It is never a test: figures depend on the machine, so it states it.
//
//	go run ./bench [-n 3] [-row REGEXP] [-long] [-dir FOLDER] [-shared FOLDER]
//
// A row is an element of rows, in rows.go. Where a row's tool or input is absent it says so and goes on.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

func main() {
	home, _ := os.UserHomeDir()
	cache := filepath.Join(home, ".cache")
	var b bench
	flag.IntVar(&b.repeat, "n", 3, "how often each measurement is made; the fastest counts")
	row := flag.String("row", "", "only rows whose name matches")
	flag.StringVar(&b.dir, "dir", filepath.Join(cache, "drydock-bench"), "folder for the images, some 4 GB")
	flag.StringVar(&b.shared, "shared", filepath.Join("..", "shared"),
		"folder with advisories/, for the rows that need them")
	flag.StringVar(&b.peers, "peers", filepath.Join(cache, "drydock-peers", "bin"),
		"folder with the other tools (.ci/peers)")
	flag.BoolVar(&b.long, "long", false, "run the other tools also where they take many minutes")
	unpack := flag.String("unpack", "",
		"measure nothing: decompress the layers of this archive, for the floor of a row")
	pack := flag.String("pack", "", "measure nothing: write this image archive with gzip layers to the file named "+
		"after it")
	compared := flag.String("rebuild", "", "measure nothing: compare the two image archives named after it, with this "+
		"folder as home")
	rules := flag.Bool("rules", false, "measure nothing: write the rules of the code rows")
	start := flag.String("launch", "", "measure nothing: run the program named after it and write to this file what "+
		"it took")
	flag.Parse()
	// These are processes of their own, started by this one.
	switch {
	case *start != "":
		os.Exit(launch(*start, flag.Args()))
	case *rules:
		text, _ := pythonRules()
		fmt.Print(text)
		return
	case *compared != "":
		check(compareImages(*compared, flag.Arg(0), flag.Arg(1)))
		return
	case *unpack != "":
		check(decompressLayers(*unpack))
		return
	case *pack != "":
		check(compressImage(*pack, flag.Arg(0)))
		return
	}
	match, err := regexp.Compile(*row)
	check(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b.ctx = ctx
	check(b.prepare())
	defer os.RemoveAll(b.tmp)
	fmt.Printf("%s\n\n| work | other | drydock | ratio | wanted | |\n|---|---|---|---|---|---|\n", machine())
	var notes []string
	for _, r := range rows {
		if !match.MatchString(r.name) || ctx.Err() != nil {
			continue
		}
		res, err := r.run(&b)
		if err != nil {
			fmt.Printf("| %s | | | | %s | not measured: %v |\n", r.name, r.wanted, err)
			continue
		}
		fmt.Printf("| %s | %s | %s | %s | %s | %s |\n", r.name, res.peer, res.ours, res.ratio(), r.wanted,
			verdict(res.met))
		for _, n := range res.notes {
			notes = append(notes, r.name+": "+n)
		}
	}
	fmt.Println()
	for _, n := range notes {
		fmt.Println("- " + n)
	}
}

// bench is what the rows share.
type bench struct {
	ctx                     context.Context
	repeat                  int
	long                    bool // also what takes many minutes
	dir, shared, peers, tmp string
	drydock                 string // the program, built from this tree
	self                    string // this program
}

func (b *bench) prepare() error {
	tmp, err := os.MkdirTemp("", "drydock-bench-")
	if err != nil {
		return err
	}
	b.tmp = tmp
	b.drydock = filepath.Join(tmp, "drydock")
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-o", b.drydock,
		"./cmd/drydock").CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/drydock: %v: %s", err, out)
	}
	b.self, err = os.Executable()
	return err
}

// peer returns the path of another tool.
func (b *bench) peer(name string) (string, error) {
	p := filepath.Join(b.peers, name)
	if _, err := os.Stat(p); err != nil {
		return "", fmt.Errorf("%s is absent (.ci/peers %s)", name, name)
	}
	return p, nil
}

// images makes the images once and returns the folder that holds them.
func (b *bench) images() (string, error) {
	cmd := exec.CommandContext(b.ctx, filepath.Join("bench", "mkimage.sh"), b.dir)
	cmd.Stderr = nil
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("bench/mkimage.sh: %v: %s", err, tail(string(out)))
	}
	gz := filepath.Join(b.dir, "debian-gz.tar")
	if _, err := os.Stat(gz); err == nil {
		return b.dir, nil
	}
	if out, err := exec.CommandContext(b.ctx, b.self, "-pack", filepath.Join(b.dir, "debian.tar"),
		gz).CombinedOutput(); err != nil {
		return "", fmt.Errorf("packing: %v: %s", err, tail(string(out)))
	}
	return b.dir, nil
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// machine describes where the figures were taken.
func machine() string {
	cpu := ""
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, line := range strings.Split(string(data), "\n") {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				cpu = strings.TrimSpace(v)
				break
			}
		}
	}
	load := ""
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = ", load before " + strings.Fields(string(data))[0]
	}
	return fmt.Sprintf("%s: %d cores (%s), %s/%s, %s%s", time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
