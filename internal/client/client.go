// Package client talks to a drydock server: sends analyses, makes projects and tokens, asks for verdicts.
package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// Client speaks to one server.
type Client struct {
	Server  string // its address
	Token   string
	HTTP    *http.Client
	Version string // of drydock, for the server's log
	// Expires is when the token ends, as the server said with its last answer; zero for never.
	Expires time.Time
}

// ExpiresHeader is how a server says when a token ends.
const ExpiresHeader = "Drydock-Token-Expires"

// Lapsing is what to tell somebody whose token ends within a month, "" where there is nothing to tell.
func (c *Client) Lapsing(now time.Time) string {
	if c.Expires.IsZero() || c.Expires.After(now.AddDate(0, 1, 0)) {
		return ""
	}
	return "the token ends on " + c.Expires.Format(time.DateOnly) + ": make a new one on the project's page before then"
}

// TokenVariable is the environment variable that a token is taken from.
const TokenVariable = "DRYDOCK_TOKEN"

// New makes a client. A token never comes from a flag, where everybody on the machine can read it.
func New(server, token, version string) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, clierr.Usage("--server %q is no address", server).
			WithHint("Write http://127.0.0.1:9001, or as your browser shows it.")
	}
	if token == "" {
		return nil, clierr.Usage("no token: set %s", TokenVariable).
			WithHint("The project's page on %s makes one; so does 'drydock admin token' on the server's machine.", server)
	}
	u.User = nil
	return &Client{Server: strings.TrimRight(u.String(), "/"), Token: token, Version: version,
		HTTP: &http.Client{Timeout: 10 * time.Minute}}, nil
}

// problem is an error as the server tells it.
type problem struct {
	Detail string   `json:"detail"`
	Hint   string   `json:"hint"`
	Fields []string `json:"fields"`
}

// maxAnswer bounds an answer.
const maxAnswer = 32 << 20

// do sends a request and reads the answer into out.
func (c *Client) do(ctx context.Context, method, path string, body io.Reader, header http.Header, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.Server+path, body)
	if err != nil {
		return err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("User-Agent", "drydock/"+c.Version)
	res, err := c.HTTP.Do(r)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return clierr.Input(c.Server, "cannot be reached: %v", err)
	}
	defer res.Body.Close()
	if t, err := time.Parse(time.RFC3339, res.Header.Get(ExpiresHeader)); err == nil {
		c.Expires = t
	}
	data, err := bounded.ReadAll(res.Body, maxAnswer)
	if err != nil {
		return clierr.InputErr(c.Server, err)
	}
	if res.StatusCode >= 300 {
		var p problem
		if json.Unmarshal(data, &p) != nil || p.Detail == "" {
			p.Detail = "answers " + res.Status
		}
		for _, f := range p.Fields {
			p.Detail += "; " + f
		}
		e := clierr.Input(c.Server, "%s", p.Detail)
		if p.Hint != "" {
			e = e.WithHint("%s", p.Hint)
		}
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return clierr.Input(c.Server, "answers something that is no answer of drydock's: is it a server of drydock?")
	}
	return nil
}

func (c *Client) post(ctx context.Context, path string, in, out any) error {
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.do(
		ctx,
		http.MethodPost,
		path,
		bytes.NewReader(data),
		http.Header{"Content-Type": {"application/json"}},
		out,
	)
}

// Project is a project of the server.
type Project struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

// AddProject makes a project; an empty key is made of the name.
func (c *Client) AddProject(ctx context.Context, name, key, branch string) (*Project, error) {
	var p Project
	err := c.post(ctx, "/api/v1/projects", map[string]string{"name": name, "key": key, "defaultBranch": branch}, &p)
	return &p, err
}

// Projects lists projects, worst first.
func (c *Client) Projects(ctx context.Context, search string) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.do(ctx, http.MethodGet, "/api/v1/projects?perPage=500&search="+url.QueryEscape(search), nil, nil, &out)
	return out, err
}

// NewToken is what a token is made of.
type NewToken struct {
	Name     string `json:"name,omitempty"`
	Scope    string `json:"scope"`
	PullOnly bool   `json:"pullOnly,omitempty"`
	Days     int    `json:"days,omitempty"`
}

// AddToken makes a token of a project, or with "" of all.
func (c *Client) AddToken(ctx context.Context, project string, n NewToken) (token string, err error) {
	var out struct {
		Token string `json:"token"`
	}
	path := "/api/v1/tokens"
	if project != "" {
		path = "/api/v1/projects/" + url.PathEscape(project) + "/tokens"
	}
	err = c.post(ctx, path, n, &out)
	return out.Token, err
}

// Upload says what an analysis is of.
type Upload struct {
	Project, Branch, Pull, Base, Commit string
	Source, Root, Input                 string
}

// Analysis is an analysis that the server keeps.
type Analysis struct {
	Task    string `json:"task"`
	State   string `json:"state"`
	Problem string `json:"problem"`
	Verdict string `json:"verdict"`
	URL     string `json:"url"`
	Summary struct {
		New      int      `json:"new"`
		Closed   int      `json:"closed"`
		Breaches []string `json:"breaches"`
	} `json:"summary"`
}

// Send sends a document, which write writes, compressed. When it returns without an error the server keeps it.
func (c *Client) Send(ctx context.Context, u Upload, write func(io.Writer) error) (*Analysis, error) {
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	if err := errors.Join(write(zw), zw.Close()); err != nil {
		return nil, err
	}
	q := url.Values{}
	for name, value := range map[string]string{"branch": u.Branch, "pull": u.Pull, "base": u.Base, "commit": u.Commit,
		"source": u.Source, "root": u.Root, "input": u.Input} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var a Analysis
	err := c.do(ctx, http.MethodPost, "/api/v1/projects/"+url.PathEscape(u.Project)+"/analyses?"+q.Encode(), &packed,
		http.Header{"Content-Type": {"application/gzip"}}, &a)
	return &a, err
}

// Wait waits until an analysis was taken in, for a time at most.
func (c *Client) Wait(ctx context.Context, project, task string, most time.Duration) (*Analysis, error) {
	deadline := time.Now().Add(most)
	for {
		left := time.Until(deadline)
		wait := int(min(left, 30*time.Second) / time.Second)
		var a Analysis
		err := c.do(ctx, http.MethodGet, "/api/v1/projects/"+url.PathEscape(project)+"/analyses/"+task+"?wait="+
			strconv.Itoa(max(wait, 0)), nil, nil, &a)
		if err != nil || a.State != "queued" {
			return &a, err
		}
		if left <= 0 {
			return &a, clierr.Input(c.Server, "has not taken the analysis in after %s; it is kept and will be", most)
		}
	}
}
