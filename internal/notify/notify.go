// Package notify tells people what a rebuild did: a webhook, mail, and chat services through a kept library. It speaks
// only where something changed or failed. Secrets come from the environment or from files.
package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/rebuild/result"
)

// Targets are those who are told. What is empty is not used.
type Targets struct {
	Webhook string // address that gets the run's JSON; signed with $DRYDOCK_WEBHOOK_SECRET if there is one
	Mail    Mail
	Chat    bool // the services of $DRYDOCK_CHAT_URLS
}

// Mail is how a mail is sent. The password is $DRYDOCK_SMTP_PASSWORD.
type Mail struct {
	Server, From, User string // server as host:port
	To                 []string
}

// The secrets' variables. Each may be given as a file too, by the variable with _FILE behind its name.
const (
	WebhookSecret = "DRYDOCK_WEBHOOK_SECRET"
	SMTPPassword  = "DRYDOCK_SMTP_PASSWORD"
	ChatURLs      = "DRYDOCK_CHAT_URLS" // one a line, or parted by blanks
)

const notArrived = "The run itself is over; only the word of it did not arrive."

const (
	sendWithin = 30 * time.Second
	maxSecret  = 64 << 10
	tries      = 3
)

// Worth reports whether a run is worth telling: something was deployed, taken back, got worse or failed.
func Worth(r *result.Rebuild, err error) bool {
	if err != nil {
		return true
	}
	for _, s := range r.Services {
		if s.Deployed || s.RolledBack || s.Verdict == result.Worse || s.Verdict == result.Failed ||
			s.Verdict == result.Better {
			return true
		}
	}
	return false
}

// Send tells all targets; one that cannot be reached keeps none of the others back. Its errors name no secret.
func (t Targets) Send(ctx context.Context, r *result.Rebuild, runErr error) error {
	if !Worth(r, runErr) {
		return nil
	}
	subject, text := words(r, runErr)
	var errs []error
	if t.Webhook != "" {
		errs = append(errs, t.webhook(ctx, r))
	}
	if t.Mail.Server != "" {
		errs = append(errs, t.Mail.send(ctx, subject, text))
	}
	if t.Chat {
		errs = append(errs, chat(ctx, subject+"\n"+text))
	}
	return errors.Join(errs...)
}

// words is what people read.
func words(r *result.Rebuild, runErr error) (subject, text string) {
	var b strings.Builder
	worst := "rebuilt"
	for _, s := range r.Services {
		state := "not deployed"
		switch {
		case s.RolledBack:
			state, worst = "rolled back", "rolled back"
		case s.Verdict == result.Failed:
			state, worst = "failed", "failed"
		case s.Deployed:
			state = "deployed"
		}
		fmt.Fprintf(&b, "%s: %s, %s. %s\n", strings.Join(s.Services, ", "), s.Verdict, state, s.Reason)
	}
	if runErr != nil {
		worst = "failed"
		fmt.Fprintf(&b, "%v\n", runErr)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	return "drydock: " + r.Target + " " + worst, b.String()
}

// secret reads a secret from its variable or the file that the variable with _FILE names.
func secret(name string) (string, error) {
	if v := os.Getenv(name); v != "" {
		return v, nil
	}
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	b, err := bounded.ReadFile(path, maxSecret)
	if err != nil {
		return "", clierr.InputErr(path, err).WithHint("%s_FILE names it.", name)
	}
	return strings.TrimSpace(string(b)), nil
}

func (t Targets) webhook(ctx context.Context, r *result.Rebuild) error {
	key, err := secret(WebhookSecret)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := r.Encode(&body); err != nil {
		return err
	}
	for i := range tries {
		if i > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(i) * time.Second):
			}
		}
		var again bool
		if again, err = post(ctx, t.Webhook, key, body.Bytes()); err == nil || !again {
			break
		}
	}
	if err != nil {
		return clierr.Input("webhook", "%v", err).WithHint(notArrived)
	}
	return nil
}

// post sends the body once; again tells that another try may help.
func post(ctx context.Context, address, key string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the address is none")
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(body)
		req.Header.Set("X-Drydock-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return true, cause(err) // without the address, which may hold a token
	}
	res.Body.Close()
	if res.StatusCode >= 300 {
		return res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests,
			fmt.Errorf("it was answered with %d", res.StatusCode)
	}
	return false, nil
}

// cause is what a request failed of.
func cause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// send delivers one mail. The connection is encrypted where the server can, and a password is sent on no other.
func (m Mail) send(ctx context.Context, subject, text string) error {
	fail := func(err error) error {
		return clierr.Input(m.Server, "the mail could not be sent: %v", err).
			WithHint(notArrived)
	}
	password, err := secret(SMTPPassword)
	if err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return fail(errors.New("the server is no host:port"))
	}
	conn, err := (&net.Dialer{Timeout: sendWithin}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return fail(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(sendWithin)); err != nil {
		return fail(err)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return fail(err)
	}
	defer c.Close()
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return fail(err)
		}
	}
	if m.User != "" {
		if err := c.Auth(smtp.PlainAuth("", m.User, password, host)); err != nil {
			return fail(err)
		}
	}
	if err := m.deliver(c, subject, text); err != nil {
		return fail(err)
	}
	return nil
}

func (m Mail) deliver(c *smtp.Client, subject, text string) error {
	if err := c.Mail(m.From); err != nil {
		return err
	}
	for _, to := range m.To {
		if err := c.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s", m.From, strings.Join(m.To, ", "),
		mime.QEncoding.Encode("utf-8", subject), time.Now().Format(time.RFC1123Z),
		strings.ReplaceAll(text, "\n", "\r\n"))
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// chat sends to each service. Their addresses hold tokens: an error names the service alone.
func chat(ctx context.Context, text string) error {
	list, err := secret(ChatURLs)
	if err != nil {
		return err
	}
	urls := strings.Fields(list)
	if len(urls) == 0 {
		return clierr.Input("", "chat is asked for, and %s names no service", ChatURLs).
			WithHint("Set it, or %s_FILE, to the services' addresses, as slack://token@channel.", ChatURLs)
	}
	var errs []error
	for _, u := range urls {
		service, _, _ := strings.Cut(u, "://")
		done := make(chan error, 1)
		go func() { done <- shoutrrr.Send(u, text) }()
		select {
		case err = <-done:
		case <-time.After(sendWithin):
			err = context.DeadlineExceeded
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			errs = append(errs, clierr.Input("chat", "%s did not take the message", service).
				WithHint("Look at its address in %s.", ChatURLs))
		}
	}
	return errors.Join(errs...)
}
