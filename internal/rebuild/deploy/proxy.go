package deploy

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/client"
)

// proxy stands between Compose and the engine, so that Compose starts the new containers without losing the old ones: a
// container that is kept is renamed out of the way where Compose would remove, rename or start it, and one that is to
// serve on is not stopped either. All else is passed on.
type proxy struct {
	api  *client.Client
	keep map[string]*kept // by full id

	dir    string
	server *http.Server
}

// kept is a container that Compose may not remove.
type kept struct {
	name    string // its name, without a slash
	serving bool   // it may not be stopped either

	once sync.Once
	err  error
}

// oldName is where a replaced container waits for the end of the deploy.
func oldName(name string) string { return name + "-old" }

// start listens on a socket of its own, in a folder that only this user may enter.
func (p *proxy) start() (host string, err error) {
	if p.dir, err = os.MkdirTemp("", "drydock-"); err != nil {
		return "", err
	}
	socket := filepath.Join(p.dir, "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		os.RemoveAll(p.dir)
		return "", err
	}
	dial := p.api.Dialer()
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine"
			r.Out.Host = "engine"
		},
		FlushInterval: -1,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dial(ctx)
		}},
	}
	p.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			k, id, ok := p.refused(r)
			if !ok {
				forward.ServeHTTP(w, r)
				return
			}
			if err := k.aside(r.Context(), p.api, id); err != nil {
				http.Error(w, `{"message":"drydock: the old container cannot be renamed"}`,
					http.StatusInternalServerError)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})}
	go p.server.Serve(l)
	return "unix://" + socket, nil
}

func (p *proxy) stop() {
	p.server.Close()
	os.RemoveAll(p.dir)
}

// refused tells the requests that are answered and not passed on: /v1.41/containers/ID/stop and the like.
func (p *proxy) refused(r *http.Request) (*kept, string, bool) {
	_, rest, ok := strings.Cut(r.URL.Path, "/containers/")
	id, action, _ := strings.Cut(rest, "/")
	k := p.keep[id]
	if !ok || k == nil {
		return nil, "", false
	}
	switch {
	case r.Method == http.MethodDelete && action == "", r.Method == http.MethodPost && action == "rename":
		return k, id, true
	case r.Method == http.MethodPost && (action == "stop" || action == "kill"):
		return k, id, k.serving
	case r.Method == http.MethodPost && (action == "start" || action == "restart"):
		return k, id, true // Compose starts whatever of a service it finds stopped
	}
	return nil, "", false
}

// aside gives the container its other name, once.
func (k *kept) aside(ctx context.Context, api *client.Client, id string) error {
	k.once.Do(func() {
		_, k.err = api.ContainerRename(ctx, id, client.ContainerRenameOptions{NewName: oldName(k.name)})
	})
	return k.err
}
