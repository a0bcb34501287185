package server_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/drydock/drydock/internal/client"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/server/servertest"
	"github.com/drydock/drydock/internal/store"
	"github.com/drydock/drydock/internal/testenv"
)

// browser starts Chromium. Pictures of pages are kept in $DRYDOCK_PICTURES, where it is set.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		testenv.Absent(t, "no Chromium here to walk through the pages")
	}
	opts := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.WindowSize(1280, 900),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // it starts with the first action, and lives as long as that one's context
		t.Fatal(err)
	}
	return ctx
}

type action = chromedp.Action[chromedp.Void]

// picture keeps a picture of the page, in light and dark.
func picture(name string) action {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		dir := os.Getenv("DRYDOCK_PICTURES")
		if dir == "" {
			return nil
		}
		for _, scheme := range []string{"dark", "light"} {
			media := emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}
			if _, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media); err != nil {
				return err
			}
			png, err := chromedp.FullScreenshot(100)(ctx, tab)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), png, 0o600); err != nil {
				return err
			}
		}
		return nil
	})
}

// text reads what an element shows.
func text(selector string, to *string) action {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) (err error) {
		*to, err = chromedp.Text(selector)(ctx, tab)
		return err
	})
}

// What a newcomer does: the password, a name, one line to copy, the results, a word about one of them.
func TestThePathOfANewcomer(t *testing.T) {
	ctx := browser(t)
	s := servertest.New(t, nil)
	link, err := s.Core.NewSetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	step := func(what string, actions ...action) {
		t.Helper()
		short, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if err := chromedp.Do(short, actions...); err != nil {
			html, _ := chromedp.Run(ctx, chromedp.OuterHTML("main"))
			t.Fatalf("%s: %v\n%.2000s", what, err, html)
		}
	}
	step("before the set-up", chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible(`//h1[text()="Not set up yet"]`))
	step("the set-up", chromedp.Navigate(link), chromedp.SendKeys("#password", "correct horse battery"),
		chromedp.SendKeys("#again", "correct horse battery"), picture("setup"), chromedp.Click("button"),
		chromedp.WaitVisible(`//h1[text()="New project"]`))
	var command string
	step("a project", chromedp.SendKeys("#name", "Web shop"), picture("project-new"), chromedp.Click("main button"),
		chromedp.WaitVisible("#command-0"), text("#command-0", &command), picture("start"))
	token, rest, _ := strings.Cut(strings.TrimPrefix(command, "DRYDOCK_TOKEN="), " ")
	if !strings.Contains(rest, "scan . --server "+s.URL+" --project web-shop") {
		t.Fatalf("the command to copy is %q", command)
	}
	s.Send(
		token,
		client.Upload{Project: "web-shop", Branch: "main"},
		servertest.Report(report.Checked, "py-sql app/a.py:3 high", "py-eval app/b.py:7 critical"),
	)
	var shown string
	step(
		"the overview",
		chromedp.Navigate(s.URL+"/projects/web-shop"),
		chromedp.WaitVisible(".verdict.failed"),
		picture("project"),
		chromedp.Click(
			`//nav[@aria-label="Project"]/a[text()="Findings"]`,
		),
		chromedp.WaitVisible("table"),
		text("table", &shown),
		picture("findings"),
	)
	if strings.Index(shown, "py-eval") > strings.Index(shown, "py-sql") {
		t.Errorf("the worst is not first: %s", shown)
	}
	step(
		"filters",
		chromedp.Click(`//aside//a[span[text()="high"]]`),
		chromedp.WaitVisible(`//aside//a[@aria-current]/span[text()="high"]`),
		text("table", &shown),
	)
	if strings.Contains(shown, "py-eval") {
		t.Errorf("the filter lets the other through: %s", shown)
	}
	step(
		"a finding",
		chromedp.Click(`//table//a[contains(text(), "py-sql")]`),
		chromedp.WaitVisible(`//h2[text()="How do I mend it?"]`),
		chromedp.WaitVisible(`//p[contains(text(), "reads the database")]`),
		picture("finding"),
	)
	step(
		"a word about it",
		chromedp.SetValue("#state", "false-positive"),
		chromedp.SendKeys("#reason", "bound above"),
		chromedp.Click(`//button[text()="Say so"]`),
		chromedp.WaitVisible(`//b[text()="false-positive"]`),
	)
	for _, page := range []string{"owasp", "map", "packages", "analyses", "settings", "tokens", "audit"} {
		step(
			page,
			chromedp.Navigate(s.URL+"/projects/web-shop/"+page),
			chromedp.WaitVisible(`//nav[@aria-label="Project"]/a[@aria-current="page"]`),
			picture(page),
		)
	}
	// A form of settings that is saved as it is shown changes nothing.
	before, err := s.Core.Store.GlobalSettings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	step("settings saved as they are", chromedp.Navigate(s.URL+"/settings"), chromedp.Click(`//main//button[text()="Save"]`),
		chromedp.WaitVisible(`//div[text()="Saved."]`))
	after, err := s.Core.Store.GlobalSettings(ctx)
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("saved as they were shown, the settings are %s, %v", settingsText(t, after), err)
	}
	step("the projects", chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible("table"), picture("projects"))
	step(
		"the end",
		chromedp.Click(`//button[text()="Sign out"]`),
		chromedp.WaitVisible(`//h1[text()="Sign in"]`),
		chromedp.Navigate(
			s.URL+"/projects/web-shop",
		),
		chromedp.WaitVisible(`//h1[text()="Sign in"]`),
		picture("sign-in"),
	)
}

func settingsText(t *testing.T, s store.Settings) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
