// Command app is what the engine's tests run in containers: one static program that serves, fails or looks around.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	switch mode := os.Args[1]; mode {
	case "serve":
		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-App", "yes")
			fmt.Fprintf(w, "host %s path %s", r.Host, r.URL.Path)
		})
		http.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.invalid/", http.StatusFound)
		})
		time.Sleep(300 * time.Millisecond) // the port opens late, as of most programs
		fmt.Println(http.ListenAndServe(":8080", nil))
	case "echo": // takes connections, speaks no HTTP
		l, _ := net.Listen("tcp", ":8080")
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "+PONG\r\n")
			c.Close()
		}
	case "fail":
		fmt.Println("starting with", os.Getenv("TOKEN"))
		fmt.Fprintln(os.Stderr, "Error: libfoo.so.1: cannot open shared object file")
		os.Exit(7)
	case "look":
		status, _ := os.ReadFile("/proc/self/status")
		for _, line := range strings.Split(string(status), "\n") {
			if strings.HasPrefix(line, "CapEff") || strings.HasPrefix(line, "NoNewPrivs") {
				fmt.Println(line)
			}
		}
		_, err := net.DialTimeout("tcp", "192.0.2.1:53", time.Second)
		fmt.Println("outside:", err != nil)
	}
}
