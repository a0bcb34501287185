package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/server"
	"github.com/drydock/drydock/internal/sonar/provision"
	"github.com/drydock/drydock/internal/state"
)

// serveFlags are what `serve` may be told.
type serveFlags struct {
	listen, data, database, public string
	cert, key, setupFile, binaries string
	image, logFormat               string
	trusted                        []string
	plain                          bool
	uploadMB                       int64
}

func newServeCmd(a *app) *cobra.Command {
	var fl serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server: projects, analyses and findings in a browser",
		Long: `Serve runs the server. It keeps everything in one folder and needs nothing else. The first start prints a link by which the
administrator's password is set, once, within half an hour; there is no password before.

It listens on this machine alone unless it is told otherwise. Behind a proxy, say by which address people reach it
(--public-url) and whose word about the client counts (--trusted-proxies).`,
		Example: `  drydock serve                                        # http://127.0.0.1:9001
  drydock serve --data /var/lib/drydock --listen 0.0.0.0:9000 --public-url https://drydock.example.org \
      --trusted-proxies 172.18.0.0/16`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), &fl) },
	}
	f := c.Flags()
	f.StringVar(&fl.listen, "listen", "127.0.0.1:9001", "address to listen on")
	f.StringVar(&fl.data, "data", "", "folder for everything that is kept; else drydock's own for data")
	f.StringVar(
		&fl.database,
		"database",
		"",
		"postgres:// address of a database; else SQLite in the folder (or $DRYDOCK_DATABASE)",
	)
	f.StringVar(
		&fl.public,
		"public-url",
		"",
		"address by which people and programs reach the server; else the one it listens on",
	)
	f.StringSliceVar(
		&fl.trusted,
		"trusted-proxies",
		nil,
		"addresses of proxies whose X-Forwarded-For and -Proto count",
	)
	f.StringVar(&fl.cert, "tls-cert", "", "certificate (PEM), for TLS without a proxy")
	f.StringVar(&fl.key, "tls-key", "", "its key (PEM)")
	f.StringVar(
		&fl.setupFile,
		"setup-link-file",
		"",
		"write the set-up link into this file (mode 0600) instead of showing it",
	)
	f.StringVar(
		&fl.binaries,
		"scanner-binaries",
		"",
		"folder with programs of drydock for stock scanners on other machines",
	)
	f.BoolVar(&fl.plain, "allow-plain-scanner", false, "send them over plain connections from other machines too")
	f.StringVar(&fl.image, "image", "", "name of drydock's container image, for the command that pages offer")
	f.Int64Var(&fl.uploadMB, "max-upload", server.DefaultMaxUpload>>20, "megabytes of an analysis as it is sent")
	f.StringVar(&fl.logFormat, "log", "text", "form of the log on standard error: text, json")
	return c
}

// dataFolder is the server's folder: as it is told, else drydock's own.
func dataFolder(given string) (string, error) {
	if given != "" {
		return filepath.Abs(given)
	}
	dir, err := state.Data()
	return filepath.Join(dir, "server"), err
}

func (fl *serveFlags) config(a *app) (server.Config, error) {
	cfg := server.Config{
		Database:     fl.database,
		PublicURL:    fl.public,
		Version:      versionString(),
		Rules:        scan.Rules(),
		Image:        fl.image,
		MaxUpload:    fl.uploadMB << 20,
		PlainScanner: fl.plain,
	}
	var err error
	if cfg.Data, err = dataFolder(fl.data); err != nil {
		return cfg, err
	}
	if cfg.Database == "" {
		cfg.Database = os.Getenv("DRYDOCK_DATABASE")
	}
	if (fl.cert == "") != (fl.key == "") {
		return cfg, clierr.Usage("--tls-cert and --tls-key go together")
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = publicURL(fl.listen, fl.cert != "")
	}
	for _, text := range fl.trusted {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return cfg, clierr.Usage("--trusted-proxies %s: no address or range", text)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		cfg.Trusted = append(cfg.Trusted, p.Masked())
	}
	switch fl.logFormat {
	case "text":
		cfg.Log = slog.New(slog.NewTextHandler(a.err, nil))
	case "json":
		cfg.Log = slog.New(slog.NewJSONHandler(a.err, nil))
	default:
		return cfg, clierr.Usage("--log %s: text or json", fl.logFormat)
	}
	cfg.Binaries = programs(fl, cfg.Log)
	return cfg, nil
}

// programs are what stock scanners are sent: this program, and those of the folder. One that cannot be sent is no reason
// not to start.
func programs(fl *serveFlags, log *slog.Logger) []provision.Binary {
	var out []provision.Binary
	if fl.binaries != "" {
		list, err := provision.Folder(fl.binaries)
		if err != nil {
			log.Warn("some programs are not served to scanners", "error", err)
		}
		out = append(out, list...)
	}
	if self, err := os.Executable(); err == nil {
		if self, err = filepath.EvalSymlinks(self); err == nil {
			own, err := provision.Open(self)
			if err != nil {
				log.Warn("stock scanners are not served this program", "error", err)
			} else {
				out = append(out, own)
			}
		}
	}
	return out
}

// publicURL is the address of a server that listens on one.
func publicURL(listen string, tls bool) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen // the listener says what is wrong
	}
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func (a *app) serve(ctx context.Context, fl *serveFlags) error {
	cfg, err := fl.config(a)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", fl.listen)
	if err != nil {
		return clierr.InputErr(fl.listen, err)
	}
	defer listener.Close()
	s, err := server.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := a.offerSetup(ctx, s, fl.setupFile); err != nil {
		return err
	}
	cfg.Log.Info("listening", "address", listener.Addr().String(), "url", cfg.PublicURL, "data", cfg.Data)
	rest()
	return s.ListenAndServe(ctx, listener, fl.cert, fl.key)
}

// offerSetup shows the set-up link where there is no administrator yet: to whoever started the server, never in the log.
func (a *app) offerSetup(ctx context.Context, s *server.Server, file string) error {
	wanted, err := s.Core.NeedsSetup(ctx)
	if err != nil || !wanted {
		return err
	}
	link, err := s.Core.NewSetupLink(ctx)
	if err != nil {
		return err
	}
	if file != "" {
		return writeSecret(file, link)
	}
	fmt.Fprintf(a.out, "Set the administrator's password here, once, within half an hour:\n\n  %s\n\n", link)
	return nil
}

// writeSecret writes a line into a file that its owner alone can read.
func writeSecret(file, text string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return clierr.InputErr(file, err)
	}
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		return clierr.InputErr(file, err)
	}
	if _, err := f.WriteString(strings.TrimSpace(text) + "\n"); err != nil {
		f.Close()
		return clierr.InputErr(file, err)
	}
	return f.Close()
}
