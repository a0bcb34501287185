package scanner

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/safefile"
)

// Task is an analysis that the server has taken.
type Task struct {
	Server    string // address as others reach it
	Version   string // that the server says to scanners
	Project   string // key
	ID        string // hexadecimal: a reader of the file looks for "api" in the address
	Dashboard string
}

// WriteMetadata writes report-task.txt, by which later steps of a pipeline find the analysis.
func (j *Job) WriteMetadata(t *Task) error {
	if err := os.MkdirAll(filepath.Dir(j.Metadata), 0o755); err != nil {
		return clierr.InputErr(j.Metadata, err)
	}
	server := strings.TrimRight(t.Server, "/")
	err := safefile.Create(j.Metadata, func(w io.Writer) error {
		_, err := fmt.Fprintf(
			w,
			"projectKey=%s\nserverUrl=%s\nserverVersion=%s\ndashboardUrl=%s\nceTaskId=%s\nceTaskUrl=%s\n",
			t.Project,
			server,
			t.Version,
			t.Dashboard,
			t.ID,
			server+"/api/ce/task?id="+url.QueryEscape(t.ID),
		)
		return err
	})
	if err != nil {
		return clierr.InputErr(j.Metadata, err)
	}
	return nil
}
