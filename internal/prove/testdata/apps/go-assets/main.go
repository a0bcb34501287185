package main

import (
	"html/template"
	"log"
	"net/http"
	"time"
)

func main() {
	page := template.Must(template.ParseGlob("templates/*.html"))
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("./static"))))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page.Execute(w, time.Unix(0, 0).In(zone).Format(time.RFC822))
	})
	log.Fatal(http.ListenAndServe(":9000", nil))
}
