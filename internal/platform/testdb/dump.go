package testdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Copy is a dump, as pg_dump writes it to be restored, and the keys of what is sealed in it.
type Copy struct {
	data []byte
	keys *secret.Keys
}

// Copy dumps the database.
func (db *DB) Copy() Copy {
	db.t.Helper()
	return Copy{data: db.dump("custom"), keys: db.Keys}
}

// Text is the database as pg_dump writes it to be read.
func (db *DB) Text() string {
	db.t.Helper()
	return string(db.dump("plain"))
}

func (db *DB) dump(form string) []byte {
	db.t.Helper()
	return db.tool(nil, "pg_dump", "--format="+form, "--dbname="+db.OwnerURL)
}

// Restore makes a database of a copy beside this one, on the same servers; it is dropped when the test ends. It is the same installation as
// the one that was copied.
func (db *DB) Restore(c Copy) *DB {
	db.t.Helper()
	s := &server{postgresURL: db.OwnerURL}
	name := databasePrefix + strings.ToLower(rand.Text()[:16])
	restored := *db
	restored.Keys = c.keys
	restored.OwnerURL = withDatabase(db.OwnerURL, name)
	restored.AppURL = restored.OwnerURL
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.execute(ctx, "create database "+name+" template template0"); err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	db.t.Cleanup(func() { s.drop(db.t, &restored) })
	db.tool(c.data, "pg_restore", "--exit-on-error", "--dbname="+restored.OwnerURL)
	return &restored
}

// tool runs a program that stands beside the server's own.
func (db *DB) tool(in []byte, program string, args ...string) []byte {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	if err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	defer conn.Close(ctx)
	var folder string
	if err := conn.QueryRow(ctx, "select setting from pg_config where name = 'BINDIR'").Scan(&folder); err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(folder, program), args...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &said
	out, err := cmd.Output()
	if err != nil {
		db.t.Fatalf("testdb: %s: %v: %s", program, err, said.String())
	}
	return out
}
