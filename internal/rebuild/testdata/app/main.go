// Command app is what the tests deploy: a static program without libraries, so that its image needs no base.
//
//	app serve       serves on :8080 after START_DELAY: / tells VERSION, /slow answers after two seconds
//	app health      exits 0 if the server answers
//	app cat FILE    prints a file
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "serve":
		serve()
	case "health":
		res, err := http.Get("http://127.0.0.1:8080/")
		if err != nil || res.StatusCode != http.StatusOK {
			os.Exit(1)
		}
	case "cat":
		for _, name := range os.Args[2:] {
			b, err := os.ReadFile(name)
			fmt.Printf("%s %v\n", b, err)
		}
	default:
		os.Exit(2)
	}
}

func wait(name string) time.Duration {
	d, _ := time.ParseDuration(os.Getenv(name))
	return d
}

func serve() {
	if os.Getenv("BROKEN") != "" {
		fmt.Println("Error: this version is broken")
		os.Exit(3)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	select {
	case <-time.After(wait("START_DELAY")):
	case <-ctx.Done():
		return
	}
	if d := wait("DIE_AFTER"); d > 0 {
		time.AfterFunc(d, func() { os.Exit(4) })
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getenv("VERSION")) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Second)
		fmt.Fprint(w, os.Getenv("VERSION"))
	})
	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		server.Shutdown(context.Background())
	}()
	server.ListenAndServe()
	if ctx.Err() != nil {
		time.Sleep(wait("END_DELAY"))
	}
}
