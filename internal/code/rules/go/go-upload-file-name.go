//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
)

func store(r *http.Request) {
	_, header, err := r.FormFile("photo")
	if err != nil {
		return
	}
	// ruleid: go-upload-file-name
	os.Create("uploads/" + header.Filename)
	// ok: go-upload-file-name
	os.Create("uploads/" + uuid.NewString() + ".png")
	// ok: go-upload-file-name
	os.Create("uploads/photo.png")
}

func each(files []*multipart.FileHeader, c *gin.Context) {
	for _, file := range files {
		save(c, file)
	}
}

func save(c *gin.Context, file *multipart.FileHeader) {
	// ruleid: go-upload-file-name
	c.SaveUploadedFile(file, filepath.Join("uploads", file.Filename))
	// ok: go-upload-file-name
	c.SaveUploadedFile(file, filepath.Join("uploads", uuid.NewString()))
}
