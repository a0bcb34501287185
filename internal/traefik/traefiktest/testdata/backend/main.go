// Backend answers every request with its own name, on the port of its first argument.
package main

import (
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/",
		func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Drydock-Container", os.Args[2]) })
	if err := http.ListenAndServe(":"+os.Args[1], nil); err != nil {
		panic(err)
	}
}
