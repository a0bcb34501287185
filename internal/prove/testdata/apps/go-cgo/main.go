package main

/*
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	if err := http.ListenAndServe(os.Getenv("ADDR"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, int(C.abs(-42)))
	})); err != nil {
		fmt.Println(err)
	}
}
