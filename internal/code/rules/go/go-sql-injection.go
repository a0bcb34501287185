//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
)

var sorts = []string{"name", "id"}

func users(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	// ruleid: go-sql-injection
	db.Query("select * from users where name = '" + name + "'")
	// ruleid: go-sql-injection
	db.QueryRow(fmt.Sprintf("select * from users where name = '%s'", name))
	// ruleid: go-sql-injection
	db.ExecContext(context.Background(), "delete from users where name = '"+name+"'")
	var text strings.Builder
	text.WriteString("select * from users order by ")
	text.WriteString(r.URL.Query().Get("sort"))
	// ruleid: go-sql-injection
	db.Query(text.String())
	tx, _ := db.Begin()
	// ruleid: go-sql-injection
	tx.Exec("delete from users where name = '" + r.Header.Get("X-Name") + "'")

	// ok: go-sql-injection
	db.Query("select * from users where name = $1", name)
	// ok: go-sql-injection
	db.ExecContext(context.Background(), "delete from users where name = $1", name)
	page, _ := strconv.Atoi(r.FormValue("page"))
	// ok: go-sql-injection
	db.Query(fmt.Sprintf("select * from users offset %d", page))
	sort := r.FormValue("sort")
	if !slices.Contains(sorts, sort) {
		http.Error(w, "no such column", http.StatusBadRequest)
		return
	}
	// ok: go-sql-injection (drydock)
	db.Query("select * from users order by " + sort)
}

func orders(c *gin.Context, db *gorm.DB) {
	id := c.Query("id")
	// ruleid: go-sql-injection
	db.Where("id = " + id).Find(nil)
	// ruleid: go-sql-injection
	db.Raw(fmt.Sprintf("select * from orders where id = %s", id))
	// ruleid: go-sql-injection
	db.First(nil, c.Param("id"))
	// ok: go-sql-injection
	db.Where("id = ?", id).Find(nil)
	// ok: go-sql-injection
	db.Where(&order{ID: id}).Find(nil)
	// ok: go-sql-injection
	db.Raw("select * from orders where id = ?", id)
}

type order struct{ ID string }
